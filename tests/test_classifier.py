"""What no rule knows: the model points at lines, names the nearest trouble, and says how sure it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from calls import COMMA_LOG, CORPUS, logdoctor

from logdoctor import diagnose
from logdoctor.knowledge.book import RuleBook
from logdoctor.knowledge.classify import Classifier, ModelError, load, shipped
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Opinion, Report, Step
from logdoctor.resources import packaged
from logdoctor.workshop.measure import ece, perfect_band

ROOT = Path(__file__).parent.parent
NO_RULES = RuleBook()
UNKNOWN = """\
$ widgetc --release
reading 41 widgets from /srv/build-7731/widgets
warning: widget 7 is deprecated
widgetc: error: widget 12 has no handle to hold it by
widgetc: 1 error, 1 warning
error Command failed with exit code 3.
"""


def report(text: str, book: RuleBook = NO_RULES) -> Report:
    return diagnose([read(Raw("build.log", text.encode()))], book)


def test_a_failure_that_no_rule_knows_is_told_by_its_line_and_not_as_knowledge() -> None:
    found = report(UNKNOWN).diagnoses[0]
    assert found.cause is not None
    assert (found.cause.line, found.rule, found.origin) == (4, None, "classifier")
    assert found.title.startswith("not known")
    assert found.confidence < 1
    assert found.confidence_basis[0].startswith("no rule knows this trouble")
    assert 4 in [line.line for line in report(UNKNOWN).excerpt]


def test_a_line_that_only_passes_a_failure_on_is_no_guess() -> None:
    book = load_book()
    closing = (
        'ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'
    )
    found = report(closing + "\n", book)
    assert (found.outcome, found.diagnoses) == ("failed", ())
    assert [line.text for line in found.excerpt] == [closing]


def test_without_rules_the_model_is_alone_and_says_so() -> None:
    said = logdoctor(COMMA_LOG, environment={"LOGDOCTOR_RULES": "off"})
    assert said.status == 3
    assert said.out.startswith("X The build failed, and no rule knows why; this line tells most about it\n")


def test_a_line_that_only_passes_the_failure_on_is_no_guess() -> None:
    text = (
        "the ledger refuses: balance missing\n"
        'ERROR: failed to solve: process "/bin/sh -c close" did not complete successfully: exit code: 1\n'
    )
    told = report(text, load_book()).diagnoses
    assert [each.cause.text for each in told if each.cause] == ["the ledger refuses: balance missing"]


def test_advice_for_a_trouble_that_may_never_come_is_no_guess() -> None:
    text = """\
[adapter] Sessions are kept in the binding "SESSION".
[adapter] If you see the error "Invalid binding `SESSION`", add the binding to your configuration.
[build] Building the pages...
[ERROR] [build] Build failed in 2.27s
widgets.page: 12 widgets and no handle for the last of them
"""
    found = report(text).diagnoses
    assert [each.cause.line for each in found if each.cause] != [2]


def test_what_maven_says_after_every_failure_is_no_guess() -> None:
    text = (
        "Ledger failure: balance missing\n"
        "[INFO] BUILD FAILURE\n"
        "[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.\n"
        "[ERROR] Re-run Maven using the -X switch to enable full debug logging.\n"
        "[ERROR] For more information about the errors and possible solutions, please read these articles:\n"
        "[ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN/MojoExecutionException\n"
    )
    told = report(text).diagnoses
    assert [each.cause.text for each in told if each.cause] == ["Ledger failure: balance missing"]


def test_a_task_of_azure_that_only_passes_a_failure_on_leaves_nothing_to_guess() -> None:
    text = (
        "##[error]Error: The process 'C:\\tools\\dotnet.exe' failed with exit code 1\n"
        "##[warning].NET 5 has some compatibility issues with older Nuget versions(<=5.7).\n"
        "Info: Azure Pipelines hosted agents have been updated and now contain .Net 5.x SDK/Runtime.\n"
        "##[error]Dotnet command failed with non-zero exit code on the following projects : Shop.csproj\n"
    )
    found = report(text, load_book())
    assert (found.outcome, found.diagnoses) == ("failed", ())


def test_a_library_that_cmake_can_do_without_is_no_guess() -> None:
    text = (
        "-- Could NOT find Ledger (missing: LEDGER_LIBRARY)\n"
        "CMake Error at till.cmake:281 (message):\n"
        "  find_till(): Cannot be used outside of a module\n"
        "-- Configuring incomplete, errors occurred!\n"
    )
    assert all(each.cause and each.cause.line > 1 for each in report(text).diagnoses)


def test_what_an_old_npm_says_of_itself_is_no_guess() -> None:
    text = """\
npm ERR! Windows_NT 6.1.7601
npm ERR! argv "C:\\\\Program Files\\\\nodejs\\\\node.exe" "C:\\\\npm\\\\bin\\\\npm-cli.js" "install"
npm ERR! node v6.3.1
npm ERR! npm  v3.10.3
npm ERR! code ELIFECYCLE
npm ERR! widget@1.2.1 install: `node-gyp rebuild`
npm ERR! Exit status 1
npm ERR!
npm ERR! Failed at the widget@1.2.1 install script 'node-gyp rebuild'.
npm ERR! Make sure you have the latest version of node.js and npm installed.
npm ERR! If you do, this is most likely a problem with the widget package,
npm ERR! not with npm itself.
"""
    found = report(text).diagnoses
    assert {each.cause.line for each in found if each.cause} <= {6, 9}


def test_a_green_log_has_no_telling_line() -> None:
    green = CORPUS / "green" / "tests-that-print-errors" / "logs"
    for log in sorted(green.iterdir())[:3]:
        assert diagnose([read(Raw("x", log.read_bytes()))], NO_RULES).diagnoses == ()


def test_an_unknown_failure_is_the_same_in_two_runs_and_another_one_is_not() -> None:
    again = (
        UNKNOWN.replace("7731", "9120").replace("widget 12", "widget 31").replace("reading 41", "reading 8")
    )
    other = UNKNOWN.replace("has no handle to hold it by", "is made of glass")
    prints = [report(text).diagnoses[0].fingerprint for text in (UNKNOWN, again, other)]
    assert prints[0] == prints[1] != prints[2]


class Unasked(Classifier):
    """A model that must not be asked."""

    def __init__(self) -> None:
        super().__init__(lambda: packaged("model.json"))

    def rank(self, step: Step) -> dict[int, float]:
        raise AssertionError("the model was asked")

    def opinion(self, step: Step, ranked: object) -> Opinion | None:
        raise AssertionError("the model was asked")


def test_where_a_rule_knows_the_cause_the_models_are_not_read() -> None:
    log = read(Raw("x", COMMA_LOG.read_bytes()))
    assert diagnose([log], load_book(), classifier=Unasked()).diagnoses[0].rule == "json-trailing-comma"
    with pytest.raises(AssertionError, match="asked"):
        diagnose([log], NO_RULES, classifier=Unasked())


SHIPPED = packaged("model.json") or b""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "not a model of logdoctor", id="empty"),
        pytest.param(b"\x80\x04\x95pickle", "not a model of logdoctor", id="a pickle"),
        pytest.param(b'{"model": "other"}\n\n\n\n', "not a model of logdoctor", id="foreign"),
        pytest.param(b"[1]\n", "not a model of logdoctor", id="other JSON"),
        pytest.param(SHIPPED.replace(b'"format":1', b'"format":2', 1), "another version", id="format"),
        pytest.param(SHIPPED[: len(SHIPPED) // 2], "damaged", id="cut off"),
        pytest.param(SHIPPED.replace(b":12,", b":13,", 1), "damaged", id="a weight changed"),
    ],
)
def test_a_damaged_or_foreign_model_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "m.json").write_bytes(data)
    with pytest.raises(ModelError, match=message):
        load(str(tmp_path / "m.json"))


def test_the_settings_name_a_model_and_a_wrong_one_is_no_silence(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").write_text('model = "m.json"')
    said = logdoctor(COMMA_LOG, cwd=tmp_path)
    assert (said.status, said.err) == (2, "logdoctor: m.json: cannot be read (No such file or directory)\n")
    (tmp_path / "m.json").write_bytes(SHIPPED)
    assert logdoctor(COMMA_LOG, cwd=tmp_path).status == 1


def test_the_model_is_small_and_whole() -> None:
    assert 0 < len(SHIPPED) <= 1_000_000
    shipped().check()
    assert {"logdoctor", "python", "scikit-learn"} == set(shipped().about["versions"])


def test_the_report_card_in_the_docs_is_the_one_the_shipped_model_earns() -> None:
    from logdoctor.workshop.train.report_card import MADE, PAGE, own

    assert (ROOT / PAGE).read_text().startswith(MADE + own(shipped()))


def test_calibration_is_measured_honestly() -> None:
    assert ece([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0.0)
    assert ece([0.9] * 10, [False] * 10) == pytest.approx(0.9)
    low, mean, high = perfect_band([0.7] * 50)
    assert 0 <= low < mean < high < 0.2


# Training, at a small size.


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list:  # type: ignore[type-arg]
    pytest.importorskip("sklearn")
    from logdoctor.workshop.train.samples import sources

    corpus = tmp_path_factory.mktemp("corpus")
    for family in ("manifest", "test"):
        (corpus / family).symlink_to(CORPUS / family)
    return sources(corpus, None, copies=0)


def small(found: list, shuffled: bool = False) -> bytes:  # type: ignore[type-arg]
    from logdoctor.workshop.train.train import train

    book = load_book()
    return train(found, book, dict(zip(book.ids, book.families, strict=True)), shuffled=shuffled)


def test_two_trainings_give_the_same_bytes_and_shuffled_labels_give_chance(found: list) -> None:  # type: ignore[type-arg]
    model = small(found)
    assert small(found) == model
    learned, mixed = (
        json.loads(data.split(b"\n")[0])["card"] for data in (model, small(found, shuffled=True))
    )
    assert learned["line_top1"] > 0.6
    assert mixed["line_top1"] < 0.3


def test_a_split_shares_no_scenario_and_variations_stay_with_their_log(found: list) -> None:  # type: ignore[type-arg]
    from logdoctor.workshop.train.samples import places, variations
    from logdoctor.workshop.train.train import FOLDS, fold_of

    kept = places([*found, *variations(found[:9], 2)])
    for key in ("scenario", "project"):
        names = [{getattr(p, key) for p in kept if fold_of(getattr(p, key)) == fold} for fold in range(FOLDS)]
        assert sum(map(len, names)) == len(set().union(*names))
    origins = {place.name.split("~")[0]: place.scenario for place in kept if "~" not in place.name}
    assert all(origins.get(p.name.split("~")[0], p.scenario) == p.scenario for p in kept)


# Learning from users.


def test_a_labelled_log_is_kept_masked_and_can_be_measured(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    (tmp_path / "build.log").write_text(UNKNOWN.replace("--release", f"--token {secret}"))
    (tmp_path / "green.log").write_text("compiling\nDone in 2s\n")
    said = logdoctor("label", "build.log", "--line", 4, "--family", "compile", cwd=tmp_path)
    assert said.status == 0, said.err
    assert logdoctor("label", "green.log", "--passed", cwd=tmp_path).status == 0
    own = tmp_path / ".logdoctor" / "corpus"
    assert secret not in (own / "logs" / "build.log").read_text()
    rows = [json.loads(row) for row in (own / "cases.jsonl").read_text().splitlines()]
    assert [(row["id"], row["passed"], row["cause_lines"]) for row in rows] == [
        ("build", False, ["widgetc: error: widget 12 has no handle to hold it by"]),
        ("green", True, []),
    ]
    told = logdoctor("eval", own, "--format", "json", "--page", tmp_path / "p.html", cwd=tmp_path)
    card = json.loads(told.out)
    assert (card["failed"], card["passed"], card["cause"], card["alarm"]) == (1, 1, 1.0, 0.0)
    page = (tmp_path / "p.html").read_text()
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (["label", COMMA_LOG, "--line", "9999"], "there is nothing on line 9999"),
        (["label", COMMA_LOG], "which line tells the cause?"),
        (["label", COMMA_LOG, "--line", "1", "--passed"], "a build that passed has no line"),
        (["eval", "."], "neither cases.jsonl nor"),
    ],
)
def test_a_label_or_folder_that_does_not_fit_is_refused(
    tmp_path: Path, call: list[str], message: str
) -> None:
    said = logdoctor(*call, cwd=tmp_path)
    assert said.status == 2
    assert message in said.err


def test_a_log_outside_of_the_folder_is_not_read(tmp_path: Path) -> None:
    row = {"id": "a", "log": "../secret", "passed": True}
    (tmp_path / "cases.jsonl").write_text(json.dumps(row))
    assert "outside of the folder" in logdoctor("eval", tmp_path).err
