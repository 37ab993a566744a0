"""Sessions and limits in the store."""

from redis.asyncio import Redis

from bot.clock import SetClock
from escalation.console.limits import CHALLENGE_SECONDS, TRIES_OF, TRIES_SECONDS
from escalation.console.sessions import CODE_TRIES, HALFWAY, RENEWING, SessionStore, Step
from escalation.console.staff import Staff
from tests.unit.console.tab import Person

IDLE, ABSOLUTE = 30 * 60, 8 * 3600


async def keys(store: "Redis") -> set[str]:
    return {raw.decode() if isinstance(raw, bytes) else raw for raw in await store.keys("*")}


async def test_a_session_is_found_by_its_token_only(sessions: SessionStore, store: "Redis") -> None:
    token = await sessions.open("a1", "in")
    found = await sessions.load(token)
    assert found is not None
    assert (found.account, found.step) == ("a1", "in")
    assert await sessions.load(token[:-1] + "x") is None
    assert await sessions.load(found.key) is None
    assert await sessions.load("") is None
    assert all(token not in key for key in await keys(store))
    assert token not in str(await store.hgetall(found.key))
    assert found.form not in repr(found)


async def test_no_key_is_without_a_lifetime(sessions: SessionStore, store: "Redis") -> None:
    steps: tuple[Step, ...] = ("code", "renew", "in")
    for step in steps:
        session = await sessions.load(await sessions.open("a1", step))
        assert session is not None
        await sessions.note(session, "saved")
        await sessions.touch(session)
        await sessions.once(session, "f1")
    await sessions.limits.wrong_try("pair", "arta")
    await sessions.challenges.make("somebody", "alone")
    found = await keys(store)
    assert len(found) == 9
    assert all(key.startswith("hl:{staff}:") for key in found)
    assert all([0 < await store.ttl(key) <= ABSOLUTE for key in found])


async def test_idle_time_begins_again_but_not_past_the_end(
    sessions: SessionStore, store: "Redis", clock: SetClock
) -> None:
    session = await sessions.load(await sessions.open("a1", "in"))
    assert session is not None
    assert IDLE - 5 <= await store.ttl(session.key) <= IDLE
    await store.expire(session.key, 60)
    await sessions.touch(session)
    assert IDLE - 5 <= await store.ttl(session.key) <= IDLE
    clock.move(ABSOLUTE - 100)
    await sessions.touch(session)
    assert await store.ttl(session.key) <= 100
    clock.move(100)
    assert await sessions.read(session.key) is None
    assert not await store.exists(session.key)


async def test_halfway_lasts_minutes(sessions: SessionStore, store: "Redis") -> None:
    lifetimes: dict[Step, int] = {"code": HALFWAY, "renew": RENEWING}
    for step, seconds in lifetimes.items():
        session = await sessions.load(await sessions.open("a1", step))
        assert session is not None
        assert seconds - 5 <= await store.ttl(session.key) <= seconds


async def test_an_ended_session_is_not_revived(sessions: SessionStore, store: "Redis") -> None:
    token = await sessions.open("a1", "in")
    session = await sessions.load(token)
    assert session is not None
    await sessions.drop(session)
    await sessions.touch(session)
    await sessions.note(session, "saved")
    await sessions.wrong_code(session)
    assert await sessions.load(token) is None
    assert await keys(store) == set()


async def test_all_sessions_of_an_account_end_together(sessions: SessionStore) -> None:
    one, two, other = [await sessions.open(account, "in") for account in ("a1", "a1", "b2")]
    kept = await sessions.load(one)
    assert await sessions.open_sessions("a1") == 2
    await sessions.drop_all("a1", keep=kept)
    assert await sessions.load(one) is not None
    assert await sessions.load(two) is None
    assert await sessions.load(other) is not None
    assert await sessions.open_sessions("a1") == 1


async def test_few_codes_may_be_tried(sessions: SessionStore) -> None:
    token = await sessions.open("a1", "code")
    session = await sessions.load(token)
    assert session is not None
    assert [await sessions.wrong_code(session) for _ in range(CODE_TRIES)] == [False] * 4 + [True]
    assert await sessions.load(token) is None


async def test_wrong_tries_run_out_and_come_back(sessions: SessionStore, store: "Redis") -> None:
    limits = sessions.limits
    for _ in range(TRIES_OF["pair"]):
        assert await limits.may_try("pair", "arta")
        await limits.wrong_try("pair", "arta")
    assert not await limits.may_try("pair", "arta")
    assert await limits.may_try("pair", "bojan")
    assert await limits.may_try("source", "arta")
    (key,) = await keys(store)
    assert "arta" not in key
    assert await store.ttl(key) <= TRIES_SECONDS
    await limits.forget_tries("pair", "arta")
    assert await limits.may_try("pair", "arta")


async def test_a_challenge_is_for_one_owner_one_purpose_and_one_use(
    sessions: SessionStore, store: "Redis"
) -> None:
    made = await sessions.challenges.make("mine", "make")
    (key,) = await keys(store)
    assert "mine" not in key
    assert 0 < await store.ttl(key) <= CHALLENGE_SECONDS
    assert await sessions.challenges.take("theirs", "make") is None
    assert await sessions.challenges.take("mine", "alone") is None
    assert await sessions.challenges.take("mine", "make") == made
    assert await sessions.challenges.take("mine", "make") is None


async def test_a_token_in_another_browser_ends_the_session_for_both(
    sessions: SessionStore, store: "Redis"
) -> None:
    token = await sessions.open("a1", "in", agent="Firefox/140 Linux")
    session = await sessions.load(token, "Firefox/140 Linux")
    assert session is not None
    assert session.label == "Firefox, Linux"
    assert "140" not in str(await store.hgetall(session.key))
    assert await sessions.load(token, "curl/8") is None
    assert await sessions.load(token, "Firefox/140 Linux") is None


async def test_a_session_is_good_for_the_account_as_it_was(
    sessions: SessionStore, staff: Staff, people: dict[str, Person]
) -> None:
    arta = people["counsellor"].account
    session = await sessions.load(await sessions.open(arta.id, "in", arta.version))
    assert session is not None
    assert session.good_for(arta)
    assert not session.good_for(None)
    assert not session.good_for(staff.disable("Arta"))
    assert not session.good_for(staff.enable("Arta"))


async def test_a_note_is_taken_once_and_a_form_sent_once(sessions: SessionStore) -> None:
    session = await sessions.load(await sessions.open("a1", "in"))
    assert session is not None
    await sessions.note(session, "released")
    assert await sessions.take_note(session) == "released"
    assert await sessions.take_note(session) == ""
    assert await sessions.once(session, "f1")
    assert not await sessions.once(session, "f1")
    await sessions.again(session, "f1")
    assert await sessions.once(session, "f1")
