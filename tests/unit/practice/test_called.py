"""The real detectors hand every made-up young person to a counsellor, with no help from the room."""

import pytest

from bot import bootstrap
from bot.judging import Judge
from bot.language import detect
from bot.wording import LANGUAGES
from escalation.cases.case import RANK
from escalation.practice.script import scripts


@pytest.fixture(scope="module")
def judge() -> Judge:
    return bootstrap.judge()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_they_begin_with_calls_a_human_in_their_language(language: str, judge: Judge) -> None:
    for script in scripts((language,)):
        for texts in filter(None, (script.begins, script.returns)):
            heard, found = "", []
            history: list[str] = []
            for text in texts:
                heard = detect(text, heard or None, None).language
                found.append(judge.assess(text, language=heard, history=history))
                history.append(text)
            assert heard == language, script.name
            assert any(one.escalate for one in found), script.name
            if texts is script.begins:
                assert max(RANK[one.risk] for one in found) >= RANK[script.risk], script.name
