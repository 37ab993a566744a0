"""The cost curve as a page anybody can open: what each threshold misses and alarms on, and which was
chosen.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from escalation.danger.classifier import FOLDER

WIDTH, HEIGHT, EDGE = 640, 400, 48
MOST_ALARMS, MOST_MISSED = 0.3, 0.15  # where the picture ends

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Danger: the cost curve</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
svg {{ width: 100%; height: auto }} text {{ font-size: 13px; fill: #44505c }}
table {{ border-collapse: collapse }}
td, th {{ padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #d8dee4 }}
th:first-child, td:first-child {{ text-align: left }}
</style>
<h1>What is missed, what alarms for nothing</h1>
<p>Measured on {kept} messages kept back from tuning and training, by which the threshold was chosen. Each
point of the line is one threshold. The chosen one costs least when a missed danger is as bad as {danger:g}
needless alarms and a missed emergency as bad as {emergency:g}.</p>
{picture}
<table><tr><th>chosen</th><th>both detectors</th></tr>{rows}</table>
<h2>By language</h2>
<table><tr><th>language</th><th>found</th><th>of</th><th>alarms</th><th>of harmless</th></tr>
{languages}</table>
</html>
"""


def page(folder: Path = FOLDER) -> str:
    """The page of a model's card; raises OSError or ValueError where there is no readable card."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    chosen, spoken = card["chosen"], card["by language"]
    rows = "".join(
        f"<tr><td>{escape(name.replace('_', ' '))}</td><td>{value:g}</td></tr>"
        for name, value in chosen.items()
    )
    languages = "".join(
        f"<tr><td>{escape(name)}</td><td>{row['recall']:.3f}</td><td>{row['harmful']}</td>"
        f"<td>{row['alarms']:.3f}</td><td>{row['harmless']}</td></tr>"
        for name, row in spoken.items()
    )
    return PAGE.format(
        kept=sum(row["harmful"] + row["harmless"] for row in spoken.values()),
        danger=card["costs"]["missed danger"],
        emergency=card["costs"]["missed emergency"],
        picture=picture(card["curve"], chosen),
        rows=rows,
        languages=languages,
    )


def picture(curve: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any]) -> str:
    """The curve as SVG: alarms to the right, missed upwards."""
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, curve))
    x, y = place(chosen)
    ticks = ""
    for share in (0, 0.25, 0.5, 0.75, 1):
        right, up = place({"alarms": MOST_ALARMS * share, "missed": MOST_MISSED * share})
        ticks += f'<text x="{right:.0f}" y="{HEIGHT - EDGE + 20}">{MOST_ALARMS * share:.1%}</text>'
        ticks += f'<text x="4" y="{up + 4:.0f}">{MOST_MISSED * share:.1%}</text>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Missed danger against needless alarms">'
        f'<path d="M{EDGE},{EDGE} V{HEIGHT - EDGE} H{WIDTH - EDGE}" fill="none" stroke="#9aa6b2"/>{ticks}'
        f'<text x="{WIDTH / 2 - 90}" y="{HEIGHT - 6}">harmless messages that alarm</text>'
        f'<text x="{EDGE}" y="{EDGE - 14}">danger and emergency missed</text>'
        f'<polyline points="{line}" fill="none" stroke="#1f6f8b" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#c1440e"/>'
        f'<text x="{x + 10:.1f}" y="{y - 8:.1f}">chosen</text></svg>'
    )


def place(point: Mapping[str, Any]) -> tuple[float, float]:
    """Where a point of the curve stands in the picture."""
    right = min(1.0, float(point["alarms"]) / MOST_ALARMS)
    up = min(1.0, float(point["missed"]) / MOST_MISSED)
    return EDGE + (WIDTH - 2 * EDGE) * right, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * up
