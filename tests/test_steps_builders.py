"""The builders beside BuildKit."""

# ruff: noqa: E501  (logs have long lines)

from __future__ import annotations

from inline_snapshot import snapshot
from steps_shown import steps_of


def test_the_old_builder() -> None:
    assert steps_of("""
        Sending build context to Docker daemon  2.048kB
        Step 1/4 : FROM --platform=linux/arm64 node:20-slim AS deps
         ---> c5e84219212e
        Step 2/4 : WORKDIR /app
         ---> Using cache
         ---> 021bc410aebc
        Step 3/4 : RUN npm ci
         ---> Running in 9ac482e78371
        npm error code EUSAGE
        The command '/bin/sh -c npm ci' returned a non-zero code: 1
        make: *** [image] Error 1
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 Sending build context to Docker daemon  2.048kB
  11 make: *** [image] Error 1
s2 | legacy | FROM --platform=linux/arm64 node:20-slim AS deps | done | stage deps | on linux/arm64 | in s1
  2 = Step 1/4 : FROM --platform=linux/arm64 node:20-slim AS deps
  3 =  ---> c5e84219212e
s3 | legacy | WORKDIR /app | cached | stage deps | on linux/arm64 | in s1
  4 = Step 2/4 : WORKDIR /app
  5 =  ---> Using cache
  6 =  ---> 021bc410aebc
s4 | legacy | RUN npm ci | failed | exit 1 | stage deps | on linux/arm64 | in s1
  7 = Step 3/4 : RUN npm ci
  8 =  ---> Running in 9ac482e78371
  9 npm error code EUSAGE
  10 The command '/bin/sh -c npm ci' returned a non-zero code: 1\
""")


def test_the_old_builder_refuses_an_instruction() -> None:
    assert steps_of("""
        Step 1/3 : FROM node:20-slim
         ---> c5e84219212e
        Step 2/3 : COPY nosuch.txt /a
        COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch.txt: file does not exist
        """) == snapshot("""\
s1 | legacy | FROM node:20-slim | done
  1 = Step 1/3 : FROM node:20-slim
  2 =  ---> c5e84219212e
s2 | legacy | COPY nosuch.txt /a | failed
  3 = Step 2/3 : COPY nosuch.txt /a
  4 COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch.txt: file does not exist\
""")


def test_the_old_builder_ends_well() -> None:
    assert steps_of("""
        Step 1/2 : FROM node:20-slim
         ---> c5e84219212e
        Step 2/2 : RUN npm test || true
         ---> Running in 9ac482e78371
        npm error Test failed.
         ---> 7a86fb492a98
        Successfully built 7a86fb492a98
        Successfully tagged app:latest
        """) == snapshot("""\
s1 | log | build.log | unknown
  7 Successfully built 7a86fb492a98
  8 Successfully tagged app:latest
s2 | legacy | FROM node:20-slim | done | in s1
  1 = Step 1/2 : FROM node:20-slim
  2 =  ---> c5e84219212e
s3 | legacy | RUN npm test || true | done | in s1
  3 = Step 2/2 : RUN npm test || true
  4 =  ---> Running in 9ac482e78371
  5 npm error Test failed.
  6 =  ---> 7a86fb492a98\
""")


def test_compose_1() -> None:
    assert steps_of("""
        Building web
        Step 1/2 : FROM node:20
         ---> c5e84219212e
        Step 2/2 : RUN npm ci
         ---> Running in 9ac482e78371
        npm ERR! code E404
        ERROR: Service 'web' failed to build: The command '/bin/sh -c npm ci' returned a non-zero code: 1
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 Building web
s2 | legacy | FROM node:20 | done | in s1
  2 = Step 1/2 : FROM node:20
  3 =  ---> c5e84219212e
s3 | legacy | RUN npm ci | failed | exit 1 | in s1
  4 = Step 2/2 : RUN npm ci
  5 =  ---> Running in 9ac482e78371
  6 npm ERR! code E404
  7 ERROR: Service 'web' failed to build: The command '/bin/sh -c npm ci' returned a non-zero code: 1\
""")


def test_podman() -> None:
    assert steps_of("""
        [1/2] STEP 1/2: FROM node:20-slim AS deps
        [1/2] STEP 2/2: RUN npm ci
        --> Using cache 3a0b
        --> 3a0b
        [2/2] STEP 1/2: FROM node:20-slim
        [2/2] STEP 2/2: RUN npm run build
        npm error Missing script: "build"
        subprocess exited with status 1
        subprocess exited with status 1
        Error: building at STEP "RUN npm run build": while running runtime: exit status 1
        """) == snapshot("""\
s1 | buildah | [1/2] FROM node:20-slim AS deps | done | stage deps
  1 = [1/2] STEP 1/2: FROM node:20-slim AS deps
s2 | buildah | [1/2] RUN npm ci | cached | stage deps
  2 = [1/2] STEP 2/2: RUN npm ci
  3 --> Using cache 3a0b
  4 --> 3a0b
s3 | buildah | [2/2] FROM node:20-slim | done
  5 = [2/2] STEP 1/2: FROM node:20-slim
s4 | buildah | [2/2] RUN npm run build | failed | exit 1
  6 = [2/2] STEP 2/2: RUN npm run build
  7 npm error Missing script: "build"
  8 subprocess exited with status 1
  9 subprocess exited with status 1
  10 Error: building at STEP "RUN npm run build": while running runtime: exit status 1\
""")


def test_an_error_that_a_program_prints_does_not_end_an_instruction_of_buildah() -> None:
    steps = steps_of("""
        STEP 1/3: FROM node:20-slim
        STEP 2/3: RUN node check.js || true
        Error: connect ECONNREFUSED 127.0.0.1:5432
        STEP 3/3: COPY . .
        COMMIT app
        """)
    assert "buildah | RUN node check.js || true | done" in steps


def test_kaniko() -> None:
    assert steps_of("""
        INFO[0000] Retrieving image manifest node:20-slim
        INFO[0003] Unpacking rootfs as cmd COPY . . requires it.
        INFO[0011] COPY . .
        INFO[0011] Taking snapshot of files...
        INFO[0012] RUN npm ci
        INFO[0012] Cmd: /bin/sh
        INFO[0012] Args: [-c npm ci]
        INFO[0012] Running: [/bin/sh -c npm ci]
        npm error code EUSAGE
        error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 INFO[0000] Retrieving image manifest node:20-slim
  2 INFO[0003] Unpacking rootfs as cmd COPY . . requires it.
s2 | kaniko | COPY . . | done | in s1
  3 = INFO[0011] COPY . .
  4 = INFO[0011] Taking snapshot of files...
s3 | kaniko | RUN npm ci | failed | exit 1 | in s1
  5 = INFO[0012] RUN npm ci
  6 = INFO[0012] Cmd: /bin/sh
  7 = INFO[0012] Args: [-c npm ci]
  8 = INFO[0012] Running: [/bin/sh -c npm ci]
  9 npm error code EUSAGE
  10 error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1\
""")


def test_docker_before_1_13_does_not_count_the_instructions() -> None:
    assert steps_of("""
        Step 0 : FROM python:2
         ---> 9ac482e78371
        Step 1 : RUN pip install flask
         ---> Running in 57af2fee9952
        /bin/sh: pip: not found
        The command '/bin/sh -c pip install flask' returned a non-zero code: 127
        """) == snapshot("""\
s1 | legacy | FROM python:2 | done
  1 = Step 0 : FROM python:2
  2 =  ---> 9ac482e78371
s2 | legacy | RUN pip install flask | failed | exit 127
  3 = Step 1 : RUN pip install flask
  4 =  ---> Running in 57af2fee9952
  5 /bin/sh: pip: not found
  6 The command '/bin/sh -c pip install flask' returned a non-zero code: 127\
""")


def test_kaniko_gives_up_by_itself() -> None:
    assert steps_of("""
        INFO[0040] No files changed in this command, skipping snapshotting.
        INFO[0040] RUN ./install.sh
        INFO[0047] Found cached layer, extracting to filesystem
        error building image: error building stage: failed to execute command: extracting fs from image: unexpected EOF
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 INFO[0040] No files changed in this command, skipping snapshotting.
s2 | kaniko | RUN ./install.sh | failed | in s1
  2 = INFO[0040] RUN ./install.sh
  3 = INFO[0047] Found cached layer, extracting to filesystem
  4 error building image: error building stage: failed to execute command: extracting fs from image: unexpected EOF\
""")
