"""The recorder: what it rewrites, what it keeps, and what it never does silently."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from logdoctor.workshop.lab import recorder, stub
from logdoctor.workshop.lab.backend import Backend, Phase, Recording, Tool
from logdoctor.workshop.lab.case import Case, CaseError, Variant, find_cases, json_schema, load_case
from logdoctor.workshop.lab.normalise import Names, foreign_hosts, normalise, steady

CASE = """\
schema: 1
id: comma
family: manifest
title: A comma too many
broken: A comma.
holdout: false
where: host
setup: [[npm, install]]
commands: [["{tool}", install]]
# comments stay
matrix:
  - {tool: npm, versions: ["11"]}
  - {tool: bun, versions: ["1"], expect: {outcome: passed}}
  - {tool: yarn, versions: ["1"], rule: yarn-comma}
expect:
  outcome: failed
  rule: npm-comma
  cause: ['unexpected comma', 'JSON']
  chain: ['code 1']
remedy: null
person: Nobody knows.
"""
LOG = (
    b"\x1b[31mERROR\x1b[0m unexpected comma in /scratch/app/package.json\n"
    b"at https://packages.acme.io/x\nnpm error code 1\n"
)

Run = Callable[[Path], Recording]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return make_case(tmp_path, CASE)


def make_case(corpus: Path, text: str) -> Case:
    folder = corpus / "manifest" / "comma"
    (folder / "project").mkdir(parents=True)
    (folder / "project" / "package.json").write_text("{,}", encoding="utf-8")
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return load_case(folder)


def tool(case: Case, row: int = 0) -> Tool:
    variant = case.spec.matrix[row]
    return Tool(variant.tool, "1.2.3", "20.0.0", None, "linux/amd64", variant)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes, int], list[tuple[Phase, list[list[str]]]]]:
    """Replaces the backend by one that prints the given bytes; returns what it was asked to run."""

    def install(data: bytes, status: int) -> list[tuple[Phase, list[list[str]]]]:
        calls: list[tuple[Phase, list[list[str]]]] = []

        def run(
            case: Case, commands: Sequence[Sequence[str]], folder: Path, tool: Tool, phase: Phase
        ) -> Recording:
            assert (folder / "package.json").exists()
            calls.append((phase, [list(command) for command in commands]))
            return Recording(data, status) if phase == "build" else Recording(b"", 0)

        def names(folder: Path) -> Mapping[str, str]:
            return {"/scratch/app": "/app"}

        monkeypatch.setattr(recorder, "backend_of", lambda case: Backend(lambda case: [], run, names))
        return calls

    return install


Builds = Callable[[bytes, int], list[tuple[Phase, list[list[str]]]]]


def test_a_recording_is_kept_with_its_cause_and_chain(case: Case, builds: Builds) -> None:
    calls = builds(LOG, 1)
    done = recorder.record(case, tool(case))
    label = load_case(case.folder).spec.logs[0]
    kept = (case.folder / label.file).read_bytes()
    assert done.verdict == "new"
    assert calls == [("setup", [["npm", "install"]]), ("build", [["{tool}", "install"]])]
    assert kept == LOG.replace(b"/scratch/app", b"/app").replace(b"packages.acme.io", b"registry.example")
    assert label.cause is not None
    assert (label.cause.line, label.cause.text) == (1, "ERROR unexpected comma in /app/package.json")
    assert [(place.line, place.text) for place in label.chain] == [(3, "npm error code 1")]
    assert (label.rule, label.exit_code, label.outcome) == ("npm-comma", 1, "failed")


def test_writing_labels_keeps_every_other_byte_of_the_case(case: Case, builds: Builds) -> None:
    builds(LOG, 1)
    recorder.record(case, tool(case))
    recorder.record(case, tool(case))
    text = (case.folder / "case.yaml").read_text(encoding="utf-8")
    assert text.startswith(CASE)
    assert text.count("logs:") == 1


def test_a_log_that_differs_is_shown_and_not_written(case: Case, builds: Builds) -> None:
    builds(LOG, 1)
    recorder.record(case, tool(case))
    builds(LOG.replace(b"unexpected", b"quite unexpected"), 1)
    done = recorder.record(case, tool(case))
    assert done.verdict == "changed"
    assert "quite unexpected comma in /app/package.json" in done.detail
    assert b"quite" not in (case.folder / "logs" / "npm-1.2.3.log").read_bytes()
    assert recorder.record(case, tool(case), accept=True).verdict == "accepted"
    assert b"quite" in (case.folder / "logs" / "npm-1.2.3.log").read_bytes()


def test_other_times_are_no_difference(case: Case, builds: Builds) -> None:
    builds(LOG + b"Done in 1.3s\nProgress: resolved 1, reused 0\n", 1)
    recorder.record(case, tool(case))
    builds(LOG + b"Done in 840ms\n", 1)
    assert recorder.record(case, tool(case)).verdict == "same"


def test_a_build_that_passes_unexpectedly_is_not_kept(case: Case, builds: Builds) -> None:
    builds(b"all fine\n", 0)
    done = recorder.record(case, tool(case))
    assert (done.verdict, done.detail) == ("unexpected", "expected failed, but exit code 0\nall fine\n")
    assert not (case.folder / "logs").exists()


def test_a_log_without_the_expected_cause_is_not_kept(case: Case, builds: Builds) -> None:
    builds(b"segmentation fault\n", 139)
    assert recorder.record(case, tool(case)).verdict == "unexpected"


def test_a_row_may_expect_something_else(case: Case, builds: Builds) -> None:
    builds(b"fine, commas are welcome\n", 0)
    recorder.record(case, tool(case, row=1))
    builds(LOG, 1)
    recorder.record(case, tool(case, row=2))
    labels = {label.tool: label for label in load_case(case.folder).spec.logs}
    assert (labels["bun"].outcome, labels["bun"].rule, labels["bun"].cause) == ("passed", None, None)
    assert labels["yarn"].rule == "yarn-comma"


def test_the_first_pattern_that_matches_anywhere_names_the_line(case: Case, builds: Builds) -> None:
    builds(b"JSON is strict\nunexpected comma\n", 1)
    recorder.record(case, tool(case))
    cause = load_case(case.folder).spec.logs[0].cause
    assert cause is not None
    assert cause.line == 2


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("schema: 1", "schema: 2"), "schema"),
        (("id: comma", "id: other"), "another folder"),
        (("holdout: false\n", ""), "holdout"),
        (("person:", "persons:"), "persons"),
        (("'unexpected comma'", "'('"), "pattern '('"),
        (("cause: ['unexpected comma', 'JSON']", "cause: []"), "at least one `cause`"),
        (("title: A comma too many", "title: [A"), "case.yaml"),
    ],
)
def test_a_wrong_case_is_refused_with_its_file(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    with pytest.raises(CaseError) as refused:
        make_case(tmp_path, CASE.replace(*change))
    assert str(tmp_path / "manifest" / "comma" / "case.yaml") in str(refused.value)
    assert complaint in str(refused.value)


def test_cases_are_found_by_family_name_or_both(case: Case) -> None:
    corpus = case.folder.parent.parent
    for name in ("manifest", "comma", "manifest/comma", "corpus/manifest/comma/"):
        assert [found.name for found in find_cases(corpus, [name])] == ["manifest/comma"]
    assert find_cases(corpus, ["native-module"]) == []


def test_hosts_of_registries_and_mirrors_leave_the_log() -> None:
    shown = normalise(
        b"GET https://registry.acme.org/left-pad\nErr http://deb.acme.org/debian x\nhttps://pkgs.corp.internal/a\n"
        b"for source https://api.nuabc.org/v3/index.json.\nplugins on https://releases.acmeicorp.com...\n"
        b"see https://cxan.r-abcdefg.org/doc\n",
        Names({}, ["pkgs.corp.internal"]),
    )
    assert shown == (
        b"GET https://registry.example/left-pad\nErr http://mirror.example/debian x\nhttps://mirror.example/a\n"
        b"for source https://registry.example/v3/index.json.\nplugins on https://registry.example...\n"
        b"see https://registry.example/doc\n"
    )
    assert foreign_hosts(shown) == []


def test_the_loopback_stub_is_shown_as_a_registry() -> None:
    text = b"GET http://localhost:4873/@acme%2fkeys - 401\n"
    assert normalise(text, Names({}), stub=True) == b"GET https://registry.example/@acme%2fkeys - 401\n"
    assert normalise(text, Names({})) == text


def test_the_longest_path_is_replaced_first() -> None:
    names = Names({"/a/lab": "/opt/lab", "/a/lab/home": "/home/user"})
    assert normalise(b"/a/lab/home/.npm /a/lab/node", names) == b"/home/user/.npm /opt/lab/node"


def test_strange_bytes_pass_through_the_normaliser() -> None:
    odd = b"\xff\xfe\x00caf\xe9\r\n\xe2\x80\x89ERR_PNPM\xe2\x80\x89"
    assert normalise(odd, Names({"/a": "/b"})) == odd


def test_steady_text_has_no_rate_of_a_download() -> None:
    slow = b"Base                     35 kB/s | 257  B     00:00    \nError: Unknown repo: 'crb'\n"
    assert steady(slow) == b"Error: Unknown repo: 'crb'"


def test_steady_text_has_no_time_that_a_build_with_dotnet_took() -> None:
    assert steady(b"Time Elapsed 00:00:00.68\n") == steady(b"Time Elapsed 00:00:01.30\n")


def test_steady_text_has_no_progress_of_a_pull() -> None:
    layer = b"a" * 64
    buildkit = b"#4 sha256:%b 0B / 71.68kB 15.1s\n#4 sha256:%b\n#4 extracting sha256:%b\n" % (
        layer,
        layer,
        layer,
    )
    old = b"561480810407: Verifying Checksum\n561480810407: Download complete\n"
    assert steady(buildkit + old + b"unknown blob\n") == b"unknown blob"
    assert steady(b"#1 transferring dockerfile: 87B 0.0s done") == steady(
        b"#1 transferring dockerfile: 87B done"
    )


def test_steady_text_has_no_times() -> None:
    assert steady(b"Done in 1.2s\n\nrun 2026-11-23T13_10_46_180Z-debug-0.log\n") == steady(
        b"Done in 41ms\nrun 2027-01-01T00_00_00_001Z-debug-0.log\n"
    )


def test_the_schema_names_every_field_of_a_case() -> None:
    text = json.dumps(json_schema())
    assert all(f'"{field}"' in text for field in ("matrix", "holdout", "commands", "exit_code", "cause"))


def test_the_stub_registry_answers_as_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stub, "PORT", 48_731)
    offers = {"@acme/keys": {"answers": [401]}, "boat": {"answers": [503, 200], "versions": {"2.0.0": {}}}}
    (tmp_path / "stub.json").write_text(json.dumps(offers), encoding="utf-8")
    with stub.registry_stub(tmp_path):
        assert status_of("@acme%2fkeys") == 401
        assert status_of("nobody") == 404
        assert status_of("boat") == 503
        with urllib.request.urlopen("http://127.0.0.1:48731/boat") as answer:
            assert json.load(answer)["dist-tags"] == {"latest": "2.0.0"}
        with urllib.request.urlopen("http://127.0.0.1:48731/boat/-/boat-2.0.0.tgz") as answer:
            assert answer.read(2) == b"\x1f\x8b"


def status_of(name: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:48731/{name}")
    refused.value.close()
    return refused.value.code


def test_the_label_of_a_tool_names_its_log(case: Case) -> None:
    row = Variant(tool="pnpm", versions=["11"], node="22")
    assert Tool("pnpm", "11.1.0", "22.2.0", None, "linux/amd64", row, "-node22").label == "pnpm-11.1.0-node22"
