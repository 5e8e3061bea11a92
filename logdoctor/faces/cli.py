"""The command line: what each command and option means, in the words its help shows."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from logdoctor.faces import output, status
from logdoctor.faces.pipeline import Call, answered
from logdoctor.faces.status import Refused

app = typer.Typer(
    name="logdoctor",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
rules = typer.Typer(rich_markup_mode=None, help="List the rules, check them, and write new ones.")
app.add_typer(rules, name="rules")


class Format(StrEnum):
    """How a report is written."""

    auto = "auto"
    terminal = "terminal"
    plain = "plain"
    json = "json"
    markdown = "markdown"
    html = "html"
    sarif = "sarif"
    junit = "junit"
    lines = "lines"
    github = "github"


class Written(StrEnum):
    """What has a published form."""

    report = "report"
    rule = "rule"
    case = "case"


class Colour(StrEnum):
    """When to paint."""

    auto = "auto"
    always = "always"
    never = "never"


class Level(StrEnum):
    """Which remedies may be written."""

    safe = "safe"
    review = "review"


Logs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[LOG]...", help="Logs of the build; - is standard input.", show_default=False),
]
FormatOption = Annotated[
    Format, typer.Option(help="How to write the report; auto is terminal where somebody watches, else plain.")
]
ColourOption = Annotated[Colour, typer.Option(help="Whether to paint; NO_COLOR and FORCE_COLOR count too.")]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="The project that was built. Without it the current folder, if it holds a Dockerfile, "
        "package.json or pnpm-workspace.yaml.",
        show_default=False,
    ),
]
DockerfileOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="The Dockerfile that was built, if there are several.", show_default=False
    ),
]
RunOption = Annotated[
    str | None,
    typer.Option(
        "--run",
        metavar="ID|URL",
        help="Fetch the logs of a run's failed jobs from GitHub or GitLab; a job's URL for that job alone. "
        "GH_TOKEN or GITLAB_TOKEN is used if set.",
        show_default=False,
    ),
]
RepoOption = Annotated[
    str | None,
    typer.Option(
        "--repo", metavar="OWNER/NAME", help="The repository of a run's number.", show_default=False
    ),
]
ExitZeroOption = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 whatever the log says, for steps that must not fail.")
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        output.answer(f"logdoctor {version('logdoctor')}\n")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Name the line that broke a build, and hand back the patch that repairs it.

    \b
      docker build . 2>&1 | logdoctor      diagnose what a pipe brings
      logdoctor build.log                  diagnose a file (the same as: logdoctor diagnose build.log)
      logdoctor fix --diff build.log       only the patch, for git apply
      logdoctor run -- pnpm build          run a command and diagnose it when it fails
      logdoctor prove -- pnpm build        repair a copy until the build is green
      logdoctor comment build.log          in CI: tell the pull request, in one comment

    Exit status: 0 no failure in the log, 1 failure diagnosed, 2 wrong call or settings, 3 failure with
    an unknown cause, 4 nothing readable on input.
    """


@app.command()
def diagnose(
    logs: Logs = None,
    format: FormatOption = Format.auto,
    project: ProjectOption = None,
    dockerfile: DockerfileOption = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print only the patch.")] = False,
    color: ColourOption = Colour.auto,
    exit_zero: ExitZeroOption = False,
    run: RunOption = None,
    repo: RepoOption = None,
) -> int:
    """Say what broke the build that a log is of."""
    if logs and run:
        raise Refused("give me logs or --run, not both")
    call = Call(tuple(logs or ()), project, dockerfile, format.value, color.value, exit_zero, run, repo)
    if diff:
        from logdoctor.faces.fix import printed

        return printed(call)
    return answered(call)


@app.command()
def fix(
    logs: Logs = None,
    project: ProjectOption = None,
    dockerfile: DockerfileOption = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print the patch and nothing else, for git apply.")
    ] = False,
    apply: Annotated[
        Level | None,
        typer.Option(
            help="Write the patches into the project's files: safe ones, or with --apply=review also those "
            "that should be read first.",
            show_default=False,
        ),
    ] = None,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Also change files with changes that git does not know.")
    ] = False,
    color: ColourOption = Colour.auto,
) -> int:
    """Show the patches that repair a build, or write them.

    Only patches that both the log and the project's files call for are written. Without --diff and
    --apply the patches are shown with the reason for each.
    """
    from logdoctor.faces import fix as fixing

    call = Call(tuple(logs or ()), project, dockerfile, colour=color.value)
    if apply:
        return fixing.applied(call, apply.value, allow_dirty)
    return fixing.printed(call) if diff else answered(call)


@app.command(context_settings={"allow_interspersed_args": False})
def run(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="The build, after --.")],
    format: FormatOption = Format.auto,
    project: ProjectOption = None,
    dockerfile: DockerfileOption = None,
    color: ColourOption = Colour.auto,
    log: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Keep the output in this file as well.", show_default=False),
    ] = None,
) -> int:
    """Run a build, pass its output on, and diagnose it when it fails.

    The report goes to standard error. The exit status is always the command's own.
    """
    from logdoctor.faces.run import watched

    return watched(command, Call((), project, dockerfile, format.value, color.value), log)


@app.command()
def comment(
    logs: Logs = None,
    run: RunOption = None,
    repo: RepoOption = None,
    pr: Annotated[
        int,
        typer.Option(
            "--pr", metavar="N", help="The pull request or merge request, if the environment does not tell."
        ),
    ] = 0,
    status: Annotated[
        str,
        typer.Option(
            metavar="success|failure",
            help="How this job ended; after success no log is read.",
            show_default=False,
        ),
    ] = "",
    job: Annotated[str, typer.Option(help="This job's name.", show_default=False)] = "",
    key: Annotated[
        str, typer.Option(help="Tells comments apart; by default the workflow's name.", show_default=False)
    ] = "",
    project: ProjectOption = None,
    dockerfile: DockerfileOption = None,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Post nothing less sure; 0 posts guesses too.")
    ] = 0.75,
    author: Annotated[
        str,
        typer.Option(
            metavar="LOGIN", help="Who the token is, if the server does not tell.", show_default=False
        ),
    ] = "",
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest/--no-suggest", help="Also suggest the change where the pull request touches the line."
        ),
    ] = True,
    save: Annotated[
        str, typer.Option(metavar="DIR", help="Write report.json, .md and .patch there.", show_default=False)
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the comment instead of posting it.")
    ] = False,
) -> int:
    """Say below a pull request what broke its build, in one comment that is kept up to date.

    In a job of GitHub Actions or GitLab CI. With LOGs it speaks for this job; without, for all failed
    jobs of the run, or of the run that woke this one (workflow_run). Says "fixed" once the build is
    green again, and nothing where it is not sure. Never fails the job: without the rights to comment
    the report stands in the job's log and summary.
    """
    from logdoctor.faces.comment import Wish, commented

    if logs and run:
        raise Refused("give me logs or --run, not both")
    return commented(
        Wish(
            tuple(logs or ()),
            run or "",
            repo or "",
            pr,
            status,
            job,
            key,
            project,
            dockerfile,
            min_confidence,
            author,
            suggest,
            dry_run,
            save,
        )
    )


@app.command(context_settings={"allow_interspersed_args": False})
def prove(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="The build, after --.")],
    project: ProjectOption = None,
    dockerfile: DockerfileOption = None,
    rounds: Annotated[int, typer.Option(min=1, metavar="N", help="Remedies to try at most.")] = 5,
    limit: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Size of the project up to which it is copied.")
    ] = 2000,
    apply: Annotated[
        Level | None,
        typer.Option(
            help="Write the patch into your files when the build is green with it; --apply=review where "
            "a remedy should be read first.",
            show_default=False,
        ),
    ] = None,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Also change files with changes that git does not know.")
    ] = False,
) -> int:
    """Run a build in a copy of the project, patch the copy, and go on until it is green.

    The combined patch goes to standard output, all else to standard error. Exit status: 0 green, by this
    patch or as it is, 1 it now fails with something else, 3 not repaired, 2 wrong call, 130 stopped.
    """
    from logdoctor.faces.prove import Wish, proven

    level = apply.value if apply else ""
    return proven(Wish(command, project, dockerfile, rounds, limit, level, allow_dirty))


@app.command()
def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of this machine; 0 takes a free one.")
    ] = 8137,
) -> int:
    """Open a page on this machine to paste or drop a log and get the report.

    Nobody else can reach it, and nothing is kept. Needs the extra `serve`.
    """
    from logdoctor.faces.serve import served

    return served(port)


@app.command()
def mcp() -> int:
    """Answer coding agents over the Model Context Protocol, on standard input and output.

    Tools: diagnose_log, explain_rule, propose_patch. They only read. Needs the extra `mcp`.
    """
    try:
        from logdoctor.faces.mcp import served
    except ImportError:
        raise Refused("mcp needs its extra: pip install 'logdoctor[mcp]'") from None
    return served()


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A rule's name, an error code of pnpm, npm or Yarn, or a message of BuildKit.",
        ),
    ],
) -> int:
    """Tell all that is known about one trouble."""
    from logdoctor.faces.about import explained

    return explained(name)


@app.command("why-not")
def why_not(
    rule: Annotated[str, typer.Argument(help="A rule's name.")],
    log: Annotated[str, typer.Argument(help="A log; - is standard input.")],
) -> int:
    """Tell why a rule was not the verdict on a log."""
    from logdoctor.faces.about import not_chosen

    return not_chosen(rule, log)


@app.command()
def label(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The log.")],
    line: Annotated[
        int | None,
        typer.Option(
            min=1, help="The line that tells the cause; without it you are asked.", show_default=False
        ),
    ] = None,
    passed: Annotated[bool, typer.Option("--passed", help="The build passed; no line is a cause.")] = False,
    rule: Annotated[str, typer.Option(metavar="NAME", help="The rule or class that would be right.")] = "",
    family: Annotated[str, typer.Option(help="Group of troubles it belongs to.")] = "",
    folder: Annotated[
        str, typer.Option(metavar="DIR", help="Where your labelled logs are kept.")
    ] = ".logdoctor/corpus",
    project: Annotated[str, typer.Option(help="Whose log it is; logs of a project are never split.")] = "",
) -> int:
    """Keep a copy of a log, secrets masked, with what is true of it, to learn from."""
    from logdoctor.faces.learn import labelled

    return labelled(log, line, passed, rule, family, folder, project)


@app.command()
def train(
    also: Annotated[
        list[str] | None,
        typer.Option(metavar="DIR", help="Folders of your own labelled logs.", show_default=False),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The corpus; the checkout's own without it.", show_default=False),
    ] = None,
    target: Annotated[
        str, typer.Option("--output", metavar="FILE", help="Where the model goes.")
    ] = ".logdoctor/model.json",
    copies: Annotated[int, typer.Option(min=0, max=20, help="Made variations of each log.")] = 2,
) -> int:
    """Train the model that ranks lines and names the nearest trouble. Nothing leaves this machine."""
    from logdoctor.faces.learn import trained

    return trained(tuple(also or ()), corpus, target, copies)


@app.command("eval")
def evaluate(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A corpus, or a folder with a cases.jsonl.")],
    format: Annotated[
        str, typer.Option(metavar="[plain|json]", help="A table, or JSON for programs.")
    ] = "plain",
    page: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Also write one HTML page with pictures.", show_default=False),
    ] = None,
    holdout: Annotated[bool, typer.Option("--holdout", help="Only cases marked as held out.")] = False,
) -> int:
    """Measure how well labelled logs are diagnosed."""
    from logdoctor.faces.learn import evaluated

    return evaluated(folder, format, page, holdout)


@app.command()
def schema(
    of: Annotated[Written, typer.Argument(help="A report, a rule file or a corpus case.")] = Written.report,
) -> int:
    """Print the JSON Schema of --format json, of a rule file, or of a corpus case."""
    import json

    from logdoctor.faces.about import schema_of

    output.answer(json.dumps(schema_of(of), indent=2) + "\n")
    return status.NO_FAILURE


@rules.command("list")
def rules_list(
    format: Annotated[
        str, typer.Option(metavar="[plain|json]", help="A table, or JSON for programs.")
    ] = "plain",
) -> int:
    """List every rule: ours and those of the current folder."""
    from logdoctor.faces.rules import listed

    return listed(format)


@rules.command("check")
def rules_check(
    folders: Annotated[
        list[str] | None, typer.Argument(metavar="[FOLDER]...", help="Folders of rules.", show_default=False)
    ] = None,
) -> int:
    """Check rules: their form, their patterns, and every example in them."""
    from logdoctor.faces.rules import checked

    return checked(tuple(folders or ()))


@rules.command("new")
def rules_new(
    id: Annotated[str, typer.Option(metavar="NAME", help="Names the trouble, such as json-trailing-comma.")],
    log: Annotated[
        str | None,
        typer.Argument(help="The log that the rule is for; - is standard input.", show_default=False),
    ] = None,
    line: Annotated[
        int | None,
        typer.Option(
            min=1, help="The line that tells the cause; without it the most telling one.", show_default=False
        ),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option("--from", metavar="LOG:LINE", help="The log and its line in one.", show_default=False),
    ] = None,
    family: Annotated[str, typer.Option(help="Group of troubles it belongs to.")] = "shell",
    folder: Annotated[str, typer.Option(metavar="DIR", help="Where rules are kept.")] = ".logdoctor/rules",
) -> int:
    """Start a rule from a log: pattern, example and near miss, ready to be finished."""
    from logdoctor.faces.rules import placed, started

    log, line = placed(log, line, place)
    return started(log, id, line, family, folder)


@rules.command("build")
def rules_build(
    folder: Annotated[str, typer.Argument(help="The folder of rules.")] = "rules",
    target: Annotated[str, typer.Option(metavar="FILE", help="Where the book is written.")] = "book.json",
) -> int:
    """Compile a folder of rules into one book, as a wheel carries it."""
    from logdoctor.faces.rules import built

    return built(folder, target)


def run_call(arguments: Sequence[str]) -> int:
    """Answer one call; the library's own exits become statuses."""
    try:
        result = typer.main.get_command(app).main(_spelled_out(arguments), "logdoctor", standalone_mode=False)
        return result if isinstance(result, int) else status.NO_FAILURE
    except typer.Abort:
        return status.INTERRUPTED
    except typer.TyperException as wrong:
        output.tell(f"logdoctor: {wrong.format_message()}\nlogdoctor --help tells every command and option.")
        return status.USAGE
    except Refused as refused:
        output.tell(f"logdoctor: {refused}")
        return refused.status


def _spelled_out(arguments: Sequence[str]) -> list[str]:
    """Put in what may be left out: the command `diagnose`, and the level of `--apply`."""
    words = list(arguments)
    if words and words[0] not in COMMANDS and words[0] not in ("-h", "--help", "--version"):
        words.insert(0, "diagnose")
    if words and words[0] in ("fix", "prove"):
        end = words.index("--") if "--" in words else len(words)
        words[:end] = ["--apply=safe" if word == "--apply" else word for word in words[:end]]
    return words


COMMANDS = frozenset(
    command.name or command.callback.__name__ for command in app.registered_commands if command.callback
) | {"rules"}
