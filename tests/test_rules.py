"""Given a rule file with one mistake, the error names the file, the line and what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from logdoctor.diagnose import diagnose
from logdoctor.faces.rules import repaired, steps_of
from logdoctor.knowledge import needles
from logdoctor.knowledge.authoring import parse, rule_schema
from logdoctor.knowledge.book import book_of, dump, load
from logdoctor.knowledge.compile import compiled, is_recorded, read_folder
from logdoctor.knowledge.errors import RuleError
from logdoctor.knowledge.lint import check
from logdoctor.knowledge.pump import too_slow
from logdoctor.knowledge.rules import load_book
from logdoctor.knowledge.yaml_read import quickest
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.remedies.edits import OPERATIONS
from logdoctor.remedies.remedy import SOLVERS

ROOT = Path(__file__).parent.parent
RULE = """\
schema: 1
id: lock-outdated
title: The lockfile {file} is out of date
family: lockfile
tier: cause
nature: your-change
tools: {pnpm: ">=8"}
match:
  - line: 'ERR_PNPM_OUTDATED_LOCKFILE.* (?P<file>\\S+lock\\S*)'
  - line: '^npm error code (?P<code>EUSAGE)'
    with:
      - line: 'package-lock'
        within: 3
        where: after
explain: >-
  What {file} says is not what the manifest asks for.
remedies:
  - id: install-again
    title: Install once and commit the lockfile
    applicability: manual
    why: Which versions are wanted is a decision.
    steps: [pnpm install --lockfile-only]
examples:
  - name: pnpm
    from: {kind: recorded, tool: pnpm, version: 10.30}
    log: |
      Lockfile is up to date
      ERR_PNPM_OUTDATED_LOCKFILE Cannot install with pnpm-lock.yaml
    line: 2
    captures: {file: pnpm-lock.yaml}
  - name: npm
    from: {kind: typed}
    log: |
      npm error code EUSAGE
      npm error package-lock.json is out of sync
    line: 1
  - name: up to date
    from: {kind: typed}
    log: |
      npm error code EUSAGE
      npm error usage: npm ci
    none: true
"""


def _wrong(text: str, folder: Path, name: str = "lock-outdated") -> list[str]:
    """What is wrong with a rule of that text, each error as line and message."""
    file = folder / "lockfile" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    operations = {"json-set": {"path": True, "value": True}}
    return [f"{error.line}: {error.message}" for error in check(folder, operations)]


def _with(old: str, new: str) -> str:
    assert old in RULE
    return RULE.replace(old, new, 1)


def test_a_good_rule_has_no_errors(tmp_path: Path) -> None:
    assert _wrong(RULE, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("nature: your", "colour: red\nnature: your", "6: Object contains unknown field `colour`"),
        ("tier: cause", "tier: reason", "5: Invalid enum value 'reason' (in tier)"),
        ("tier: cause\n", "tier: cause\nid: twice\n", "6: `id` stands here a second time"),
        ("        within: 3", "        within: near", "13: Expected `int | null`, got `str`"),
        ("        where: after", "        were: after", "14: Object contains unknown field `were`"),
        ("schema: 1", "schema: 2", "1: Invalid enum value 2 (in schema)"),
        ("id: lock-outdated", "id: Lock", "2: Expected `str` matching regex"),
        ("(?P<code>EUSAGE)", "(?P<code>EUSAGE", "10: not a regular expression: missing )"),
        ("'^npm error code (?P<code>EUSAGE)'", "'^.*$'", "10: no literal stands in every match"),
        ("tools: {pnpm: \">=8\"}", "tools: &a {pnpm: \">=8\"}", "7: anchors and aliases are not allowed"),
        ("title: The", "title: 'The", "not YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(old: str, new: str, error: str, tmp_path: Path) -> None:
    (found,) = _wrong(_with(old, new), tmp_path)
    assert error in found


UNPROVEN = [
    ("id: lock-outdated", "id: lock-old", "2: the id is `lock-old`, the file is called lock-outdated.yaml"),
    ("family: lockfile", "family: npm", "4: the family is `npm`, the folder is lockfile"),
    ("is out of date", "is out of date.", "3: a title has no period at its end"),
    ("What {file}", "What {manifest}", "15: {manifest} is captured by no pattern of this rule"),
    ("EUSAGE)'", "EUSAGE)'\n    needle: ELIFECYCLE", "11: not every match contains `ELIFECYCLE`"),
    ("EUSAGE)'", "EUSAGE)(?!X)'", "10: look-around is not allowed: the pattern must compile in RE2"),
    ("EUSAGE)'", "EUSAGE)(?:\\w+\\s?)+$'", "10: quadratic or worse on a long line"),
    ("applicability: manual", "applicability: safe", "20: without an edit a remedy is `manual`"),
    ("    steps:", "    edit: json-sett\n    file: a.json\n    steps:", "22: there is no edit `json-sett`"),
    (
        "    steps:",
        "    edit: json-set\n    file: a.json\n    args: {path: x, vaule: 1}\n    steps:",
        "24: json-set has no argument `vaule`",
    ),
    ("    line: 2\n", "    line: 1\n", "29: line 2 matches, not 1"),
    ("captures: {file: pnpm-", "captures: {file: ", "30: file is 'pnpm-lock.yaml', not 'lock.yaml'"),
    ("    none: true", "    line: 1", "37: nothing in this log matches"),
    (", version: 10.30", "", "25: a recorded example says which `tool` and `version`"),
    ("explain: >-", "yields_to: [nobody]\nexplain: >-", "15: there is no rule or family `nobody`"),
    ("  - line: '^npm", "  - line: 'ERR_PNPM_OUTDATED'\n  - line: '^npm", "10: shadowed: earlier"),
    ("  - line: '^npm", "  - line: 'ERR_PNPM_NEVER'\n  - line: '^npm", "10: dead: no example"),
]


@pytest.mark.parametrize(("old", "new", "error"), UNPROVEN)
def test_what_cannot_be_proven(old: str, new: str, error: str, tmp_path: Path) -> None:
    wrong = _wrong(_with(old, new), tmp_path)
    assert [found for found in wrong if found.startswith(error)], wrong


def test_a_rule_needs_a_hit_and_a_near_miss(tmp_path: Path) -> None:
    assert "23: there is no near miss: an example with `none: true`" in _wrong(
        RULE[: RULE.index("  - name: up")], tmp_path
    )
    only_miss = RULE[: RULE.index("  - name: pnpm\n")] + RULE[RULE.index("  - name: up") :]
    assert "23: there is no example that the rule matches" in _wrong(only_miss, tmp_path)


def test_two_causes_must_not_claim_the_same_line(tmp_path: Path) -> None:
    rival = _with("id: lock-outdated", "id: rival")
    yielding = rival.replace("explain:", "yields_to: [lock-outdated]\nexplain:")
    assert _wrong(RULE, tmp_path) == []
    assert "24: rule `lock-outdated` claims the same line; one must yield" in _wrong(rival, tmp_path, "rival")
    assert _wrong(yielding, tmp_path, "rival") == []


def test_values_stay_the_text_that_was_written() -> None:
    rule = parse(RULE, "x.yaml").rule
    assert rule.examples[0].origin.version == "10.30"
    assert rule.examples[2].none is True


@pytest.mark.parametrize(
    ("pattern", "needle"),
    [
        (r"^npm (?:ERR!|error) code (?P<code>ERESOLVE)", "ERESOLVE"),
        (r"Cannot find module '@rollup/rollup-(?P<x>\S+)'", "'@rollup/rollup-"),
        (r"(?:no space left|disk quota)", ""),
        (r"(?i)no space left on device", ""),
        (r"(?i:error) TS\d{4}: (?-i:Cannot)", "Cannot"),
        (r"(?:ab){2}c+d", "ababc"),
        (r"x*(?:out of memory)?y", ""),
        (r"(?:heap|worker) (?:limit|size)-exceeded", "-exceeded"),
    ],
)
def test_the_literal_that_stands_in_every_match(pattern: str, needle: str) -> None:
    assert needles.derive(pattern) == needle
    assert not needle or needles.guarantees(pattern, needle)


def test_several_literals_where_one_would_be_a_common_word() -> None:
    assert needles.each_way("npm error code (?:ECONNRESET|ETIMEDOUT)", "npm") == ["ECONNRESET", "ETIMEDOUT"]
    assert needles.each_way("error TS(?P<code>[0-9]+)", "error") == ["error"]


@pytest.mark.parametrize(
    "pattern", [r"(?:a+)+$", r"\S+: error", r"x.*y.*z.*w", r"(?:\w+\s?)*end", r"(a|a)*b"]
)
def test_patterns_that_can_be_made_to_hang(pattern: str) -> None:
    assert too_slow(pattern)


@pytest.mark.parametrize("pattern", [r"^\S+: error", r"error TS(?P<code>\d+): .*", r"[\w.-]{1,100}: error"])
def test_patterns_that_cannot(pattern: str) -> None:
    assert too_slow(pattern) is None


def test_the_book_says_what_the_files_say(tmp_path: Path) -> None:
    (tmp_path / "lock-outdated.yaml").write_text(RULE)
    rules = [compiled(authored) for authored in read_folder(tmp_path)]
    book = load(dump(rules))
    assert book.rules == tuple(rules)
    assert book.rule("lock-outdated").patterns[1].nearby[0].within == 3
    assert load(dump([])).rules == ()


def test_users_rules_replace_ours_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "lock-outdated.yaml").write_text(RULE)
    ours = book_of([compiled(parse(RULE, "x"))._replace(tier="symptom")])
    both = ours.with_users(load_book([tmp_path]))
    assert [(rule.id, rule.tier) for rule in both.rules if rule.id == "lock-outdated"] == [
        ("lock-outdated", "cause")
    ]
    assert not both.rule("lock-outdated").ours


def test_a_users_broken_rule_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(b"schema: 1\nid: \xff\n")
    with pytest.raises(RuleError, match=r"own\.yaml:2: not UTF-8"):
        load_book([tmp_path])


def test_the_schema_takes_what_the_loader_takes() -> None:
    schema = rule_schema()
    Draft202012Validator.check_schema(schema)
    assert set(schema["$defs"]) >= {"RuleFile", "Alternative", "Example", "RemedyPlan"}


def test_every_pattern_has_a_literal_to_be_found_by() -> None:
    assert [rule.id for rule in load_book().rules if not all(each.needle for each in rule.patterns)] == []


def test_every_shipped_rule_is_proven() -> None:
    operations = {name: operation.arguments for name, operation in OPERATIONS.items()}
    assert [
        str(error) for error in check("rules", operations, SOLVERS, steps_of, repaired, timed=False)
    ] == []


REPAIRED = """\
  - name: repaired
    from: {kind: typed}
    log: |
      npm error code EUSAGE
      npm error package-lock.json is out of sync
    line: 1
    files: {settings.json: '{"strict": true}'}
    remedy: loosen
    fixed: {settings.json: '{"strict": false}'}
"""
LOOSEN = (
    "remedies:\n"
    + """\
  - id: loosen
    title: Loosen the settings
    applicability: review
    why: They are too strict.
    edit: json-set
    file: settings.json
    args: {path: strict, value: 'false'}
"""
)


def _unrepaired(text: str, folder: Path) -> list[str]:
    (folder / "lock-outdated.yaml").write_text(text)
    return [error.message for error in check(folder, reader=steps_of, repairer=repaired)]


def test_an_examples_files_must_become_its_fixed_ones(tmp_path: Path) -> None:
    good = RULE.replace("remedies:\n", LOOSEN) + REPAIRED
    assert _unrepaired(good, tmp_path) == []
    other = good.replace('"strict": false', '"strict": 0')
    assert _unrepaired(other, tmp_path) == ["`loosen` makes another settings.json of it"]
    nothing = good.replace("'{\"strict\": true}'", "'{\"strict\": false}'")
    (message,) = _unrepaired(nothing, tmp_path)
    assert message.startswith("`loosen` changes nothing: ")


def test_libyaml_reads_our_files_as_the_reader_in_python_does() -> None:
    """The quick reader is only quick; what it takes for granted is looked at here."""

    def told(node: Node) -> object:
        head = (str(node.tag), node.anchor, node.start_mark.line)
        if isinstance(node, MappingNode):
            return (*head, [(told(key), told(value)) for key, value in node.value])
        return (*head, [told(each) for each in node.value] if isinstance(node, SequenceNode) else node.value)

    files = [*sorted(ROOT.glob("rules/*/*.yaml"))[::12], *sorted(ROOT.glob("corpus/*/*/case.yaml"))[::12]]
    for file in files:
        assert told(quickest(YAML.compose, file.read_text())) == told(
            YAML(typ="safe", pure=True).compose(file.read_text())
        ), file


@pytest.mark.parametrize(
    "wrong", ["a: [1", "a: 'b", "\ta: 1", "a: b: c", "? a\n: - b\n c", "a: &b [1]", "a: [&b 1, *b]"]
)
def test_both_readers_complain_alike(wrong: str) -> None:
    with pytest.raises(RuleError) as ours:
        parse(wrong, "x")
    with pytest.raises(RuleError) as strangers:
        parse(wrong, "x", stranger=True)
    assert str(ours.value) == str(strangers.value)


@pytest.mark.parametrize(
    ("origin", "believed"),
    [("{kind: typed}", False), ("{kind: recorded, tool: pnpm, version: 10.34.9}", True)],
)
def test_a_rule_that_was_never_seen_to_match_a_real_log_is_believed_less(origin: str, believed: bool) -> None:
    """The same log, the same line: only where the example came from differs."""
    text = re.sub(r"from: \{kind: recorded[^}]*\}", f"from: {origin}", RULE)
    book = book_of([compiled(parse(text, "x"))])
    line = b" ERR_PNPM_OUTDATED_LOCKFILE  Cannot install, pnpm-lock.yaml is not up to date\n"
    (found,) = diagnose([read(Raw("build.log", line))], book).diagnoses
    assert found.rule == "lock-outdated"
    assert found.confidence > 0.9 if believed else found.confidence == 0.7
    assert any("no real log" in ground for ground in found.confidence_basis) != believed


def test_a_rule_without_a_recorded_log_says_why() -> None:
    rules = [each.rule for each in read_folder("rules")]
    assert [rule.id for rule in rules if is_recorded(rule) == bool(rule.unrecorded)] == []
