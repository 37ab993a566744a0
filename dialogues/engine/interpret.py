"""From the classifier's ranking to the one intent the rules act on.

The classifier sees a vector only. What the worker found in the message (a country, a yes or no), what was
asked before (the state) and what is on offer (a person) decide the rest here, in the order in which the cases
are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.known import SURE
from engine.request import TOPICS, TurnRequest
from engine.state import LAST

FALLBACK = "nlu_fallback"
PERSON, DECLINED = "talk_to_human", "talk_to_human__declined"
CHECK, START, LEAVE = "job_offer__check", "job_offer__start_check", "job_offer__leave"
TRIP = "safe_migration__trip_plan"
SIMPLER = ("small_talk__simpler", "small_talk__not_understood")
ALREADY = "safe_migration__papers_taken"
BYE = "small_talk__bye"
TELLS = "small_talk__tells"
# Beside the point these hurt or sound hollow: "bye", "you may be angry here", "you're welcome".
BLUNT = (BYE, "small_talk__insult", "small_talk__thanks")
UNCLEAR = "job_offer__unclear"
COUNTRY = "seek_help__country"
ANSWERS = {"yes": "small_talk__yes", "no": "small_talk__no", "dont_know": "small_talk__dont_know"}
GOING = ("job_offer", "safe_migration")  # a country named in these is where they go, not where they are

# What a help intent asks the directory for.
NEED = {
    "seek_help__where": "child",
    "seek_help__police": "police",
    "seek_help__shelter": "violence",
    "seek_help__doctor": "doctor",
    "seek_help__lawyer": "trafficking",
    "seek_help__talk": "child",
    "seek_help__cannot_call": "child",
    "seek_help__child_line": "child",
    "seek_help__trafficking_line": "trafficking",
    "worried_about_someone__missing": "missing",
}
# During a guided talk these are neither an answer nor a question of their own.
NO_QUESTION = (COUNTRY, LEAVE, TELLS, "off_topic")
BEGINS = {"offer_check": (CHECK, START), "safe_trip": (TRIP,)}
# A question about the country stays open over these.
KEEPS_ASKING = {FALLBACK, COUNTRY, TELLS, *SIMPLER, *NEED}
# What "yes" means after an answer that ended with a question.
YES_AFTER = {"utter_job_offer__documents": ALREADY}

# Intents of this project alone, as the agreed list knows them.
PUBLIC = {
    START: CHECK,
    LEAVE: "small_talk__no",
    UNCLEAR: CHECK,
    DECLINED: "small_talk__no",
    COUNTRY: "seek_help__where",
    "small_talk__dont_know": "small_talk__not_understood",
}

# Below both of these a message counts as not understood. A message whose intents compete inside one topic is
# understood: its topic is sure. Chosen where an answer is about as likely right as wrong; `crossvalidate`
# prints what they cost: messages missed, and wrong topics among those understood.
LEAST_INTENT = 0.25
LEAST_TOPIC = 0.35
LEAST_BLUNT = 0.50
LEAST_PERSON = 0.30  # somebody who wants a person is believed early
LEAST_LEAVE = 0.50  # "no" to a question must not end the questions
LEAST_ASIDE = (
    0.40  # during the questions: below it a message is rather a long answer than a question of its own
)
LEAST_GOING = 0.60  # when "Italy" answers our question and when it starts another subject
MISSES_IN_CHECK = 3  # so many unclear answers in a row end the questions

# The worker hands danger to people before it asks here, so a disclosure is rarer than in the examples.
EXPECTED = {"disclosure": 0.1}
# How much the worker's judgement of the topic counts against this classifier's: it has read more messages and
# sees how words are spelt, this one knows more kinds. Chosen on messages held out: topics right .79 -> .86.
JUDGED = 0.6
LEAST_JUDGED = 1e-4  # no topic is ever ruled out
# How probable it is that a message goes on with what was answered last. With the talk's vector it lifted
# topics right in played talks from .58 to .75.
GOES_ON = 0.35

Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Reading:
    """What a message is taken to mean."""

    intent: str
    confidence: float
    country: str | None  # where they are, if known now
    asked: str | None  # the country help is asked for, if it is another one


def topic_of(intent: str) -> str:
    return intent.partition("__")[0]


def public(intent: str, ranking: Ranking) -> str:
    """The name of an intent outside this project; a message not understood has the likeliest one."""
    if intent == FALLBACK:
        intent = ranking[0][0]
    return PUBLIC.get(intent, intent)


def in_talk(now: Ranking, talk: Ranking) -> list[tuple[str, float]]:
    """The ranking of a message too short to stand alone, mixed with that of the last few as one text.

    An example of ours, word for word, stands alone; and a person is not put into anybody's mouth.
    """
    if now[0][1] >= SURE:
        return list(now)
    around = dict(talk)
    weights = [(name, (share * around.get(name, 0.0)) ** 0.5) for name, share in now]
    total = sum(weight for _, weight in weights) or 1.0
    mixed = {name: weight / total for name, weight in weights}
    mixed[PERSON] = min(mixed.get(PERSON, 0.0), dict(now).get(PERSON, 0.0))
    return sorted(mixed.items(), key=lambda pair: -pair[1])


def weighed(
    ranking: Ranking, topics: Mapping[str, float] | None = None, about: str | None = None
) -> list[tuple[str, float]]:
    """The ranking as it is once what is expected here counts too, or the worker's judgement of the topic.

    The two opinions of a topic are mixed by their geometric mean; within a topic this classifier decides.
    What stands among the examples word for word is understood already.
    """
    if ranking[0][1] >= SURE:
        return list(ranking)
    own: dict[str, float] = {}
    for intent, share in ranking:
        own[topic_of(intent)] = own.get(topic_of(intent), 0.0) + share

    def raised(topic: str) -> float:
        assert topics
        times = float((max(topics.get(topic, 0.0), LEAST_JUDGED) / max(own[topic], LEAST_JUDGED)) ** JUDGED)
        if topic == PERSON:
            return min(1.0, times)  # a person is not put into somebody's mouth
        return times * (1 + GOES_ON / (1 - GOES_ON) * len(TOPICS) if topic == about else 1)

    weights = [
        share * (raised(topic_of(intent)) if topics else EXPECTED.get(intent, 1.0))
        for intent, share in ranking
    ]
    rest = 0.0 if topics else max(0.0, 1.0 - sum(own.values()))  # of the intents the ranking leaves out
    total = sum(weights) + rest
    pairs = [(intent, weight / total) for (intent, _), weight in zip(ranking, weights, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[1])


def published(ranking: Ranking, length: int) -> list[list[str | float]]:
    """The ranking in names that are known outside, each once."""
    shares: dict[str, float] = {}
    for intent, share in ranking:
        name = PUBLIC.get(intent, intent)
        shares[name] = shares.get(name, 0.0) + share
    best = sorted(shares.items(), key=lambda pair: -pair[1])[:length]
    return [[name, round(share, 4)] for name, share in best]


def understood(ranking: Ranking) -> bool:
    """Whether the ranking is sure of an intent, or at least of a topic."""
    best, confidence = ranking[0]
    topic = sum(share for intent, share in ranking if topic_of(intent) == topic_of(best))
    return confidence >= LEAST_INTENT or topic >= LEAST_TOPIC


def read(ranking: Ranking, request: TurnRequest) -> Reading:
    """Decide what a message means."""
    intent, confidence = _intent(ranking, request)
    country = asked = request.country
    if request.named:
        if intent == COUNTRY:
            country = asked = request.named
        elif intent in NEED:
            asked = request.named
    return Reading(intent, confidence, country, asked)


def _intent(ranking: Ranking, request: TurnRequest) -> tuple[str, float]:
    best, confidence = ranking[0]
    answer = request.answer or next((word for word, name in ANSWERS.items() if name == best), None)
    if request.offered == "person":
        if answer == "yes":
            return PERSON, 1.0
        if answer == "no" or best == LEAVE:
            return DECLINED, 1.0
    if best == PERSON and confidence >= LEAST_PERSON:
        return PERSON, confidence
    if request.state.guide:
        return _in_guide(ranking, answer, request, request.state.guide.form)
    if request.named and _is_where_they_are(ranking, request):
        return COUNTRY, 1.0
    if answer == "yes" and request.state.slots.get(LAST) in YES_AFTER:
        return YES_AFTER[str(request.state.slots[LAST])], 1.0
    if request.answer:
        return ANSWERS[request.answer], 1.0
    if not understood(ranking) or (best in BLUNT and confidence < LEAST_BLUNT):
        return FALLBACK, confidence
    if best == COUNTRY and not request.named and not request.state.slots.get("help_need"):
        return "seek_help__where", confidence
    return best, confidence


def _in_guide(
    ranking: Ranking, answer: str | None, request: TurnRequest, form: str
) -> tuple[str, float]:
    """During a guided talk: an answer, a way out, another question, or none of these."""
    best, confidence = ranking[0]
    if best == LEAVE and confidence >= LEAST_LEAVE:
        return LEAVE, confidence
    if answer:
        return ANSWERS[answer], confidence
    if best == START and START in BEGINS[form]:
        return START, confidence
    aside = confidence >= (LEAST_LEAVE if best == BYE else LEAST_ASIDE)
    if best in NO_QUESTION or best in BEGINS[form] or not aside:
        missed = int(request.state.slots.get("missed", 0)) + 1
        return (LEAVE if missed >= MISSES_IN_CHECK else UNCLEAR), confidence
    return best, confidence


def _is_where_they_are(ranking: Ranking, request: TurnRequest) -> bool:
    """Whether the country named says where they are: asked for, or said of their own accord."""
    best, confidence = ranking[0]
    if best == COUNTRY:
        return True
    if not request.state.slots.get("help_need"):
        return False
    return not (topic_of(best) in GOING and confidence >= LEAST_GOING)
