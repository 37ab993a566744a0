"""A process dies between any two steps, before or after the store acted: nothing lost, doubled or kept.

Invariants of the design held here: 1, every accepted message is answered or a human's, once and in order;
2, danger is in the queue before its reply; 9, we never write first, nor after DELETE. Invariant 4 (after
erasing nothing is left, whichever way it ended) and the other ends of 9 (STOP, a block): test_erasing.py.
"""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.pace import SAME
from bot.private import Address
from bot.sender import Sender
from bot.settings import Settings
from bot.worker import Worker
from tests.stand_ins.mortal import Died, Fate, Mortal
from tests.stand_ins.parts import ScriptedEngine, WordJudge
from tests.stand_ins.phones import Phone, phones

SECRET = "a deployment secret for tests, long enough"
PEOPLE = [Address("+355690000001"), Address("+355690000002")]


class Process:
    """One life of a worker and a gateway on the store, with stand-ins for judge and engine."""

    def __init__(self, store: Mortal, phone: Phone, clock: SetClock) -> None:
        self.whole = Hotline(Settings(secret=SECRET), store, clock, {phone.name: phone})
        self.whole.__dict__["engine"] = ScriptedEngine()
        self.worker: Worker = self.whole.worker(WordJudge())
        whole = self.whole
        self.sender = Sender(
            whole.outbox, whole.inbox, whole.deletions, whole.channels, whole.clock, whole.deliveries.out
        )

    async def work(self) -> None:
        """Everything there is to do, first what another life had begun."""
        await self.worker.hold()
        for partition in range(keys.PARTITIONS):
            for again in (True, False):
                while (taken := await self.worker.turn_once(partition, again=again, block_ms=0)) is not None:
                    assert taken.step != "lost"
            await self._send(partition)

    async def work_ahead(self) -> None:
        """The same where turns are not taken in order: who is in danger goes first."""
        await self.worker.hold()
        for partition in range(keys.PARTITIONS):
            await self._send(partition)
            while await self.worker.turn_once(partition, again=True, block_ms=0) is not None:
                await self._send(partition)
            await self.worker.look(partition)
            while await self.worker.urgent_once(partition) is not None:
                await self._send(partition)
            while await self.worker.turn_once(partition, again=False, block_ms=0) is not None:
                await self._send(partition)

    async def _send(self, partition: int) -> None:
        for again in (True, False):
            while entries := await self.whole.outbox.next(partition, again=again, block_ms=0):
                await self.sender.send(partition, entries)


channels = st.sampled_from(["sms", "telegram"])
said = st.sampled_from(["is this job real", "and the contract", "he hits me", "DELETE", "they locked me in"])
steps = st.lists(
    st.tuples(st.integers(0, 1), said, st.one_of(st.none(), st.integers(0, 90))), min_size=1, max_size=7
)


@pytest.fixture
def one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """All stand in one line, so that few steps lie between what happens to one of them."""
    monkeypatch.setattr(keys, "PARTITIONS", 1)


@pytest.mark.usefixtures("one_line")
@pytest.mark.parametrize("channel", ["sms", "telegram"])
async def test_whenever_a_process_dies_everything_is_seen_once_and_in_order(
    mortal: Mortal, channel: str
) -> None:
    """At each step of a talk in turn; both write on before the next process comes."""
    dies_after = died = 0
    while died == dies_after:
        await mortal.flushall()
        fate: Fate = mortal.connection_pool.fate  # type: ignore[attr-defined]
        phone, clock = phones(mortal, channel), SetClock()
        process = Process(mortal, phone, clock)
        texts = [(0, "is this job real"), (0, "and the contract"), (1, "is this job real")]
        await process.whole.inbox.accept(phone.wrote(PEOPLE[0], 0, texts[0][1], clock.now()))
        fate.left = dies_after
        dies_after += 1
        try:
            await process.work()
        except (Died, BaseExceptionGroup):
            died += 1
            await mortal.connection_pool.disconnect()
            process = Process(mortal, phone, clock)
        fate.left = -1
        for number, (person, text) in enumerate(texts[1:], start=1):
            await process.whole.inbox.accept(phone.wrote(PEOPLE[person], number, text, clock.now()))
        await process.work()
        await _holds(process, phone, [(who, text, None) for who, text in texts])
    assert died > 50, "it died nowhere in a talk"


@pytest.mark.usefixtures("one_line")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(channel=channels, steps=steps)
async def test_nothing_is_lost_doubled_or_kept(
    mortal: Mortal, channel: str, steps: Sequence[tuple[int, str, int | None]]
) -> None:
    await mortal.flushall()
    fate: Fate = mortal.connection_pool.fate  # type: ignore[attr-defined]
    phone, clock = phones(mortal, channel), SetClock()
    process = Process(mortal, phone, clock)
    for number, (person, text, dies_after) in enumerate(steps):
        message = phone.wrote(PEOPLE[person], number, text, clock.now())
        fate.left = -1 if dies_after is None else dies_after
        while True:
            try:
                # A provider that got no 200 brings the message again.
                await process.whole.inbox.accept(message)
                await process.work()
            except (Died, BaseExceptionGroup):
                await mortal.connection_pool.disconnect()
                process = Process(mortal, phone, clock)
            else:
                break
        fate.left = -1
        clock.move(1)
    await _holds(process, phone, steps)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    channel=channels,
    texts=st.lists(st.tuples(st.integers(0, 1), said), min_size=1, max_size=5),
    lost=st.integers(0, 150),
    at_once=st.booleans(),
)
# A message that moves on to a new conversation was entered twice.
@example(channel="sms", texts=[(0, "DELETE")] * 3, lost=66, at_once=True)
@example(channel="sms", texts=[(0, "DELETE")] * 3, lost=74, at_once=True)
# Two talks of one person ready to be sent at once: the later one's words came first.
@example(
    channel="sms",
    texts=[
        (1, "DELETE"),
        (0, "he hits me"),
        (0, "is this job real"),
        (1, "he hits me"),
        (0, "he hits me"),
    ],
    lost=0,
    at_once=True,
)
async def test_what_is_asked_again_in_a_fail_over_is_done_once(
    mortal: Mortal, channel: str, texts: Sequence[tuple[int, str]], lost: int, at_once: bool
) -> None:
    """The store did it and its answer was lost with the connection: redis-py asks again, whatever it was."""
    await mortal.flushall()
    fate: Fate = mortal.connection_pool.fate  # type: ignore[attr-defined]
    phone, clock = phones(mortal, channel), SetClock()
    process = Process(mortal, phone, clock)
    for number, (person, text) in enumerate(texts):
        fate.again = lost
        await process.whole.inbox.accept(phone.wrote(PEOPLE[person], number, text, clock.now()))
        if not at_once or number == len(texts) - 1:
            for _ in range(2):  # a read whose answer was lost left what it read to the next
                await process.work()
        fate.again = -1
        clock.move(1)
    await _holds(process, phone, [(who, text, None) for who, text in texts], in_line=at_once)


@pytest.mark.usefixtures("one_line")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    channel=channels,
    texts=st.lists(st.tuples(st.integers(0, 1), said), min_size=1, max_size=6),
    dies_after=st.lists(st.integers(0, 90), max_size=3),
    lost=st.integers(0, 150),
)
async def test_whoever_goes_first_in_a_line_everybody_is_answered_once_and_in_order(
    mortal: Mortal, channel: str, texts: Sequence[tuple[int, str]], dies_after: Sequence[int], lost: int
) -> None:
    """All stand in one line, and a cry for help is taken out of it."""
    await mortal.flushall()
    fate: Fate = mortal.connection_pool.fate  # type: ignore[attr-defined]
    phone, clock = phones(mortal, channel), SetClock()
    process = Process(mortal, phone, clock)
    for number, (person, text) in enumerate(texts):
        await process.whole.inbox.accept(phone.wrote(PEOPLE[person], number, text, clock.now()))
    for left in [*dies_after, -1]:
        fate.left, fate.again = left, lost
        try:
            await process.work_ahead()
        except (Died, BaseExceptionGroup):
            await mortal.connection_pool.disconnect()
            process = Process(mortal, phone, clock)
        fate.left = fate.again = -1
    await process.work_ahead()
    await process.whole.vault.agree()  # a new process that found nothing to do has not
    await _holds(process, phone, [(who, text, None) for who, text in texts], in_line=True)


@pytest.mark.parametrize("channel", ["sms", "telegram"])
async def test_a_read_whose_answer_was_lost_changes_no_order(mortal: Mortal, channel: str) -> None:
    """What the lost answer held was read: the next read gives what came after it."""
    await mortal.flushall()
    fate: Fate = mortal.connection_pool.fate  # type: ignore[attr-defined]
    phone, clock = phones(mortal, channel), SetClock()
    process = Process(mortal, phone, clock)
    texts = ["is this job real", "they locked me in"]
    for number, text in enumerate(texts):
        await process.whole.inbox.accept(phone.wrote(PEOPLE[0], number, text, clock.now()))
    vault = process.whole.vault
    fate.loses = {keys.inbox(vault.partition(vault.hashed(phone.name, PEOPLE[0]))), ">"}
    for _ in range(2):
        await process.work()
    await _holds(process, phone, [(0, text, None) for text in texts])


async def _holds(
    process: Process, phone: Phone, steps: Sequence[tuple[int, str, int | None]], *, in_line: bool = False
) -> None:
    """`in_line`: they wrote on before they were answered, and DELETE takes back what was not out by then."""
    assert len({identity for _, identity, _ in phone.seen}) == len(phone.seen), "somebody saw a message twice"
    assert phone.vanished == [], "their own words vanished"
    for person, address in enumerate(PEOPLE):
        wrote = [text for who, text, _ in steps if who == person]
        shown, owed = _kinds(phone.of(address)), _expected(wrote)
        assert owed == shown or (in_line and _taken_back(owed, shown)), (owed, shown)
        silent = bool(wrote) and wrote[-1] == "DELETE"
        hashed = process.whole.vault.hashed(phone.name, address)
        known = await process.whole.store.get(keys.at(process.whole.vault.partition(hashed), hashed))
        assert (known is None) == (silent or not wrote)
    waiting = {who for who in (0, 1) if _is_waiting([t for w, t, _ in steps if w == who])}
    assert len(await process.whole.cases.rows()) == len(waiting)


def _expected(wrote: Sequence[str]) -> list[str]:
    """What a person should see, in order."""
    kinds: list[str] = []
    greeted = case = False
    same: Counter[str] = Counter()
    for text in wrote:
        same[text] += 1
        if text == "DELETE":
            kinds, greeted, case = [*kinds, "erased"], False, False
            same.clear()
        elif case:
            continue
        elif text in ("he hits me", "they locked me in"):
            kinds, case = [*kinds, "handed over"], True
        elif same[text] < SAME:  # an echo is not answered
            kinds += ["answer"] if greeted else ["first contact", "answer"]
            greeted = True
    return kinds


def _taken_back(owed: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether all that is owed is shown, but for the last words of talks that a DELETE ended."""
    *ended, last = _talks(owed)
    *seen, now = _talks(shown)
    return (len(ended), last) == (len(seen), now) and all(
        one[: len(other)] == other for one, other in zip(ended, seen, strict=True)
    )


def _talks(kinds: Sequence[str]) -> list[list[str]]:
    talks: list[list[str]] = [[]]
    for kind in kinds:
        if kind == "erased":
            talks.append([])
        else:
            talks[-1].append(kind)
    return talks


def _is_waiting(wrote: Sequence[str]) -> bool:
    since = wrote[len(wrote) - list(reversed(wrote)).index("DELETE") :] if "DELETE" in wrote else wrote
    return any(text in ("he hits me", "they locked me in") for text in since)


def _kinds(texts: Sequence[str]) -> list[str]:
    known = {"Hi, this": "first contact", "answer": "answer", "Done.": "erased", "Thank you": "handed over"}
    return [next(kind for begin, kind in known.items() if text.startswith(begin)) for text in texts]
