"""Probes for packages that were installed for another machine and carried over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.ignoring import ignores
from logdoctor.remedies.images import has_node, libc_of
from logdoctor.remedies.installs import installing
from logdoctor.remedies.site import Site
from logdoctor.remedies.stages import Copied, Stage, base_of, chain, copies, stage_named
from logdoctor.remedies.view import Probed, View, at_line, docker

LIBC_NAMES = {"musl": "musl (Alpine)", "gnu": "glibc"}
END = 1 << 30


def stages(view: View) -> Probed:
    """A stage takes node_modules from a stage that is another machine."""
    site = view.site
    taker = site.stage or site.stages[-1]
    given = tuple(_given(site, taker))
    for giver, copied in given:
        finding = _other_libc(site, giver, taker, copied) or _other_platform(site, giver, taker, copied)
        if finding:
            return Probed((finding,))
    return Probed((), "the stages that share node_modules are alike" if given else "")


def _given(site: Site, taker: Stage) -> Iterator[tuple[Stage, Copied]]:
    for stage in chain(site.stages, taker):
        for copied in copies(stage, END):
            giver = stage_named(site.stages, copied.origin) if copied.origin else None
            if giver and _gives_modules(site, giver, copied.sources):
                yield giver, copied


def _gives_modules(site: Site, giver: Stage, sources: Sequence[str]) -> bool:
    if any("node_modules" in source for source in sources):
        return True
    placed = (each for stage in chain(site.stages, giver) for each in stage.placed)
    places = {each.workdir for each in placed if installing(each.instruction)}
    return any(source.rstrip("/") in (*places, "") for source in sources)


def _other_libc(site: Site, giver: Stage, taker: Stage, copied: Copied) -> Finding | None:
    ours, theirs = base_of(site.stages, taker), base_of(site.stages, giver)
    mine, other = libc_of(ours.image), libc_of(theirs.image)
    if not mine or not other or mine == other:
        return None
    fits = has_node(ours.image)
    return Finding(
        id="same-base-image",
        said=f"{site.dockerfile}:{copied.line} takes node_modules from {giver.title}, which is "
        f"{LIBC_NAMES[other]}, while {taker.title} is {LIBC_NAMES[mine]}",
        weight=93,
        title=f"Install in the base image that {taker.title} runs in",
        why=f"Packages installed on {LIBC_NAMES[other]} bring no binaries for {LIBC_NAMES[mine]}.",
        evidence=tuple(at_line(site, line) for line in (copied.line, theirs.line, ours.line)),
        changes=(docker(site, "dockerfile-set-base", line=str(theirs.line), image=ours.written),)
        if fits
        else (),
        steps=() if fits else (f"Use one kind of base image for {giver.title} and {taker.title}.",),
    )


def _other_platform(site: Site, giver: Stage, taker: Stage, copied: Copied) -> Finding | None:
    ours, theirs = base_of(site.stages, taker), base_of(site.stages, giver)
    # Without --platform a stage is built for the target; only two that are said can be told apart.
    if theirs.platform == ours.platform or not theirs.platform or "TARGET" in theirs.platform:
        return None
    if not ours.platform and "BUILD" not in theirs.platform:
        return None
    wanted = ours.platform or "$TARGETPLATFORM"
    return Finding(
        id="same-platform",
        said=f"{site.dockerfile}:{theirs.line} installs on {theirs.platform}, "
        f"while {taker.title} runs on {wanted}",
        weight=91,
        title=f"Install on the platform that {taker.title} runs on",
        why="node_modules holds binaries of the platform it was installed on.",
        evidence=tuple(at_line(site, line) for line in (copied.line, theirs.line)),
        changes=(docker(site, "dockerfile-set-platform", line=str(theirs.line), platform=wanted),),
    )


def host(view: View) -> Probed:
    """node_modules of the developer's machine, copied over or under those of the image."""
    site = view.site
    for stage in view.stages:
        for copied in reversed(copies(stage, END)):
            for source in copied.sources if not copied.origin else ():
                finding = _copied_in(view, stage, copied, source.strip("/").removeprefix("./").strip("."))
                if finding:
                    return Probed((finding,))
    ignore = ignore_file(site)
    return Probed((), f"{ignore} keeps the host's node_modules out" if site.project.has(ignore) else "")


def _copied_in(view: View, stage: Stage, copied: Copied, folder: str) -> Finding | None:
    site = view.site
    alone = folder.rpartition("/")[2] == "node_modules"
    whole = folder if alone else f"{folder}/node_modules".lstrip("/")
    ignore = ignore_file(site)
    if not (alone or _is_folder(site, folder)) or ignores(site.project.text(ignore) or "", whole):
        return None
    there = _on_disk(site, folder, whole)
    installed = any(installing(each.instruction) for part in view.stages for each in part.placed)
    if alone or not installed:
        return _uninstalled(site, copied, ignore) if alone or there else None
    if _cleaned_after(stage, copied.line):
        return None
    doubt = "" if there else " It matters only where the build's folder has a node_modules."
    return Finding(
        id="ignore-host-node-modules",
        said=_said(site, copied, ignore),
        weight=80 if there else 40,
        title="Keep the host's node_modules out of the image",
        why="It holds binaries for the host's system, and they replace those installed in the image." + doubt,
        evidence=(at_line(site, copied.line),),
        changes=(Change(ignore, "ignore-add", {"pattern": "**/node_modules"}),),
    )


def _uninstalled(site: Site, copied: Copied, ignore: str) -> Finding:
    place = f"{site.dockerfile}:{copied.line}"
    return Finding(
        id="install-in-image",
        said=_said(site, copied, ignore),
        weight=89,
        title="Install the packages in the image",
        why="The host's node_modules holds binaries for the host's system only.",
        evidence=(at_line(site, copied.line),),
        steps=(f"Install the packages in the image instead of copying node_modules ({place}).",),
    )


def _said(site: Site, copied: Copied, ignore: str) -> str:
    place = f"{site.dockerfile}:{copied.line}"
    return f"{place} copies the host's node_modules into the image, and {ignore} does not keep it out"


def _is_folder(site: Site, folder: str) -> bool:
    return not folder or any(
        f"{context}/{folder}".strip("/") in site.project.folders for context in site.contexts
    )


def _on_disk(site: Site, folder: str, whole: str) -> bool:
    """Whether the project really has a node_modules that this COPY takes along."""
    found = [*site.project.listing.skipped, *site.project.listing.links]
    wanted = {f"{context}/{whole}".lstrip("/") for context in site.contexts}
    return any(path in wanted or (not folder and path.rpartition("/")[2] == "node_modules") for path in found)


def _cleaned_after(stage: Stage, line: int) -> bool:
    """`npm ci` throws a node_modules away that it finds."""
    later = (each.instruction for each in stage.placed if each.instruction.line > line)
    return any(each.keyword == "RUN" and "npm ci" in each.value for each in later)


def ignore_file(site: Site) -> str:
    """The .dockerignore that this build reads, there or not."""
    own = f"{site.dockerfile}.dockerignore"
    return own if site.project.has(own) else f"{site.contexts[0]}/.dockerignore".lstrip("/")
