"""The example alerts are PromQL over metrics that exist, and each has its page in the runbook."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from bot import metrics
from bot.operating import gauges
from bot.operating.health import Health

FOLDER = Path(gauges.__file__).parent
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
BY_NAME = {str(rule["alert"]): rule for rule in RULES}
WOKEN_FOR = {"DangerUnanswered", "NobodyOn", "ProviderRefuses", "StoreDown", "NoWorker", "EngineDown"}


def exported() -> set[str]:
    """Every name a gateway, worker or console tells."""
    gauges.show(Health(failing={"engine": 0.0, "sms": 0.0}))
    gauges.beat()
    families = list(metrics.REGISTRY.collect())
    return {family.name for family in families} | {s.name for family in families for s in family.samples}


def named(expression: str) -> set[str]:
    """The metrics of an expression; raises ValueError for what is no PromQL."""
    promql_parser.parse(expression)
    return set(re.findall(r"hotline_\w+", expression))


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_alert_is_promql_over_metrics_that_exist(name: str) -> None:
    rule = BY_NAME[name]
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["labels"]["severity"] in ("wake", "morning")
    assert rule["annotations"]["summary"].endswith(".")
    found = named(rule["expr"])
    assert found
    # A counter with labels tells nothing before it has counted once.
    counted = {f"{one.name}_total" for one in metrics.REGISTRY.collect() if one.type == "counter"}
    assert found - exported() - counted == set()


def test_what_is_no_promql_is_seen_as_such() -> None:
    with pytest.raises(ValueError, match=r".+"):
        named("max(hotline_workers) ==")


def test_somebody_is_woken_for_what_cannot_wait() -> None:
    assert {name for name in WOKEN_FOR if BY_NAME[name]["labels"]["severity"] == "wake"} == WOKEN_FOR


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    text = (FOLDER / "RUNBOOK.md").read_text(encoding="utf-8")
    alerts = text.split("# Alerts\n", 1)[1].split("\n# Deploying", 1)[0]
    pages = re.split(r"^## ", alerts, flags=re.MULTILINE)[1:]
    titled = {page.split("\n", 1)[0]: page for page in pages}
    assert set(titled) == set(BY_NAME)
    for title, page in titled.items():
        assert "**First:**" in page or "See " in page, title


def test_the_runbook_names_only_metrics_that_exist() -> None:
    text = (FOLDER / "RUNBOOK.md").read_text(encoding="utf-8")
    counted = {f"{one.name}_total" for one in metrics.REGISTRY.collect() if one.type == "counter"}
    assert set(re.findall(r"`(hotline_\w+)", text)) - exported() - counted - {"hotline_watch"} == set()
