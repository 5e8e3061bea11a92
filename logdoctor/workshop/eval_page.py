"""The figures of `logdoctor eval` as one HTML page that needs nothing else, pictures included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from logdoctor.workshop.evaluate import ROWS, _percent

SIDE = 260
"""Pixels of a picture's plot."""
EDGE = 34
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;"
    "background:#fff}table{border-collapse:collapse}td,th{padding:.15rem .7rem;text-align:left;"
    "border-bottom:1px solid #dde}td.n{text-align:right;font-variant-numeric:tabular-nums}svg{margin:1rem 1rem 0 0}"
    "svg text{font:11px system-ui,sans-serif;fill:#556}@media(prefers-color-scheme:dark){body{color:#dde;"
    "background:#12161c}td,th{border-color:#334}svg text{fill:#aab}}"
)


def page(card: Mapping[str, Any], title: str) -> str:
    """The whole page."""
    rows = [(words, _percent(card[key])) for key, words in ROWS]
    rows.append(("expected calibration error", f"{card['ece']:.3f}"))
    perfect = card["ece_if_perfect"]
    rows.append(("… if perfectly calibrated, 5 to 95 %", f"{perfect['low']:.3f} to {perfect['high']:.3f}"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{escape(title)}</h1>\n<p>{card['failed']} failed logs, {card['passed']} that passed.</p>\n"
        f"{_table(('figure', 'value'), rows)}\n"
        f"{_reliability(card['reliability'])}{_risk(card['risk_coverage'])}\n"
        f"<h2>Families</h2>\n{_confusion(card['families'])}\n"
        f"<h2>Slowest logs</h2>\n{_table(('log', 'ms'), card['slowest'])}\n</body></html>\n"
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        f"<tr><td>{escape(str(row[0]))}</td>"
        + "".join(f'<td class="n">{escape(str(value))}</td>' for value in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{top}</tr>{body}</table>"


def _confusion(families: Mapping[str, Mapping[str, int]]) -> str:
    names = sorted({*families, *(got for row in families.values() for got in row)})
    rows = [[family, *(families[family].get(name, "") for name in names)] for family in families]
    return _table(("is \\ told", *names), rows)


def _plot(title: str, across: str, up: str, inner: str, top: float = 1.0) -> str:
    size = SIDE + 2 * EDGE
    ticks = "".join(
        f'<text x="{_x(n / 4):.0f}" y="{size - EDGE + 14}" text-anchor="middle">{n / 4:g}</text>'
        f'<text x="{EDGE - 4}" y="{_y(n / 4) + 4:.0f}" text-anchor="end">{top * n / 4:.2g}</text>'
        for n in range(5)
    )
    return (
        f'<svg width="{size}" height="{size}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<rect x="{EDGE}" y="{EDGE}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#99a"/>{ticks}{inner}'
        f'<text x="{size / 2}" y="{size - 4}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="{EDGE}" y="{EDGE - 10}">{escape(up)}</text></svg>'
    )


def _reliability(rows: Sequence[Sequence[float]]) -> str:
    most = max((row[2] for row in rows), default=1)
    dots = "".join(
        f'<circle cx="{_x(p):.1f}" cy="{_y(share):.1f}" r="{3 + 7 * (count / most) ** 0.5:.1f}" fill="#2563eb" '
        f'fill-opacity=".7"><title>{count:g} answers at {p:.2f}: {share:.0%} right</title></circle>'
        for p, share, count in rows
    )
    line = f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#99a" stroke-dasharray="4"/>'
    return _plot("Reliability", "confidence", "share that is right", line + dots)


def _risk(points: Sequence[Sequence[float]]) -> str:
    top = max(0.05, *(risk for _, risk in points)) if points else 0.05
    path = " ".join(f"{_x(share):.1f},{_y(risk / top):.1f}" for share, risk in points)
    return _plot(
        "Risk and coverage",
        "share answered, the surest first",
        "share of those that is wrong",
        f'<polyline points="{path}" fill="none" stroke="#dc2626" stroke-width="2"/>',
        top,
    )


def _x(value: float) -> float:
    return EDGE + SIDE * value


def _y(value: float) -> float:
    return EDGE + SIDE * (1 - value)
