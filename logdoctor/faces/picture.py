"""The README's picture: a real report about a real log, as a terminal shows it."""

from __future__ import annotations

import io
from pathlib import Path

from logdoctor.faces.pipeline import Call, again, examined
from logdoctor.render.terminal import render

COLUMNS = 100
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px;
line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""
"""Rich's own layout without its fonts from elsewhere: a picture fetches nothing."""


def picture(case: Path, log: str) -> str:
    """The report on a case's log as an SVG."""
    from rich.console import Console
    from rich.text import Text

    call = Call((str(case / log),), str(case / "project"))
    report, _ = examined(call)
    report = report._replace(logs=tuple(each._replace(name="build.log") for each in report.logs))
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False, markup=False
    )
    console.print("[bold green]$[/] logdoctor build.log\n", markup=True)
    console.print(Text.from_ansi(render(report, COLUMNS, again=again(Call(("build.log",))))), soft_wrap=True)
    text = console.export_svg(title="logdoctor", code_format=FORMAT, unique_id="logdoctor")
    return "\n".join(line.rstrip() for line in text.split("\n"))
