"""Names of variants, which are names of logs too: from a row of the matrix to its label, and back."""

from __future__ import annotations

import re

from logdoctor.workshop.lab.case import CaseFile, Variant

ARM64 = "linux/arm64"


def docker_suffix(row: Variant) -> str:
    """What a row's label has after the version of its engine."""
    words = [re.sub(r"[^\w.]+", "-", value) for value in row.env.values()]
    style = [row.progress] if row.progress not in (None, "plain") else []
    machine = ["arm64"] if row.platform == ARM64 else []
    return "".join(f"-{word}" for word in (*words, *style, *machine))


def host_suffix(row: Variant, node: str) -> str:
    """What a row's label has after the version of its tool, which runs on that node."""
    plain = row.tool == "node" or row.node is None
    return "" if plain else f"-node{node.split('.')[0]}"


def row_of(spec: CaseFile, label: str) -> Variant | None:
    """The row of the matrix that a label comes from; no tool is needed to tell."""
    for row in spec.matrix:
        tool = row.tool.removesuffix("-20.10")
        suffix = docker_suffix(row) if spec.where == "docker" else host_suffix(row, row.node or "")
        for version in row.versions:
            start = r"\d[\d.]*" if version == "system" else re.escape(version) + r"(?:\.[\d.]+)?"
            if re.fullmatch(f"{re.escape(tool)}-{start}{re.escape(suffix)}", label):
                return row
    return None
