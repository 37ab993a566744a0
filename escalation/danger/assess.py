"""The judgement of one message in its talk: rules and classifier, the higher verdict wins.

`Assessor.load` never fails: a part that cannot be read is named in `degraded`, and what the rest cannot judge
goes to a human. Nothing that was judged is kept, and reasons never hold a person's words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.embedding import embed, encoder, normalise
from bot.encoder import EncoderError, fingerprint
from bot.language import detect
from escalation.danger import rules
from escalation.danger.classifier import FOLDER as MODEL
from escalation.danger.classifier import Classifier, Judgement, ModelError, Thresholds
from escalation.danger.context import FLAGS, adds_up, flags, leans, remembered, together
from escalation.danger.features import Vector
from escalation.danger.normalise import disguised, plain, sentences, windows
from escalation.danger.taxonomy import SIGNALS, TOPICS, Risk, higher
from escalation.danger.verdict import Assessment

LANGUAGES = ("en", "sq", "bcms", "ro")  # without rules for one of these the judgement of it is degraded
RULE_SURE = 0.95  # how sure a matched rule of danger or emergency is, for the order of the queue
DOUBTED = 0.04  # below this the classifier is so sure of no danger that a rule alone only offers a person
# In the middle of a talk a message below ALONE counts only where the last few together reach HEARD: "i am 19.
# she says 900 euro and i sleep in the house" is an answer, not a cry.
ALONE, HEARD = 0.9, 0.4
SURE = 0.9  # how sure one sentence of a long text must be, for the whole to be danger
LEAST = 1e-4  # no topic is ruled out
PERSON_WORDS = 25  # a longer text that only mentions people is not a request for one, unless a rule says so
URGENT = ("danger", "emergency")
UNJUDGED = "could not be judged: a human has to read it"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the classifier says: of this message, of the worst one before, of the last few as one text.

    `like` is the example of ours most like the message, where the message is dangerous.
    """

    now: Judgement
    before: Judgement | None = None
    talk: Judgement | None = None
    like: str | None = None
    vector: Vector | None = None  # of the last few as one text

    @property
    def topics(self) -> dict[str, float]:
        """How probable each topic is, the newest message read in its talk where it is short."""
        now = np.array(self.now.topics)
        if self.vector is not None and self.talk is not None:
            now = np.sqrt((now + LEAST) * (np.array(self.talk.topics) + LEAST))
            now /= now.sum()
        return dict(zip(TOPICS, now.tolist(), strict=False))

    @property
    def out_of_place(self) -> bool:
        """Whether the message sounds dangerous only by itself, and not for sure, in a talk that does not."""
        return self.talk is not None and self.now.escalate < ALONE and self.talk.escalate < HEARD


class Assessor:
    """Both detectors, loaded."""

    def __init__(
        self, books: Sequence[rules.Book], classifier: Classifier | None, degraded: Sequence[str]
    ) -> None:
        self._books = tuple(books)
        self._classifier = classifier
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
    ) -> Assessment:
        """The verdict on a text, given the earlier texts of the same person, oldest first.

        `judged`: each earlier text had its own turn, and the caller remembers what was found then; only this
        text and the talk together are embedded, not each earlier one again.
        """
        text, history = sound(text), [sound(earlier) for earlier in history]
        language = language or detect(text).language
        messages = remembered(history, text)
        matched = rules.matches(self._books, messages)
        try:
            seen = self._see(messages, vector, judged, language)
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

    def _see(
        self, messages: Sequence[str], vector: Vector | None, judged: bool, language: str
    ) -> Seen | None:
        if self._classifier is None:
            return None
        text = messages[-1]
        vector = embed(normalise(text)) if vector is None else vector
        now, like = self._read(text, vector), None
        if now.escalate >= self._classifier.thresholds.escalate:
            like = self._classifier.similar(vector, text, language)
        if len(messages) == 1:
            return Seen(now, like=like)
        before = None if judged else self._before(messages[:-1])
        last_few = normalise(together(messages))
        whole = embed(last_few)
        talk = self._classifier.judge(last_few, whole)
        return Seen(now, before, talk, like, whole if leans(text) else None)

    def _before(self, messages: Sequence[str]) -> Judgement | None:
        """The worst of earlier messages, as each was judged in its time: what was raised stays raised."""
        assert self._classifier is not None
        worst: Judgement | None = None
        for number, message in enumerate(messages, start=1):
            now = self._read(message, embed(normalise(message)))
            seen = Seen(now, talk=self._alone(together(messages[:number])) if number > 1 else None)
            counted = [] if seen.out_of_place else [now]
            if seen.talk and seen.talk.escalate >= self._classifier.thresholds.talk:
                counted.append(seen.talk)
            for one in counted:
                worst = one if worst is None else worst.raised(one)
        return worst

    def _read(self, text: str, vector: Vector) -> Judgement:
        """A text in all its windows and, where it is disguised, also with the disguise undone.

        `vector` is that of the whole text, as far as the encoder reads it.
        """
        assert self._classifier is not None
        judged = self._classifier.judge(normalise(text), vector)
        pieces = windows(text)[1:]
        if disguised(text):
            pieces += windows(plain(text))
        for piece in pieces:
            judged = judged.raised(self._alone(piece))
        if judged.escalate < self._classifier.thresholds.escalate:
            for sentence in sentences(text):
                alone = self._alone(sentence)
                judged = judged.raised(alone) if alone.escalate >= SURE else judged
        return judged

    def _alone(self, text: str) -> Judgement:
        assert self._classifier is not None
        text = normalise(text)
        return self._classifier.judge(text, embed(text))

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
