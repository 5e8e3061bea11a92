"""What stands round a step's output in the log of each CI, builder and deploy platform.

Each envelope takes the rows of one step and returns the rows of a whole log in which that step ended
with its status. The forms are those that the readers of `logs/read` and `logs/steps` know.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class Row(NamedTuple):
    """One raw line without its end; `cause` marks the line that tells why the build failed."""

    text: str
    cause: bool = False


class Scene(NamedTuple):
    """What an envelope tells of a step: the command, how it ended, and the dice."""

    command: str
    failed: bool
    chance: random.Random

    @property
    def status(self) -> int:
        """The step's exit status."""
        return 1 if self.failed else 0


Envelope = Callable[[Sequence[Row], Scene], list[Row]]
BIRTH = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _ticks(scene: Scene) -> Callable[[], datetime]:
    """A clock that moves on a little with every line."""
    now = BIRTH + timedelta(seconds=scene.chance.randrange(10_000_000))

    def tick() -> datetime:
        nonlocal now
        now += timedelta(milliseconds=scene.chance.randrange(400))
        return now

    return tick


def _each(
    before: Sequence[str], rows: Sequence[Row], after: Sequence[str], write: Callable[[str], str]
) -> list[Row]:
    """Frame rows with further lines and write every one of them in the envelope's form."""
    framed = [*map(Row, before), *rows, *map(Row, after)]
    return [row._replace(text=write(row.text)) for row in framed]


def plain(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """The step as somebody pasted it."""
    return list(rows)


def github(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """GitHub Actions, as the job's raw log."""
    tick = _ticks(scene)
    before = [f"##[group]Run {scene.command}", scene.command, "shell: /usr/bin/bash -e {0}", "##[endgroup]"]
    after = ["##[error]Process completed with exit code 1."] if scene.failed else ["Post job cleanup."]
    return _each(before, rows, after, lambda text: f"{tick():%Y-%m-%dT%H:%M:%S.%f}7Z {text}")


def github_cli(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """GitHub Actions, as `gh run view --log` prints it."""
    return [row._replace(text=f"build\tUNKNOWN STEP\t{row.text}") for row in github(rows, scene)]


def azure(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Azure Pipelines."""
    tick = _ticks(scene)
    before = ["##[section]Starting: Build", f"##[command]{scene.command}"]
    after = ["##[error]Bash exited with code '1'."] if scene.failed else []
    after = [*after, "##[section]Finishing: Build"]
    return _each(before, rows, after, lambda text: f"{tick():%Y-%m-%dT%H:%M:%S.%f}3Z {text}")


def gitlab(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """GitLab CI with its sections."""
    birth = 1_700_000_000 + scene.chance.randrange(50_000_000)
    mark = "\x1b[0Ksection_{0}:{1}:step_script\r\x1b[0K"
    before = [mark.format("start", birth) + 'Executing "step_script" stage of the job script']
    before.append(f"\x1b[32;1m$ {scene.command}\x1b[0;m")
    after = [mark.format("end", birth + 60)]
    ended = "\x1b[31;1mERROR: Job failed: exit code 1" if scene.failed else "\x1b[32;1mJob succeeded"
    return _each(before, rows, [*after, ended + "\x1b[0;m"], str)


def gitlab_times(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """GitLab CI with a time on every line."""
    tick = _ticks(scene)
    return _each([], gitlab(rows, scene), [], lambda text: f"{tick():%Y-%m-%dT%H:%M:%S.%f}Z 01O {text}")


def jenkins(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A Jenkins pipeline."""
    before = ["[Pipeline] { (Build)", "[Pipeline] sh", f"+ {scene.command}"]
    after = ["[Pipeline] }", "[Pipeline] // stage", "[Pipeline] End of Pipeline"]
    ended = (
        ["ERROR: script returned exit code 1", "Finished: FAILURE"] if scene.failed else ["Finished: SUCCESS"]
    )
    return _each(before, rows, after + ended, str)


def jenkins_times(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A Jenkins pipeline with a time on every line."""
    tick = _ticks(scene)
    return _each([], jenkins(rows, scene), [], lambda text: f"[{tick():%Y-%m-%dT%H:%M:%S}.123Z] {text}")


def buildkite(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Buildkite, whose lines carry their time in a control sequence."""
    tick = _ticks(scene)
    after = ["\x1b[31m🚨 Error: The command exited with status 1\x1b[0m", "^^^ +++"] if scene.failed else []
    before = ["~~~ Running commands", f"\x1b[90m$\x1b[0m {scene.command}"]
    return _each(before, rows, after, lambda text: f"\x1b_bk;t={int(tick().timestamp() * 1000)}\x07{text}")


def travis(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Travis CI with its folds."""
    before = [f"travis_fold:start:script\r\x1b[0K$ {scene.command}"]
    after = ["travis_fold:end:script\r\x1b[0K", f'The command "{scene.command}" exited with {scene.status}.']
    return _each(before, rows, after, str)


def circleci(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """CircleCI's array of messages: the whole log is one raw line."""
    text = "".join(f"{row.text}\r\n" for row in rows)
    ended = "\r\nExited with code exit status 1\r\n" if scene.failed else ""
    first = f"#!/bin/bash -eo pipefail\r\n{scene.command}\r\n"
    record = {"message": first + text + ended, "time": "2026-03-02T09:30:00.000Z", "type": "out"}
    return [Row(json.dumps([record], ensure_ascii=False), any(row.cause for row in rows))]


def bitbucket(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Bitbucket and Woodpecker's server: a script that echoes its commands."""
    return _each(["+ git clone --depth 50 .", f"+ {scene.command}"], rows, [], str)


def drone(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Drone's local runner."""
    return _each([f"+ {scene.command}"], rows, [], _counted("[build:{0}] {1}"))


def woodpecker(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Woodpecker's local runner."""
    return _each([f"+ {scene.command}"], rows, [], _counted("[build:L{0}:0s] {1}"))


def _counted(form: str) -> Callable[[str], str]:
    numbers = iter(range(10_000_000))
    return lambda text: form.format(next(numbers), text)


def codebuild(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """AWS CodeBuild, where only the agent's own lines carry its mark."""
    mark = "[Container] 2026/03/02 09:30:00.966681 "
    after = []
    if scene.failed:
        after = [f"Command did not exit successfully {scene.command} exit status 1"]
        after += ["Phase complete: BUILD State: FAILED"]
    before = [f"{mark}Running command {scene.command}"]
    return _each(before, rows, [mark + text for text in after], str)


def cloud_build(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """Google Cloud Build."""
    inner = _each([], rows, [], lambda text: f'Step #0 - "build": {text}')
    ended = 'ERROR: build step 0 "gcr.io/cloud-builders/docker" failed: step exited with non-zero status: 1'
    return inner + ([Row("ERROR"), Row(ended)] if scene.failed else [Row("DONE")])


def heroku(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A push to Heroku."""
    after = (
        ["-----> Build failed", " !     Push rejected, failed to compile Node.js app."]
        if scene.failed
        else []
    )
    return _each(["-----> Building on the Heroku-24 stack"], rows, after, lambda text: f"remote: {text}")


def netlify(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A deploy on Netlify."""
    after = ["Command failed with exit code 1: npm run build", "Failing build: Failed to build site"]
    before = ["$ npm run build"]
    tick = _ticks(scene)
    return _each(before, rows, after if scene.failed else [], lambda text: f"{tick():%-I:%M:%S %p}: {text}")


def vercel(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A deploy on Vercel."""
    tick = _ticks(scene)
    before = ["Running build in Washington, D.C., USA (East) – iad1", 'Running "vercel build"']
    after = ['Error: Command "npm run build" exited with 1'] if scene.failed else []
    return _each(
        before, rows, after, lambda text: f"{tick():%H:%M:%S}.{scene.chance.randrange(1000):03} {text}"
    )


def render_com(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A deploy on Render."""
    before = [f"==> Running build command '{scene.command}'..."]
    return _each(before, rows, ["==> Build failed 😞"] if scene.failed else [], str)


def coolify(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A deploy on Coolify, which trims the blanks before each line."""
    tick = _ticks(scene)
    after = ["exit status 1", "Deployment failed. Removing the new version of your application."]
    return _each(
        [], rows, after if scene.failed else [], lambda text: f"{tick():%Y-%b-%d %H:%M:%S.%f} {text.lstrip()}"
    )


def app_platform(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A deploy on DigitalOcean's App Platform."""
    tick = _ticks(scene)
    after = ["command exited with code 1", " ✘ build failed"] if scene.failed else []
    return _each([], rows, after, lambda text: f"[api] [{tick():%Y-%m-%d %H:%M:%S}] │ {text}")


def compose_up(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A service's output under compose."""
    after = [Row(f"web-1 exited with code {scene.status}")]
    return _each([], rows, [], lambda text: f"web-1  | {text}") + after


def turbo(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A task of a monorepo under turbo."""
    inner = _each([f"> {scene.command}"], rows, [], lambda text: f"@acme/web:build: {text}")
    after = [
        " ERROR  @acme/web#build: command (/repo/web) pnpm run build exited (1)",
        "Failed:    @acme/web#build",
    ]
    return inner + [Row(text) for text in after if scene.failed]


def pnpm_recursive(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A package's script under `pnpm -r run`."""
    head = [Row("Scope: 3 of 4 workspace projects"), Row(f"packages/web build$ {scene.command}")]
    inner = _each([], rows, [], lambda text: f"packages/web build: {text}")
    after = [
        "packages/web build: Failed",
        " ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL  @acme/web build: `build`",
        "Exit status 1",
    ]
    return head + inner + [Row(text) for text in after if scene.failed]


def buildkit(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A RUN of BuildKit's plain progress, with the end that repeats its last lines."""
    seconds = scene.chance.random()

    def timed() -> str:
        nonlocal seconds
        seconds += scene.chance.random() / 5
        return f"{seconds:.3f}" if seconds < 10 else f"{seconds:.2f}" if seconds < 100 else f"{seconds:.1f}"

    head = ["#1 [internal] load build definition from Dockerfile", "#1 DONE 0.0s", ""]
    head += [f"#7 [builder 4/6] RUN {scene.command}"]
    told = [(timed(), row) for row in rows]
    inner = [row._replace(text=f"#7 {at} {row.text}") for at, row in told]
    if not scene.failed:
        return [*map(Row, head), *inner, Row("#7 DONE 3.1s")]
    error = f'process "/bin/sh -c {scene.command}" did not complete successfully: exit code: 1'
    repeats = [Row(f"{at} {row.text}") for at, row in told[-10:]]
    after = ["------", "Dockerfile:6", "--------------------", "   4 |     COPY . .", "   5 |     "]
    after += [
        f"   6 | >>> RUN {scene.command}",
        "--------------------",
        f"ERROR: failed to build: failed to solve: {error}",
    ]
    ended = [f"#7 ERROR: {error}", "------", f" > [builder 4/6] RUN {scene.command}:"]
    return [*map(Row, head), *inner, *map(Row, ended), *repeats, *map(Row, after)]


def legacy_docker(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A RUN of the old Docker builder."""
    before = ["Step 5/7 : COPY . .", " ---> 4b29563e9f24", f"Step 6/7 : RUN {scene.command}"]
    before.append(" ---> Running in 6229b5c2a1e2")
    after = [f"The command '/bin/sh -c {scene.command}' returned a non-zero code: 1"]
    return _each(before, rows, after if scene.failed else ["Successfully built 4b29563e9f25"], str)


def buildah(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A RUN of buildah or podman."""
    after = [
        "subprocess exited with status 1",
        f'Error: building at STEP "RUN {scene.command}": exit status 1',
    ]
    return _each([f"STEP 6/7: RUN {scene.command}"], rows, after if scene.failed else ["COMMIT app"], str)


def kaniko(rows: Sequence[Row], scene: Scene) -> list[Row]:
    """A RUN of kaniko."""
    before = [f"INFO[0012] RUN {scene.command}", f"INFO[0012] Running: [/bin/sh -c {scene.command}]"]
    ended = (
        "error building image: error building stage: failed to execute command: waiting for process to exit: "
    )
    return _each(before, rows, [ended + "exit status 1"] if scene.failed else [], str)


PLATFORMS: Mapping[str, Envelope] = {
    "plain": plain,
    "app-platform": app_platform,
    "azure": azure,
    "bitbucket": bitbucket,
    "buildkite": buildkite,
    "circleci": circleci,
    "cloud-build": cloud_build,
    "codebuild": codebuild,
    "coolify": coolify,
    "drone": drone,
    "github": github,
    "github-cli": github_cli,
    "gitlab": gitlab,
    "gitlab-times": gitlab_times,
    "heroku": heroku,
    "jenkins": jenkins,
    "jenkins-times": jenkins_times,
    "netlify": netlify,
    "render": render_com,
    "travis": travis,
    "vercel": vercel,
    "woodpecker": woodpecker,
}
"""CI systems and deploy platforms: the outermost envelope."""

BUILDERS: Mapping[str, Envelope] = {
    "buildah": buildah,
    "buildkit": buildkit,
    "compose-up": compose_up,
    "kaniko": kaniko,
    "legacy-docker": legacy_docker,
    "pnpm-recursive": pnpm_recursive,
    "turbo": turbo,
}
"""What may stand between a command's output and the platform; only round what ran on a host."""
