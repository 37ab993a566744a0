"""What several messages say together."""

from escalation.danger.context import REMEMBERED, TOGETHER, adds_up, remembered, together


def test_the_newest_messages_are_remembered_and_empty_ones_are_not() -> None:
    messages = remembered([f"m{number}" for number in range(40)] + ["  "], "now")
    assert messages[-1] == "now"
    assert messages[-2] == "m39"
    assert len(messages) == REMEMBERED


def test_the_last_few_messages_are_one_text_whose_end_is_never_cut() -> None:
    text = together(["a" * 500, "b" * 500, "he has it."])
    assert text.endswith("he has it")
    assert len(text) == 600
    assert together(["1", "2", "3", "4", "5"]).count(".") == TOGETHER - 1


def test_flags_make_danger_only_where_they_are_many_and_grave() -> None:
    assert adds_up(["papers", "secrecy", "departure"])
    assert adds_up(["papers", "secrecy", "debt", "offer"])
    assert not adds_up(["papers", "secrecy", "offer"])
    assert not adds_up(["offer", "met_online", "departure"])
    assert not adds_up([])
