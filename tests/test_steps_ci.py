"""CI systems: each cuts its log in its own way, and a builder may stand inside of a step."""

# ruff: noqa: E501  (logs have long lines)

from __future__ import annotations

from inline_snapshot import snapshot
from steps_shown import read_and_cut


def test_github_actions() -> None:
    assert read_and_cut("""
        2026-05-12T15:27:10.0000001Z Current runner version: '2.330.0'
        2026-05-12T15:27:10.0000002Z ##[group]Operating System
        2026-05-12T15:27:10.0000003Z Ubuntu
        2026-05-12T15:27:10.0000004Z ##[endgroup]
        2026-05-12T15:27:11.0000001Z ##[group]Run actions/checkout@v4
        2026-05-12T15:27:11.0000002Z with:
        2026-05-12T15:27:11.0000003Z ##[endgroup]
        2026-05-12T15:27:11.0000004Z Syncing repository: acme/app
        2026-05-12T15:27:12.0000001Z ##[group]Run docker build . || { echo "ERROR: no image"; exit 1; }
        2026-05-12T15:27:12.0000002Z docker build . || { echo "ERROR: no image"; exit 1; }
        2026-05-12T15:27:12.0000003Z shell: /usr/bin/bash -e {0}
        2026-05-12T15:27:12.0000004Z ##[endgroup]
        2026-05-12T15:27:13.0000001Z #4 [2/2] RUN npm ci
        2026-05-12T15:27:13.0000002Z #4 0.5 npm error code EUSAGE
        2026-05-12T15:27:13.0000003Z #4 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
        2026-05-12T15:27:13.0000004Z ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
        2026-05-12T15:27:13.0000005Z ERROR: no image
        2026-05-12T15:27:13.0000006Z ##[error]Process completed with exit code 1.
        2026-05-12T15:27:14.0000001Z Post job cleanup.
        2026-05-12T15:27:14.0000002Z [command]/usr/bin/git version
        2026-05-12T15:27:14.0000003Z Cleaning up orphan processes
        """) == snapshot("""\
s1 | github-step | Set up job | done
  1 Current runner version: '2.330.0'
  2 Operating System
  3 Ubuntu
  4
s2 | github-step | Run actions/checkout@v4 | done
  5 = Run actions/checkout@v4
  6 = with:
  8 Syncing repository: acme/app
s3 | github-step | Run docker build . || { echo "ERROR: no image"; exit 1; } | failed | exit 1
  9 = Run docker build . || { echo "ERROR: no image"; exit 1; }
  10 = docker build . || { echo "ERROR: no image"; exit 1; }
  11 = shell: /usr/bin/bash -e {0}
  17 ERROR: no image
  18 Process completed with exit code 1.
s4 | buildkit | [2/2] RUN npm ci | failed | exit 1 | in s3
  13 = [2/2] RUN npm ci
  14 npm error code EUSAGE
  15 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
  16 ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
s5 | github-step | Post job cleanup | done
  19 Post job cleanup.
  20 /usr/bin/git version
  21 Cleaning up orphan processes\
""")


def test_a_group_that_was_copied_without_its_end_hides_no_line() -> None:
    assert read_and_cut("""
        2026-05-12T15:27:10.0000001Z ##[group]Run npm install
        npm install
        shell: /usr/bin/bash -e {0}
        npm error code EJSONPARSE
        Process completed with exit code 1.
        """) == snapshot("""\
s1 | github-step | Run npm install | failed
  1 = Run npm install
  2 = npm install
  3 = shell: /usr/bin/bash -e {0}
  4 npm error code EJSONPARSE
  5 Process completed with exit code 1.\
""")


def test_gh_names_job_and_step() -> None:
    lines = [
        "build\tInstall\t2026-05-12T15:27:11.0000001Z added 3 packages",
        "build\tTest\t2026-05-12T15:27:12.0000001Z ##[group]Run npm test",
        "build\tTest\t2026-05-12T15:27:12.0000002Z shell: /usr/bin/bash -e {0}",
        "build\tTest\t2026-05-12T15:27:12.0000003Z ##[endgroup]",
        "build\tTest\t2026-05-12T15:27:12.0000004Z 1 failing",
        "build\tTest\t2026-05-12T15:27:12.0000005Z ##[error]Process completed with exit code 7.",
        "lint\tLint\t2026-05-12T15:27:12.0000006Z fine",
    ]
    assert read_and_cut("\n".join(lines)) == snapshot("""\
s1 | github-step | build / Install | done
  1 added 3 packages
s2 | github-step | build / Test | failed | exit 7
  2 = Run npm test
  3 = shell: /usr/bin/bash -e {0}
  5 1 failing
  6 Process completed with exit code 7.
s3 | github-step | lint / Lint | unknown
  7 fine\
""")


def test_an_action_says_itself_that_it_failed() -> None:
    assert read_and_cut("""
        2026-05-12T15:27:11.0000001Z ##[group]Run docker/build-push-action@v6
        2026-05-12T15:27:11.0000002Z with:
        2026-05-12T15:27:11.0000003Z ##[endgroup]
        2026-05-12T15:27:13.0000001Z #4 [2/2] RUN npm ci
        2026-05-12T15:27:13.0000002Z #4 0.5 npm error code EUSAGE
        2026-05-12T15:27:13.0000004Z ##[error]buildx failed with: ERROR: failed to build: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
        """) == snapshot("""\
s1 | github-step | Run docker/build-push-action@v6 | failed | exit 1
  1 = Run docker/build-push-action@v6
  2 = with:
  6 buildx failed with: ERROR: failed to build: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
s2 | buildkit | [2/2] RUN npm ci | failed | exit 1 | in s1
  4 = [2/2] RUN npm ci
  5 npm error code EUSAGE\
""")


def test_azure_pipelines() -> None:
    assert read_and_cut("""
        2026-05-12T15:27:11.0000001Z ##[section]Starting: Install
        2026-05-12T15:27:11.0000002Z ==============================================================================
        2026-05-12T15:27:11.0000003Z Task         : Command line
        2026-05-12T15:27:11.0000004Z ==============================================================================
        2026-05-12T15:27:11.0000005Z added 3 packages
        2026-05-12T15:27:11.0000006Z ##[section]Finishing: Install
        2026-05-12T15:27:12.0000001Z ##[section]Starting: Bash
        2026-05-12T15:27:12.0000002Z Segmentation fault
        2026-05-12T15:27:12.0000003Z ##[error]Bash exited with code '134'.
        2026-05-12T15:27:12.0000004Z ##[section]Finishing: Bash
        """) == snapshot("""\
s1 | azure-task | Install | done
  1 = Starting: Install
  2 = ==============================================================================
  3 = Task         : Command line
  4 = ==============================================================================
  5 added 3 packages
  6 = Finishing: Install
s2 | azure-task | Bash | failed | exit 134
  7 = Starting: Bash
  8 Segmentation fault
  9 Bash exited with code '134'.
  10 = Finishing: Bash\
""")


def test_gitlab() -> None:
    lines = [
        "Running with gitlab-runner 17.0.0",
        "\x1b[0Ksection_start:1760896352:get_sources\r\x1b[0KGetting source from Git repository",
        "Checking out 0123abcd",
        "\x1b[0Ksection_end:1760896353:get_sources\r\x1b[0K",
        "\x1b[0Ksection_start:1760896353:step_script\r\x1b[0KExecuting the script",
        "$ npm ci",
        "npm error code EUSAGE",
        "\x1b[0Ksection_end:1760896354:step_script\r\x1b[0K",
        "ERROR: Job failed: exit code 1",
    ]
    assert read_and_cut("\n".join(lines)) == snapshot("""\
s1 | log | build.log | unknown
  1 Running with gitlab-runner 17.0.0
  9 ERROR: Job failed: exit code 1
s2 | gitlab-section | Getting source from Git repository | done
  2 = Getting source from Git repository
  3 Checking out 0123abcd
s3 | gitlab-section | Executing the script | failed | exit 1
  5 = Executing the script
  6 $ npm ci
  7 npm error code EUSAGE\
""")


def test_jenkins() -> None:
    assert read_and_cut("""
        Started by user admin
        [Pipeline] Start of Pipeline
        [Pipeline] node
        [Pipeline] {
        [Pipeline] stage
        [Pipeline] { (Install)
        [Pipeline] sh
        + npm ci
        [Pipeline] }
        [Pipeline] // stage
        [Pipeline] stage
        [Pipeline] { (Build)
        [Pipeline] sh
        + npm run build
        npm error Missing script: "build"
        [Pipeline] }
        [Pipeline] // stage
        [Pipeline] stage
        [Pipeline] { (Deploy)
        Stage "Deploy" skipped due to earlier failure(s)
        [Pipeline] }
        [Pipeline] // stage
        [Pipeline] }
        [Pipeline] End of Pipeline
        ERROR: script returned exit code 1
        Finished: FAILURE
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 Started by user admin
  2 = [Pipeline] Start of Pipeline
  3 = [Pipeline] node
  4 = [Pipeline] {
  5 = [Pipeline] stage
  10 = [Pipeline] // stage
  11 = [Pipeline] stage
  17 = [Pipeline] // stage
  18 = [Pipeline] stage
  22 = [Pipeline] // stage
  23 = [Pipeline] }
  24 = [Pipeline] End of Pipeline
  25 ERROR: script returned exit code 1
  26 Finished: FAILURE
s2 | jenkins-stage | Install | done
  6 = [Pipeline] { (Install)
  7 = [Pipeline] sh
  8 + npm ci
  9 = [Pipeline] }
s3 | jenkins-stage | Build | failed
  12 = [Pipeline] { (Build)
  13 = [Pipeline] sh
  14 + npm run build
  15 npm error Missing script: "build"
  16 = [Pipeline] }
s4 | jenkins-stage | Deploy | cancelled
  19 = [Pipeline] { (Deploy)
  20 Stage "Deploy" skipped due to earlier failure(s)
  21 = [Pipeline] }\
""")


def test_buildkite() -> None:
    assert read_and_cut("""
        ~~~ Running agent environment hook
        $ /etc/buildkite-agent/hooks/environment
        --- Install
        added 3 packages
        +++ Test
        1 failing
        🚨 Error: The command exited with status 2
        ^^^ +++
        """) == snapshot("""\
s1 | buildkite-group | Running agent environment hook | done
  1 = ~~~ Running agent environment hook
  2 $ /etc/buildkite-agent/hooks/environment
s2 | buildkite-group | Install | done
  3 = --- Install
  4 added 3 packages
s3 | buildkite-group | Test | failed | exit 2
  5 = +++ Test
  6 1 failing
  7 🚨 Error: The command exited with status 2
  8 ^^^ +++\
""")


def test_codebuild() -> None:
    assert read_and_cut("""
        [Container] 2026/07/14 09:59:01.966681 Entering phase INSTALL
        added 3 packages
        [Container] 2026/07/14 09:59:02.966681 Phase complete: INSTALL State: SUCCEEDED
        [Container] 2026/07/14 09:59:03.966681 Entering phase BUILD
        npm error Missing script: "build"
        [Container] 2026/07/14 09:59:11.966681 Command did not exit successfully npm run build exit status 1
        [Container] 2026/07/14 09:59:11.966681 Phase complete: BUILD State: FAILED
        """) == snapshot("""\
s1 | ci-step | INSTALL | done
  1 = Entering phase INSTALL
  2 added 3 packages
  3 Phase complete: INSTALL State: SUCCEEDED
s2 | ci-step | BUILD | failed | exit 1
  4 = Entering phase BUILD
  5 npm error Missing script: "build"
  6 Command did not exit successfully npm run build exit status 1
  7 Phase complete: BUILD State: FAILED\
""")


def test_cloud_build() -> None:
    assert read_and_cut("""
        starting build "0123"
        Step #0 - "install": added 3 packages
        Finished Step #0 - "install"
        Step #1 - "image": Step 1/2 : FROM node:20
        Step #1 - "image":  ---> c5e84219212e
        Step #1 - "image": Step 2/2 : RUN npm ci
        Step #1 - "image": npm error code EUSAGE
        Step #1 - "image": The command '/bin/sh -c npm ci' returned a non-zero code: 1
        ERROR: build step 1 "gcr.io/cloud-builders/docker" failed: step exited with non-zero status: 1
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 starting build "0123"
  3 Finished Step #0 - "install"
  9 ERROR: build step 1 "gcr.io/cloud-builders/docker" failed: step exited with non-zero status: 1
s2 | ci-step | #0 - install | unknown
  2 added 3 packages
s3 | ci-step | #1 - image | failed | exit 1
s4 | legacy | FROM node:20 | done | in s3
  4 = Step 1/2 : FROM node:20
  5 =  ---> c5e84219212e
s5 | legacy | RUN npm ci | failed | exit 1 | in s3
  6 = Step 2/2 : RUN npm ci
  7 npm error code EUSAGE
  8 The command '/bin/sh -c npm ci' returned a non-zero code: 1\
""")


def test_travis() -> None:
    lines = [
        "travis_fold:start:install\r\x1b[0K$ npm ci",
        "npm error code EUSAGE",
        "travis_fold:end:install\r\x1b[0K",
        'The command "npm ci" failed and exited with 1 during install.',
    ]
    assert read_and_cut("\n".join(lines)) == snapshot("""\
s1 | ci-step | install | failed | exit 1
  1 = $ npm ci
  2 npm error code EUSAGE
s2 | log | build.log | unknown
  4 The command "npm ci" failed and exited with 1 during install.\
""")


def test_circleci() -> None:
    assert read_and_cut("""
        #!/bin/bash -eo pipefail
        npm ci

        added 3 packages
        #!/bin/bash -eo pipefail
        npm test

        1 failing

        Exited with code exit status 1
        """) == snapshot("""\
s1 | circleci-step | npm ci | done
  1 = #!/bin/bash -eo pipefail
  2 = npm ci
  3
  4 added 3 packages
s2 | circleci-step | npm test | failed | exit 1
  5 = #!/bin/bash -eo pipefail
  6 = npm test
  7
  8 1 failing
  9
  10 Exited with code exit status 1\
""")


def test_compose_services() -> None:
    assert read_and_cut("""
        web-1  | listening
        api-1  | Error: Cannot find module 'express'
        web-1  | ready
        api-1  | Node.js v20.20.2
        api-1 exited with code 1
        """) == snapshot("""\
s1 | compose | web-1 | unknown
  1 listening
  3 ready
s2 | compose | api-1 | failed | exit 1
  2 Error: Cannot find module 'express'
  4 Node.js v20.20.2
s3 | log | build.log | unknown
  5 api-1 exited with code 1\
""")


def test_the_tidying_after_a_job_is_no_part_of_its_failure() -> None:
    assert read_and_cut("""
        > tsc --noEmit
        src/a.ts(1,1): error TS2345: no
        Error: Process completed with exit code 2.
        Post job cleanup.
        fatal: No url found for submodule path 'vendor/x' in .gitmodules
        Warning: The process '/usr/bin/git' failed with exit code 128
        """) == snapshot("""\
s1 | log | build.log | failed
  1 > tsc --noEmit
  2 src/a.ts(1,1): error TS2345: no
  3 Error: Process completed with exit code 2.
s2 | github-step | Post job cleanup | done
  4 Post job cleanup.
  5 fatal: No url found for submodule path 'vendor/x' in .gitmodules
  6 Warning: The process '/usr/bin/git' failed with exit code 128\
""")
