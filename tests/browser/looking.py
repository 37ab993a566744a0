"""What every page owes everybody: names, contrast, room on a small screen, nothing that axe finds grave."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.unit.console.browsing import Window, check_names, faint

SIZES = ((1280, 860), (390, 844))
SMALLEST = (320, 640)
"""What is left of a desk's screen for whoever enlarges four times (WCAG 2.2, 1.4.10)."""
GRAVE = ("serious", "critical")

# Runs in the driver's own world: the console's content policy lets no script in, and stays as it is.
RUN = """
const [rules, told] = arguments;
const options = rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } };
axe.run(document, { resultTypes: ["violations"], preload: false, ...options }).then(
  ({ violations }) => told(violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => [impact, id, target.join(" "), failureSummary]))),
  (error) => told([["critical", "axe failed", String(error), ""]]));
"""


@cache
def axe() -> str:
    """axe-core's own script, out of the package that carries it; nothing else of that is used."""
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


def findings(page: Window, *rules: str) -> list[list[str]]:
    """What axe finds on the page as it stands, by all its rules or by these: impact, rule, place, why."""
    if not page.driver.execute_script("return typeof axe === 'object'"):
        page.driver.execute_script(axe())
    found: list[list[str]] = page.driver.execute_async_script(RUN, list(rules) or None)
    return found


def looked_at(page: Window, where: str, *, names: bool = True) -> None:
    """The page as it stands is for everyone: light and dark, on a desk and on a phone."""
    if names:
        check_names(page)
    for width, height in SIZES:
        page.size(width, height)
        for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):
            page.scheme(scheme)
            assert faint(page) == [], (where, width, scheme)
            grave = [one for one in findings(page, *rules) if one[0] in GRAVE]
            assert grave == [], (where, width, scheme)
    assert small(page) == [], where
    page.size(*SMALLEST)
    wide = page.driver.execute_script("return document.documentElement.scrollWidth")
    assert wide <= SMALLEST[0], (where, wide)
    page.size(*SIZES[0])
    page.scheme("light")


def unfold(page: Window) -> None:
    page.driver.execute_script("document.querySelectorAll('details').forEach((one) => (one.open = true))")


def small(page: Window) -> list[str]:
    """Controls under 24 by 24 pixels (WCAG 2.2, 2.5.8); links within a line of text are exempt."""
    controls = "main button, main select, main summary, main .button, .top a, .filter a"
    found: list[str] = page.driver.execute_script(
        "return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility())"
        ".map((one) => [one.textContent.trim(), one.getBoundingClientRect()])"
        ".filter(([, place]) => Math.min(place.width, place.height) < 24).map(([name]) => name)",
        controls,
    )
    return found
