"""Reports made by hand, for tests of what is shown of them."""

from __future__ import annotations

from logdoctor.model import (
    Cause,
    Diagnosis,
    Evidence,
    Excerpt,
    Line,
    Link,
    Log,
    NotPatched,
    Occurrence,
    Patch,
    Remedy,
    Report,
    Step,
)

DIFF = """\
--- a/Dockerfile
+++ b/Dockerfile
@@ -3,3 +3,3 @@
 WORKDIR /app
 COPY . .
-RUN pnpm install --no-optional
+RUN pnpm install
"""
TEXT = (
    "Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies"
)

LOG = Log("l1", "build.log", (), 5120, 84, "utf-8", ("github-actions", "buildkit"))
STEP = Step(
    "s4",
    "l1",
    "buildkit",
    "[builder 4/6] RUN pnpm build",
    "failed",
    30,
    77,
    (),
    stage="builder",
    platform="linux/arm64",
    exit_code=1,
    file="Dockerfile",
    line=6,
)
REMEDY = Remedy(
    "keep-optional-packages",
    "Install optional packages again",
    "review",
    "Platform packages are optional packages, and the Dockerfile leaves those out.",
    Patch(DIFF, ("Dockerfile",), "files", {"Dockerfile": b"FROM node\n"}),
)
BY_HAND = Remedy(
    "declare-architecture",
    "Name the build's architecture in pnpm-workspace.yaml",
    "manual",
    "",
    NotPatched("which architectures are built is not in the files"),
    steps=("add linux/arm64 to supportedArchitectures",),
)
DIAGNOSIS = Diagnosis(
    id="d1",
    fingerprint="f1:9c1e0a",
    rule="native-optional-package-missing",
    klass="native-optional-package-missing",
    family="native-module",
    origin="rule",
    title="The platform package @rollup/rollup-linux-arm64-gnu is not installed",
    explain="Rollup loads a program made for linux/arm64, and it is missing from node_modules. "
    "It is an optional package, and the image was installed without those.",
    nature="your-change",
    confidence=0.97,
    confidence_basis=("a rule knows this line as a cause", "the project's files show the same fault"),
    cause=Cause("l1", 41, 41, TEXT, (7, 57)),
    step="s4",
    occurrences=(Occurrence("l1", 41),),
    chain=(
        Link(41, "cause", "cause", "s4", TEXT),
        Link(60, "consequence", "wrapper", "s4", " ELIFECYCLE  Command failed with exit code 1."),
        Link(
            77,
            "consequence",
            "wrapper",
            "s4",
            'process "/bin/sh -c pnpm build" did not complete successfully',
        ),
    ),
    evidence=(
        Evidence("log", None, 41, TEXT),
        Evidence("project", "Dockerfile", 5, "RUN pnpm install --no-optional"),
    ),
    captures={"package": "@rollup/rollup-linux-arm64-gnu", "cpu": "arm64"},
    remedies=(REMEDY, BY_HAND),
    references=("https://pnpm.io/settings#supportedarchitectures",),
)
EXCERPT = (Excerpt("l1", 41, TEXT), Excerpt("l1", 60, " ELIFECYCLE  Command failed with exit code 1."))

FAILED = Report("failed", (LOG,), (STEP,), (DIAGNOSIS,), EXCERPT)
UNKNOWN = Report("failed", (LOG,), (STEP,), (), EXCERPT)
PASSED = Report("passed", (LOG,), (STEP._replace(status="done", exit_code=0),), (), ())
UNDECIDED = Report("unknown", (LOG,), (), (), EXCERPT)

EVIL = (
    "::error::pwned ##[error]pwned\x1b[31mred\x1b]8;;https://evil.example\x07 \u202egnp.exe\u2066 "
    "@everyone <img src=x onerror=alert(1)> ``` ```` [x](https://evil.example) #123 "
    "<!-- logdoctor:v1 -->\x00\x9b2J"
)
"""Text that tries to act: escape codes, workflow commands, Markdown, HTML, mentions, reordering."""


def hostile(text: str = EVIL) -> Report:
    """The failed report with such a text wherever a log or a file can put one."""
    diagnosis = DIAGNOSIS._replace(
        title=text,
        explain=text,
        confidence_basis=(text,),
        cause=Cause("l1", 41, 41, text, (0, 20)),
        chain=tuple(link._replace(text=text) for link in DIAGNOSIS.chain),
        evidence=tuple(each._replace(text=text) for each in DIAGNOSIS.evidence),
        captures={"package": text},
        remedies=(
            REMEDY._replace(title=text, why=text, steps=(text,), outcome=_patch(text)),
            BY_HAND._replace(title=text, outcome=NotPatched(text), steps=(text,)),
        ),
    )
    return Report(
        "failed",
        (LOG._replace(name=text, job=text, lines=tuple(Line(n, text, n, lane=text) for n in range(40, 43))),),
        (STEP._replace(name=text, file=text, platform=text),),
        (diagnosis,),
        (Excerpt("l1", 41, text),),
    )


def _patch(text: str) -> Patch:
    return Patch(DIFF.replace(" COPY . .", " " + text), ("Dockerfile",), "files", {"Dockerfile": b""})
