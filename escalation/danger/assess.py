"""The judgement of one message in its talk: rules and classifier, the higher verdict wins.

`Assessor.load` never fails: a part that cannot be read is named in `degraded`, and what the rest cannot judge
goes to a human. Nothing that was judged is kept, and reasons never hold a person's words.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.embedding import encoder, normalise
from bot.encoder import EncoderError, fingerprint
from bot.language import detect
from escalation.danger import rules
from escalation.danger.classifier import FOLDER as MODEL
from escalation.danger.classifier import Classifier, Judgement, ModelError, Thresholds
from escalation.danger.context import FLAGS, adds_up, flags, remembered
from escalation.danger.features import Vector
from escalation.danger.normalise import disguised
from escalation.danger.reader import Few, Reader, Seen
from escalation.danger.taxonomy import SIGNALS, Risk, higher
from escalation.danger.verdict import Assessment

LANGUAGES = ("en", "sq", "bcms", "ro")  # without rules for one of these the judgement of it is degraded
RULE_SURE = 0.95  # how sure a matched rule of danger or emergency is, for the order of the queue
DOUBTED = 0.04  # below this the classifier is so sure of no danger that a rule alone only offers a person
PERSON_WORDS = 25  # a longer text that only mentions people is not a request for one, unless a rule says so
URGENT = ("danger", "emergency")
UNJUDGED = "could not be judged: a human has to read it"
NONE: Mapping[str, Vector] = {}


class Assessor:
    """Both detectors, loaded."""

    def __init__(
        self, books: Sequence[rules.Book], classifier: Classifier | None, degraded: Sequence[str]
    ) -> None:
        self._books = tuple(books)
        self._classifier = classifier
        self._reader = Reader(classifier) if classifier is not None else None
        self._ruled = {book.language for book in books}
        self.degraded = tuple(degraded)

    @classmethod
    def load(cls, rules_folder: Path = rules.FOLDER, model_folder: Path = MODEL) -> "Assessor":
        """Read rules and model; never raises."""
        books, broken = rules.read_books(rules_folder)
        degraded = [f"rules: {fault}" for fault in broken]
        missing = [language for language in LANGUAGES if language not in {book.language for book in books}]
        if missing and not broken:
            degraded += [f"rules: {language}.yml is missing" for language in missing]
        classifier = None
        try:
            encoder()
            classifier = Classifier.load(model_folder)
            if classifier.encoder != fingerprint():
                raise ModelError("it was trained on vectors of another encoder")
        except EncoderError as error:
            degraded.append(f"encoder: {error}")
        except ModelError as error:
            classifier = None
            degraded.append(f"classifier: {error}")
        return cls(books, classifier, degraded)

    def assess(
        self,
        text: str,
        *,
        language: str | None = None,
        history: Sequence[str] = (),
        vector: Vector | None = None,
        judged: bool = False,
        known: Mapping[str, Vector] = NONE,
    ) -> Assessment:
        """The verdict on a text, given the earlier texts of the same person, oldest first.

        `judged`: each earlier text had its own turn, and the caller remembers what was found then. `known`:
        vectors of earlier texts, which are then not made again.
        """
        text, history = sound(text), [sound(earlier) for earlier in history]
        language = language or detect(text).language
        messages = remembered(history, text)
        matched = rules.matches(self._books, messages)
        try:
            few = Few(messages, [*map(known.get, messages[:-1]), vector])
            doubted = rules.ruled(matched)[0] in URGENT
            seen = self._reader.see(few, language, judged=judged, doubted=doubted) if self._reader else None
        except Exception:  # whatever fails in judging, a human reads the message instead
            seen = None
        return self._verdict(language, messages, matched, seen)

    def suspects(self, text: str) -> float:
        """Who is looked at first, by rules and spelling alone: a millisecond; no verdict.

        Where a rule says danger, how urgent (`bot/judging.py`), above 1; else the higher, the likelier.
        """
        text = sound(text)
        risk, _ = rules.ruled(rules.matches(self._books, [text]))
        if risk in URGENT:
            return 4.0 if risk == "emergency" else 3.0
        return self._classifier.spelt(normalise(text)) if self._classifier is not None else 0.0

    def _verdict(
        self, language: str, messages: Sequence[str], matched: Sequence[rules.Match], seen: Seen | None
    ) -> Assessment:
        risk, reasons = rules.ruled(matched)
        if risk in URGENT and self._doubts(messages, seen):
            risk = "concern"
            reasons.append("but all in all it reads as harmless: a person is offered")
        signals = {signal for match in matched for signal in match.rule.signals}
        score = RULE_SURE if risk in URGENT else 0.0
        raised = flags(matched) if len(messages) > 1 else []
        if adds_up(raised):
            risk = higher(risk, "danger")
            reasons.append("warning signs add up over the talk: " + ", ".join(FLAGS[flag] for flag in raised))
        unjudged = seen is None and risk not in URGENT
        topic, person = "disclosure" if score else "off_topic", False
        topics: dict[str, float] = {}
        talk: Vector | None = None
        if seen is not None and self._classifier is not None:
            limits = self._limits(language)
            found, why = classified(seen, limits)
            risk = higher(risk, found)
            score = max(score, *(one.escalate for one in (seen.now, seen.before, seen.talk) if one))
            if found in URGENT:
                signals |= {
                    signal for one in (seen.now, seen.before, seen.talk) if one for signal in one.signals
                }
            elif found == "concern":
                signals |= set(seen.now.signals)
            reasons += why
            topics, talk = seen.topics, seen.vector
            topic = max(topics, key=lambda name: topics[name]) if topics else seen.now.topic
            person = seen.now.person >= limits.person and len(messages[-1].split()) <= PERSON_WORDS
        person = person or any(match.rule.level == "person" and match.now for match in matched)
        if unjudged:
            reasons.append(UNJUDGED)
        return Assessment(
            language=language,
            risk=risk,
            score=round(min(1.0, score), 4),
            signals=tuple(name for name in SIGNALS if name in signals),
            topic="talk_to_human" if person and risk in ("none", "concern") else topic,
            escalate=risk in URGENT or person or unjudged,
            wants_person=person,
            reasons=tuple(dict.fromkeys(reasons)),
            topics=topics,
            talk=talk,
        )

    def _doubts(self, messages: Sequence[str], seen: Seen | None) -> bool:
        """Whether the classifier speaks clearly against the rules; never where a text is disguised."""
        if seen is None or any(map(disguised, messages)):
            return False
        return all(one.escalate < DOUBTED for one in (seen.now, seen.before, seen.talk) if one)

    def _limits(self, language: str) -> Thresholds:
        """The thresholds; where the rules of a language are broken, the classifier alone is more careful."""
        assert self._classifier is not None
        limits = self._classifier.thresholds
        if self._ruled and (language in self._ruled or language not in LANGUAGES):
            return limits
        return limits.careful()


def sound(text: str) -> str:
    """The text without halves of letters, which no alphabet has and some libraries refuse."""
    return text.encode("utf-8", "replace").decode()


def classified(seen: Seen, limits: Thresholds) -> tuple[Risk, list[str]]:
    """What the classifier says and why; what was dangerous before stays dangerous."""
    risk: Risk = "none"
    reasons = []
    for judgement, bar, where in (
        (seen.now, limits.escalate, "sounds like"),
        (seen.before, limits.escalate, "earlier in the talk, sounds like"),
        (seen.talk, limits.talk, "the last messages together sound like"),
    ):
        if judgement is None:
            continue
        if judgement is seen.talk and judgement.escalate < bar:
            continue
        found = level_of(judgement, bar, limits)
        if judgement is seen.now and seen.out_of_place and found in URGENT and not limits.is_careful:
            found = "concern"
        risk = higher(risk, found)
        if found != "none":
            kinds = ", ".join(signal.replace("_", " ") for signal in judgement.signals) or "no one kind"
            reasons.append(
                f"{where} our examples of {found}: {kinds} ({round(100 * judgement.escalate)} of 100)"
            )
    if seen.like and risk in URGENT:
        reasons.append(f"most like our example: \u201c{seen.like}\u201d")
    return risk, reasons


def level_of(judgement: Judgement, bar: float, limits: Thresholds) -> Risk:
    """The risk that probabilities stand for; `emergency` has a floor of its own."""
    floored = judgement.emergency >= limits.emergency_floor and judgement.escalate >= limits.sure_none
    if judgement.escalate >= bar or floored:
        return "emergency" if judgement.emergency >= limits.emergency else "danger"
    return "concern" if judgement.concern >= limits.concern else "none"
