"""What is said about each failure: the verdict first, then the repair, then how it came about."""

# Without postponed annotations: named tuples would compile each one, which costs milliseconds.
import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

from logdoctor.model import Cause, Diagnosis, NotPatched, Patch, Remedy, Report, Step
from logdoctor.render.clean import clean, clean_diff, clean_line
from logdoctor.render.html.markup import Child, Html, h, raw
from logdoctor.render.page import UNKNOWN, known, sureness
from logdoctor.render.places import log_of, step_of
from logdoctor.wording import nearest

LONGEST = 1200
"""Characters of a quoted line; what tells is always among them."""
DIFF_LINES = 400

Href = Callable[[str, int], str | None]
"""Where a line of a log stands on the page, if it is shown."""

_LEVEL = {"safe": "safe", "review": "check it first", "manual": "needs you"}
_NATURE = {
    "environment": "It comes from the machine or image that builds, not from the code.",
    "upstream": "It comes from somebody else's package or server.",
    "transient": "It may pass when the build runs again.",
}


class Quote(NamedTuple):
    """A line to show: its number, where it stands on the page, and which part of it tells."""

    number: int | None
    text: str
    href: str | None = None
    span: tuple[int, int] = (0, 0)


def verdicts(report: Report, href: Href) -> Html:
    """Everything but the drawing and the log."""
    if report.outcome != "failed":
        return _no_failure(report, href)
    if not report.diagnoses:
        return _unknown(report, href)
    unknown = not any(known(each) for each in report.diagnoses)
    telling = _telling(report, href) if unknown else None
    return h("div", _several(report), [_diagnosis(each, report, href) for each in report.diagnoses], telling)


def _several(report: Report) -> Html | None:
    """What was found, in a glance, where it is more than one thing."""
    if len(report.diagnoses) < 2:
        return None
    links = [
        h(
            "li",
            h("a", clean_line(each.title if known(each) else UNKNOWN)[:200], href=f"#{clean_line(each.id)}"),
        )
        for each in report.diagnoses
    ]
    return h("nav", h("h2", f"{len(links)} independent failures"), h("ol", links), class_="several")


def _no_failure(report: Report, href: Href) -> Html:
    names = ", ".join(clean_line(log.name) for log in report.logs) or "the input"
    if report.outcome == "passed":
        return h("article", _eyebrow("passed", "Passed"), h("h1", f"No failure in {names}"))
    return h(
        "article",
        _eyebrow("unknown", "Undecided"),
        h("h1", f"No failure known in {names}"),
        h("p", "The log does not show how the build ended.", class_="why"),
        _telling(report, href),
    )


def _unknown(report: Report, href: Href) -> Html:
    return h(
        "article",
        _eyebrow("failed", "Build failed"),
        h("h1", "No rule knows why the build failed"),
        _telling(report, href),
    )


def _eyebrow(kind: str, word: str, aside: str = "") -> Html:
    sign = {"failed": "✗", "passed": "✓"}.get(kind, "?")
    return h(
        "p",
        h("span", h("span", sign, aria_hidden="true"), f" {word}", class_=f"pill {kind}"),
        h("span", aside, class_="aside") if aside else None,
        class_="eyebrow",
    )


def _telling(report: Report, href: Href) -> Html | None:
    if not report.excerpt:
        return None
    quotes = [Quote(each.line, each.text, href(each.log, each.line)) for each in report.excerpt]
    return h("section", h("h2", "The lines that tell most"), _quoted(quotes), class_="telling")


def _diagnosis(diagnosis: Diagnosis, report: Report, href: Href) -> Html:
    sure = f"{sureness(diagnosis)} · {diagnosis.confidence:.2f}"
    title = diagnosis.title if known(diagnosis) else UNKNOWN
    return h(
        "article",
        _eyebrow("failed", "Build failed", sure),
        h("h1", clean_line(title)[:300]),
        _where(diagnosis, report, href),
        _evidence(diagnosis, href),
        _why(diagnosis),
        _remedies(diagnosis),
        _chain(diagnosis, report, href),
        _basis(diagnosis),
        id=clean_line(diagnosis.id),
    )


def _where(diagnosis: Diagnosis, report: Report, href: Href) -> Html:
    places: list[Child] = []
    log, cause, step = log_of(diagnosis, report), diagnosis.cause, step_of(diagnosis, report)
    if log and cause:
        name = f"{clean_line(log.name)[-160:]}:{cause.line}"
        places.append(_linked(name, href(cause.log, cause.line)))
        if log.job:
            places.append(f"job {clean_line(log.job)[:160]}")
    if step and step.kind != "log":
        places += _step_places(step)
    others = len({(each.log, each.line) for each in diagnosis.occurrences}) - 1
    if others > 0:
        places.append(f"and {others} more time{'s' if others > 1 else ''}")
    return h("p", [h("span", place) for place in places], class_="where")


def _step_places(step: Step) -> Iterable[Child]:
    if step.file and step.line:
        yield f"{clean_line(step.file)[-160:]}:{step.line}"
    yield clean_line(step.name)[:160]
    if step.platform:
        yield clean_line(step.platform)[:40]


def _linked(text: str, href: str | None) -> Child:
    return h("a", text, href=href) if href else text


def _evidence(diagnosis: Diagnosis, href: Href) -> Html | None:
    """The cause and what supports it: lines of the log, and lines of the user's files by file."""
    cause = diagnosis.cause
    if not cause:
        return None
    quotes = {cause.line: _quote(cause, href)}
    files: dict[str, list[Quote]] = {}
    for each in diagnosis.evidence:
        if each.side == "project":
            files.setdefault(each.file or "project", []).append(Quote(each.line, each.text))
        elif each.line is not None and len(quotes) < 4:
            quotes.setdefault(each.line, Quote(each.line, each.text, href(cause.log, each.line)))
    return h(
        "div",
        _quoted([quotes[number] for number in sorted(quotes)]),
        [
            h("figure", h("figcaption", clean_line(file)), _quoted(lines[:6]), class_="file")
            for file, lines in files.items()
        ],
        class_="evidence",
    )


def _quote(cause: Cause, href: Href) -> Quote:
    begin, end = cause.span
    start = max(0, begin - LONGEST // 3) if len(cause.text) > LONGEST and begin > LONGEST // 2 else 0
    return Quote(cause.line, cause.text[start:], href(cause.log, cause.line), (begin - start, end - start))


def _quoted(quotes: Iterable[Quote]) -> Html:
    return h("ol", [_row(quote) for quote in quotes], class_="quote")


def _row(quote: Quote) -> Html:
    number = str(quote.number or "")
    label = h("a", number, href=quote.href) if quote.href else h("b", number)
    return h("li", label, h("code", marked(quote.text, quote.span)))


def marked(text: str, span: tuple[int, int]) -> Child:
    """The text with its telling part marked, and without its end where it is too long."""
    begin, end = max(0, min(span[0], LONGEST)), max(0, min(span[1], LONGEST))
    rest = len(text) - LONGEST
    more = h("span", f" … {rest} more characters", class_="aside") if rest > 0 else None
    text = clean(text[:LONGEST])
    if end <= begin:
        return [text, more]
    return [text[:begin], h("mark", text[begin:end]), text[end:], more]


def _why(diagnosis: Diagnosis) -> Child:
    if not known(diagnosis):
        like = clean_line(nearest(diagnosis.title))
        return h("p", h("strong", "Like: "), like, class_="why") if like else None
    nature = _NATURE.get(diagnosis.nature, "")
    return h("p", f"{clean_line(diagnosis.explain)} {nature}".rstrip(), class_="why")


def _remedies(diagnosis: Diagnosis) -> Child:
    if not diagnosis.remedies:
        return None
    first, *others = diagnosis.remedies
    more: Child = None
    if others:
        more = h(
            "details",
            h("summary", f"{len(others)} other way{'s' if len(others) > 1 else ''}"),
            [_remedy(each) for each in others],
            class_="others",
        )
    return h("section", h("h2", "Fix"), _remedy(first), more, class_="fix")


def _remedy(remedy: Remedy) -> Html:
    level = h("span", _LEVEL[remedy.applicability], class_=f"level {remedy.applicability}")
    steps = [h("li", h("code", clean_line(step))) for step in remedy.steps]
    return h(
        "div",
        h("h3", clean_line(remedy.title), " ", level),
        h("p", clean_line(remedy.why)) if remedy.why else None,
        _patch(remedy.outcome) if isinstance(remedy.outcome, Patch) else _not_patched(remedy, remedy.outcome),
        h("ul", steps, class_="todo") if steps else None,
        class_="remedy",
    )


def _not_patched(remedy: Remedy, outcome: NotPatched) -> Child:
    # A person's steps say it all, unless naming the project would give a patch.
    if remedy.applicability == "manual" and remedy.steps and "--project" not in outcome.reason:
        return None
    return h("p", "No patch: ", _prose(outcome.reason), class_="aside")


def _prose(text: str) -> list[Child]:
    """Running text; what stands between two backticks is code."""
    parts = clean_line(text).split("`")
    if len(parts) % 2 == 0:
        return ["`".join(parts)]
    return [h("code", part) if number % 2 else part for number, part in enumerate(parts) if part]


def _patch(patch: Patch) -> Html:
    lines = patch.diff.removesuffix("\n").split("\n")
    shown = [_diff_row(line.removesuffix("\r")) for line in lines[:DIFF_LINES]]
    copy = h(
        "button", "Copy patch", type="button", class_="copy", data_copy=json.dumps(clean_diff(patch.diff))
    )
    rest = len(lines) - DIFF_LINES
    note = "Line numbers come from the log; the files were not at hand." if patch.basis == "log" else ""
    return h(
        "figure",
        h(
            "figcaption",
            h("span", ", ".join(map(clean_line, patch.files))),
            copy,
        ),
        h("pre", shown, tabindex=0),
        h("p", f"{rest} more lines are copied with the patch", class_="aside") if rest > 0 else None,
        h("p", note, class_="aside") if note else None,
        class_="patch",
    )


def _diff_row(line: str) -> Html:
    return h("span", clean(line), raw("\n"), class_=_kind(line))


def _kind(line: str) -> str | None:
    if line.startswith(("--- ", "+++ ", "@@", "diff ")):
        return "meta"
    return "added" if line.startswith("+") else "removed" if line.startswith("-") else None


def _chain(diagnosis: Diagnosis, report: Report, href: Href) -> Child:
    if len(diagnosis.chain) < 2:
        return None
    logs = {step.id: step.log for step in report.steps}
    links = [
        h(
            "li",
            _linked(str(link.line), href(logs.get(link.step, ""), link.line)),
            h("code", clean_line(link.text)[:300]),
            class_=link.role,
        )
        for link in diagnosis.chain
    ]
    return h("section", h("h2", "How it became the end of the build"), h("ol", links, class_="chain"))


def _basis(diagnosis: Diagnosis) -> Child:
    rows: list[Child] = []
    if diagnosis.confidence_basis:
        rows.append(
            [h("dt", "Sure because"), h("dd", "; ".join(map(clean_line, diagnosis.confidence_basis)))]
        )
    if diagnosis.rule and known(diagnosis):
        rows.append([h("dt", "More"), h("dd", h("code", f"logdoctor explain {clean_line(diagnosis.rule)}"))])
    links = [each for each in diagnosis.references if each.startswith("https://")]
    if links:
        anchors = [h("a", clean_line(link), href=link, rel="noreferrer noopener") for link in links]
        rows.append([h("dt", "Read"), h("dd", [h("div", anchor) for anchor in anchors])])
    return h("dl", rows, class_="basis") if rows else None
