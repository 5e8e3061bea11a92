"""The page that asks for a log, for people who do not live in a terminal."""

from __future__ import annotations

from logdoctor.render.html.markup import Child, Html, h, page


def form(token: str, problem: str = "") -> str:
    """The page; `token` comes back with the form, `problem` says why the last log could not be read."""
    return page("Diagnose a log", h("body", _header(), h("main", _form(token, problem))), "'self'")


def _header() -> Html:
    return h("header", h("a", "logdoctor", href="/", class_="brand"), h("p", "Nothing leaves this machine."))


def _form(token: str, problem: str) -> Html:
    return h(
        "article",
        h("h1", "Which build went red?"),
        h("p", problem, class_="problem", role="alert") if problem else None,
        h(
            "form",
            h("input", type="hidden", name="token", value=token),
            _field(
                "Paste the log",
                h("textarea", name="text", rows=10, spellcheck="false", placeholder="#9 ERROR: process …"),
            ),
            _field(
                "or drop it here",
                h("input", type="file", name="logs", multiple=True),
                "text, .gz, or the .zip of a GitHub run",
            ),
            _field(
                "Files of the project",
                h("input", type="file", name="files", multiple=True),
                "Dockerfile, package.json, .npmrc, pnpm-workspace.yaml, .dockerignore …: with them the patch "
                "is exact",
            ),
            _field(
                "or its folder",
                h("input", type="file", name="files", webkitdirectory=True),
                "without node_modules; the folder's own name does not count",
            ),
            h("button", "Diagnose", type="submit", class_="go"),
            method="post",
            action="/",
            enctype="multipart/form-data",
        ),
        class_="upload",
    )


def _field(label: str, field: Child, hint: str = "") -> Html:
    note = h("span", hint, class_="aside") if hint else None
    return h("label", h("span", label, class_="label"), field, note)
