"""Known danger stays found when its letters are disguised; `hotline content test --attacks` tries more."""

from random import Random

import pytest

from escalation.danger import attacks
from escalation.danger.assess import Assessor
from escalation.danger.data import danger_examples

COUNT, SHARE = 600, 0.95


def test_disguised_danger_is_still_escalated() -> None:
    assessor = Assessor.load()
    known = [example.text for example in danger_examples() if example.risk in ("danger", "emergency")]
    tried = attacks.variants(known, COUNT)
    caught = [name for name, _, disguised in tried if assessor.assess(disguised).escalate]
    assert len(caught) / COUNT >= SHARE


@pytest.mark.parametrize("attack", attacks.ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_changes_the_text_and_is_the_same_each_time(attack: attacks.Attack) -> None:
    text = "my uncle beats me every night with a belt and locks the door"
    assert attack(text, Random(1)) != text
    assert attack(text, Random(1)) == attack(text, Random(1))
