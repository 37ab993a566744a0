"""What the trained half makes of a message in its talk.

A message is read in all its windows, sentences and without its disguise; what came before it counts by the
vectors that are there already, and is read with it as one text only where danger may come of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.embedding import embed, normalise
from escalation.danger.classifier import Classifier, Judgement
from escalation.danger.context import TOGETHER, leans, together
from escalation.danger.features import Vector
from escalation.danger.normalise import disguised, plain, sentences, windows
from escalation.danger.taxonomy import TOPICS

# In the middle of a talk a message below ALONE counts only where the last few together reach HEARD: "i am 19.
# she says 900 euro and i sleep in the house" is an answer, not a cry. Among random harmless messages an ALONE
# of .9 lost 2.2 % of the dangerous ones, .7 loses 0.4 %; of messages in hard harmless talks it calls for
# 8.2 %, that for 7.6 %.
ALONE, HEARD = 0.7, 0.4
SURE = 0.9  # how sure one sentence of a long text must be, for the whole to be danger
LEAST = 1e-4  # no topic is ruled out


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


class Few:
    """Messages of one person, oldest first, and their vectors, made when first asked for."""

    def __init__(self, messages: Sequence[str], vectors: Sequence[Vector | None]) -> None:
        self.messages = messages
        self._vectors = list(vectors)

    def vector(self, number: int) -> Vector:
        """That of one message as far as the encoder reads it; raises EncoderError."""
        found = self._vectors[number]
        if found is None:
            found = self._vectors[number] = embed(normalise(self.messages[number]))
        return found

    def until(self, end: int) -> "Few":
        """The first so many; raises EncoderError."""
        return Few(self.messages[:end], [self.vector(number) for number in range(end)])


class Reader:
    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def see(self, few: Few, language: str, *, judged: bool, doubted: bool) -> Seen:
        """The newest message in its talk; `judged`: the earlier ones were judged in their time.

        `doubted`: a rule says danger, and the classifier is asked whether it agrees.
        """
        text = few.messages[-1]
        now, like = self._read(text, few.vector(-1)), None
        if now.escalate >= self._classifier.thresholds.escalate:
            like = self._classifier.similar(few.vector(-1), text, language)
        if len(few.messages) == 1:
            return Seen(now, like=like)
        before = None if judged else self._before(few)
        talk, whole = self._together(few, now, doubted=doubted)
        return Seen(now, before, talk, like, whole if leans(text) else None)

    def _before(self, few: Few) -> Judgement | None:
        """The worst of earlier messages, as each was judged in its time: what was raised stays raised."""
        worst: Judgement | None = None
        for end in range(1, len(few.messages)):
            earlier = few.until(end)
            now = self._read(earlier.messages[-1], earlier.vector(-1))
            seen = Seen(now, talk=self._together(earlier, now)[0] if end > 1 else None)
            counted = [] if seen.out_of_place else [now]
            if seen.talk and seen.talk.escalate >= self._classifier.thresholds.talk:
                counted.append(seen.talk)
            for one in counted:
                worst = one if worst is None else worst.raised(one)
        return worst

    def _together(self, few: Few, now: Judgement, *, doubted: bool = False) -> tuple[Judgement, Vector]:
        """The last few messages as one text, and its vector.

        Guessed from the vectors of each; read, which costs an embedding of all, where that may matter: where
        danger may come of it, and where the newest or a rule (`doubted`) says danger.
        """
        bars = self._classifier.thresholds
        numbers = range(-min(TOGETHER, len(few.messages)), 0)
        texts = [normalise(few.messages[number]) for number in numbers]
        vectors = [few.vector(number) for number in numbers]
        last_few = normalise(together(few.messages))
        whole = self._classifier.near(vectors, texts)
        talk = self._classifier.judge(last_few, whole)
        alone = map(self._classifier.judge, texts[:-1], vectors[:-1])
        worst = max(now.escalate, *(one.escalate for one in alone))
        suspected = self._classifier.suspicion(talk.escalate, worst) >= bars.read
        if doubted or suspected or now.escalate >= bars.escalate:
            whole = embed(last_few)
            talk = self._classifier.judge(last_few, whole)
        return talk, whole

    def _read(self, text: str, vector: Vector) -> Judgement:
        """A text in all its windows and, where it is disguised, also with the disguise undone.

        `vector` is that of the whole text, as far as the encoder reads it.
        """
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
        text = normalise(text)
        return self._classifier.judge(text, embed(text))
