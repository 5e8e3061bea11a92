"""The lab's command line: `python -m logdoctor.workshop.lab record|prove|fresh|label|tools|schema`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from logdoctor.workshop.lab import recorder, tools
from logdoctor.workshop.lab.backend import Tool
from logdoctor.workshop.lab.case import Case, CaseError, find_cases, json_schema
from logdoctor.workshop.lab.sample import sample, seed_of

CORPUS = Path("corpus")
AGAIN = "python -m logdoctor.workshop.lab prove --stale"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; 0 when all went as the cases say, 1 when not, 2 on a bad call."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "schema":
        print(json.dumps(json_schema(), indent=2))
        return 0
    if chosen.command == "tools":
        for program in tools.get_all():
            print(f"{program.name} {program.version}")
        return 0
    try:
        cases = find_cases(chosen.corpus, chosen.case)
    except CaseError as error:
        print(error, file=sys.stderr)
        return 2
    if chosen.command == "label":
        print(sum(len(recorder.relabel(case)) for case in cases), "logs labelled")
        return 0
    if chosen.command == "fresh":
        return _fresh(cases, chosen)
    return _prove(cases, chosen) if chosen.command == "prove" else _record(cases, chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m logdoctor.workshop.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("schema", help="print the JSON Schema of case.yaml")
    commands.add_parser("tools", help="get all tools into the lab's cache")
    record = commands.add_parser("record", help="run cases with real tools and keep their logs")
    record.add_argument("case", nargs="*", help="family, family/id or id; all cases when left out")
    record.add_argument("--tool", action="append", default=[], help="only this tool, e.g. pnpm or pnpm@10")
    record.add_argument("--where", choices=["host", "docker"], help="only cases that run there")
    record.add_argument(
        "--accept", action="store_true", help="write logs that differ from the committed ones"
    )
    record.add_argument("--missing", action="store_true", help="only variants that have no log yet")
    record.add_argument("--keep", type=Path, help="keep a copy of the project as the build left it")
    prove = commands.add_parser("prove", help="build cases broken, repair them by diagnosis, build again")
    prove.add_argument("case", nargs="*", help="as for record; all cases with a remedy when left out")
    prove.add_argument("--tool", action="append", default=[], help="only this tool, e.g. pnpm or pnpm@10")
    prove.add_argument("--where", choices=["host", "docker"], help="only cases that run there")
    prove.add_argument("--stale", action="store_true", help="only what `fresh` complains about")
    prove.add_argument(
        "--sample",
        metavar="COMMIT",
        type=seed_of,
        help="each case of the host with one tool and ten in Docker, chosen by the commit; writes nothing",
    )
    fresh = commands.add_parser(
        "fresh", help="name proofs older than their case, rules or edits; runs nothing"
    )
    fresh.add_argument("case", nargs="*", help="as for record")
    label = commands.add_parser("label", help="find the labelled lines of committed logs anew; runs nothing")
    label.add_argument("case", nargs="*", help="as for record")
    for command in (record, prove, fresh, label):
        command.add_argument("--corpus", type=Path, default=CORPUS)
    return parser


def _prove(cases: Sequence[Case], chosen: argparse.Namespace) -> int:
    from logdoctor.workshop.lab import prove_all

    here = [case for case in cases if chosen.where in (None, case.spec.where)]
    if chosen.sample is not None:
        return prove_all.prove_sample(sample(here, chosen.sample))
    if not chosen.stale:
        return prove_all.prove_all(chosen.corpus, here, lambda case, tool: _is_chosen(tool, chosen.tool))
    old = {(each.case.name, each.tool) for each in prove_all.stale(chosen.corpus, here)}
    names = {name for name, _ in old}
    return prove_all.prove_all(
        chosen.corpus,
        [case for case in here if case.name in names],
        lambda case, tool: (case.name, tool.label) in old and _is_chosen(tool, chosen.tool),
    )


def _fresh(cases: Sequence[Case], chosen: argparse.Namespace) -> int:
    from logdoctor.workshop.lab import prove_all

    old = prove_all.stale(chosen.corpus, cases)
    for each in old:
        print(f"{each.case.name} {each.tool}: {each.why}")
    if old:
        print(f"{len(old)} proofs are missing or out of date: {AGAIN}", file=sys.stderr)
    return 1 if old else 0


def _record(cases: Sequence[Case], chosen: argparse.Namespace) -> int:
    bad = 0
    for case in cases:
        if chosen.where not in (None, case.spec.where):
            continue
        for tool in recorder.variants(case):
            if _is_chosen(tool, chosen.tool) and not (chosen.missing and _has_log(case, tool)):
                done = recorder.record(case, tool, accept=chosen.accept, keep=chosen.keep)
                print(f"{done.verdict:10} {done.case} {done.label}", flush=True)
                if done.detail:
                    print(done.detail, flush=True)
                bad += done.verdict in ("changed", "unexpected")
    return 1 if bad else 0


def _has_log(case: Case, tool: Tool) -> bool:
    return (case.folder / "logs" / f"{tool.label}.log").exists()


def _is_chosen(tool: Tool, wanted: Sequence[str]) -> bool:
    names = (tool.name, f"{tool.name}@{tool.version}", f"{tool.name}@{tool.version.split('.')[0]}")
    return not wanted or any(word in names for word in wanted)


if __name__ == "__main__":
    sys.exit(main())
