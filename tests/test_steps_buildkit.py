"""BuildKit in all its dialects: stories with whole lists of steps."""

# ruff: noqa: E501  (logs have long lines)

from __future__ import annotations

from inline_snapshot import snapshot
from steps_shown import steps_of


def test_two_stages_at_once() -> None:
    assert steps_of("""
        #0 building with "default" instance using docker driver

        #1 [internal] load build definition from Dockerfile
        #1 transferring dockerfile: 490B done
        #1 DONE 0.0s

        #2 [builder 1/3] FROM docker.io/library/node:20-slim
        #2 CACHED

        #3 [deps 3/3] RUN npm ci
        #3 0.050 dep 1
        #3 ...

        #4 [builder 2/3] RUN npm test
        #4 0.062 build 1
        #4 DONE 0.7s

        #3 [deps 3/3] RUN npm ci
        #3 0.762 dep 2
        continued
        #3 CANCELED

        #5 [builder 3/3] RUN echo "mode is fast" &&     exit 3
        #5 10.49 mode is fast
        #5 ERROR: process "/bin/sh -c echo \\"mode is ${MODE}\\" &&     exit 3" did not complete successfully: exit code: 3
        ------
         > [builder 3/3] RUN echo "mode is fast" &&     exit 3:
        10.49 mode is fast
        ------
        Dockerfile:7
        --------------------
           6 |     RUN npm test
           7 | >>> RUN echo "mode is ${MODE}" && \\
           8 | >>>     exit 3
           9 |     FROM node:20-slim
        --------------------
        ERROR: failed to build: failed to solve: process "/bin/sh -c echo \\"mode is ${MODE}\\" &&     exit 3" did not complete successfully: exit code: 3

        View build details: docker-desktop://dashboard/build/default/default/abc123
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 #0 building with "default" instance using docker driver
  2
  38
  39 View build details: docker-desktop://dashboard/build/default/default/abc123
s2 | buildkit | [internal] load build definition from Dockerfile | done | in s1
  3 = [internal] load build definition from Dockerfile
  4 transferring dockerfile: 490B done
  5 DONE 0.0s
s3 | buildkit | [builder 1/3] FROM docker.io/library/node:20-slim | cached | stage builder | in s1
  7 = [builder 1/3] FROM docker.io/library/node:20-slim
  8 CACHED
s4 | buildkit | [deps 3/3] RUN npm ci | cancelled | stage deps | in s1
  10 = [deps 3/3] RUN npm ci
  11 dep 1
  12 = ...
  18 = [deps 3/3] RUN npm ci
  19 dep 2
  20 continued
  21 CANCELED
s5 | buildkit | [builder 2/3] RUN npm test | done | stage builder | in s1
  14 = [builder 2/3] RUN npm test
  15 build 1
  16 DONE 0.7s
s6 | buildkit | [builder 3/3] RUN echo "mode is fast" &&     exit 3 | failed | exit 3 | stage builder | at Dockerfile:7 | in s1
  23 = [builder 3/3] RUN echo "mode is fast" &&     exit 3
  24 mode is fast
  25 ERROR: process "/bin/sh -c echo \\"mode is ${MODE}\\" &&     exit 3" did not complete successfully: exit code: 3
  26 = ------
  27 =  > [builder 3/3] RUN echo "mode is fast" &&     exit 3:
  28 = mode is fast
  29 = ------
  30 = Dockerfile:7
  31 = --------------------
  32 =    6 |     RUN npm test
  33 =    7 | >>> RUN echo "mode is ${MODE}" && \\
  34 =    8 | >>>     exit 3
  35 =    9 |     FROM node:20-slim
  36 = --------------------
  37 ERROR: failed to build: failed to solve: process "/bin/sh -c echo \\"mode is ${MODE}\\" &&     exit 3" did not complete successfully: exit code: 3
    6: RUN npm test
  > 7: RUN echo "mode is ${MODE}" && \\
  > 8:     exit 3
    9: FROM node:20-slim\
""")


def test_two_platforms_fail_in_the_same_instruction() -> None:
    assert steps_of("""
        #7 [linux/arm64 stage-0 2/2] RUN npm run build
        #7 ...

        #8 [linux/amd64->linux/arm64 stage-0 2/2] RUN npm run build
        #8 1.2 no rollup for amd64
        #8 ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1

        #7 [linux/arm64 stage-0 2/2] RUN npm run build
        #7 1.3 no rollup for arm64
        #7 ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1
        """) == snapshot("""\
s1 | buildkit | [linux/arm64 stage-0 2/2] RUN npm run build | failed | exit 1 | stage stage-0 | on linux/arm64
  1 = [linux/arm64 stage-0 2/2] RUN npm run build
  2 = ...
  8 = [linux/arm64 stage-0 2/2] RUN npm run build
  9 no rollup for arm64
  10 ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1
s2 | buildkit | [linux/amd64->linux/arm64 stage-0 2/2] RUN npm run build | failed | exit 1 | stage stage-0 | on linux/amd64
  4 = [linux/amd64->linux/arm64 stage-0 2/2] RUN npm run build
  5 no rollup for amd64
  6 ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 1\
""")


def test_a_file_that_is_not_there() -> None:
    assert steps_of("""
        #6 [2/3] COPY nosuch.txt /a
        #6 ERROR: failed to calculate checksum of ref 7862::8cwg: "/nosuch.txt": not found
        ------
         > [2/3] COPY nosuch.txt /a:
        ------
        Dockerfile:2
        --------------------
           1 |     FROM debian
           2 | >>> COPY nosuch.txt /a
        --------------------
        ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref 7862::8cwg: "/nosuch.txt": not found
        """) == snapshot("""\
s1 | buildkit | [2/3] COPY nosuch.txt /a | failed | at Dockerfile:2
  1 = [2/3] COPY nosuch.txt /a
  2 ERROR: failed to calculate checksum of ref 7862::8cwg: "/nosuch.txt": not found
  3 = ------
  4 =  > [2/3] COPY nosuch.txt /a:
  5 = ------
  6 = Dockerfile:2
  7 = --------------------
  8 =    1 |     FROM debian
  9 =    2 | >>> COPY nosuch.txt /a
  10 = --------------------
  11 ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref 7862::8cwg: "/nosuch.txt": not found
    1: FROM debian
  > 2: COPY nosuch.txt /a\
""")


def test_a_dockerfile_that_cannot_be_read_fails_without_a_vertex() -> None:
    assert steps_of("""
        #1 [internal] load build definition from Dockerfile
        #1 transferring dockerfile: 71B done
        #1 DONE 0.0s
        Dockerfile:2
        --------------------
           1 |     FROM debian
           2 | >>> RUNN true
        --------------------
        ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)
        """) == snapshot("""\
s1 | buildkit | [internal] load build definition from Dockerfile | done
  1 = [internal] load build definition from Dockerfile
  2 transferring dockerfile: 71B done
  3 DONE 0.0s
s2 | buildkit | RUNN true | failed | at Dockerfile:2
  4 = Dockerfile:2
  5 = --------------------
  6 =    1 |     FROM debian
  7 =    2 | >>> RUNN true
  8 = --------------------
  9 ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)
    1: FROM debian
  > 2: RUNN true\
""")


def test_only_the_pasted_end_is_there() -> None:
    assert steps_of("""
        > [app 3/7] RUN npm ci:
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 > [app 3/7] RUN npm ci:\
""")
    assert steps_of("""
        ------
        > [app 3/7] RUN npm ci:
        0.928 npm error code EUSAGE
        0.930 npm error The lockfile is stale
        ------
        failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
        """) == snapshot("""\
s1 | buildkit | [app 3/7] RUN npm ci | failed | exit 1 | stage app
  1 = ------
  2 = > [app 3/7] RUN npm ci:
  3 npm error code EUSAGE
  4 npm error The lockfile is stale
  5 = ------
  6 failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1\
""")


def test_only_the_step_and_its_last_lines_are_pasted() -> None:
    assert steps_of("""
        > [app 3/7] RUN corepack prepare pnpm@latest --activate:
        0.391 Preparing pnpm@latest for immediate activation...
        1.015 Internal Error: no key fits
        """) == snapshot("""\
s1 | log | build.log | failed
  1 > [app 3/7] RUN corepack prepare pnpm@latest --activate:
  2 Preparing pnpm@latest for immediate activation...
  3 Internal Error: no key fits\
""")


def test_the_head_of_the_pasted_excerpt_is_missing() -> None:
    assert steps_of("""
        deploying
        0.257 sed: config/site.conf: No such file or directory
        ------
        failed to solve: process "/bin/sh -c sed -i s/a/b/ config/site.conf" did not complete successfully: exit code: 1
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 deploying
s2 | buildkit | RUN sed -i s/a/b/ config/site.conf | failed | exit 1 | in s1
  2 sed: config/site.conf: No such file or directory
  3 = ------
  4 failed to solve: process "/bin/sh -c sed -i s/a/b/ config/site.conf" did not complete successfully: exit code: 1\
""")


def test_one_closing_line_is_a_failed_step() -> None:
    assert steps_of("""
        deploying
        failed to solve: executor failed running [/bin/sh -c npm ci]: exit code: 243
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 deploying
s2 | buildkit | RUN npm ci | failed | exit 243 | in s1
  2 failed to solve: executor failed running [/bin/sh -c npm ci]: exit code: 243\
""")


def test_compose_puts_blank_lines_between_all_lines_and_cuts_the_front_off() -> None:
    assert steps_of("""
        #9 [worker builder 4/4] RUN pnpm build
        #9 0.5 boom
        #9 ERROR: process "/bin/sh -c pnpm build" did not complete successfully: exit code: 1

        ------

        > [worker builder 4/4] RUN pnpm build:

        0.5 boom

        ------

        Dockerfile:22

        --------------------

        20 |

        22 | >>> RUN pnpm build

        --------------------

        target worker: failed to solve: process "/bin/sh -c pnpm build" did not complete successfully: exit code: 1
        """) == snapshot("""\
s1 | buildkit | [worker builder 4/4] RUN pnpm build | failed | exit 1 | stage builder | at Dockerfile:22
  1 = [worker builder 4/4] RUN pnpm build
  2 boom
  3 ERROR: process "/bin/sh -c pnpm build" did not complete successfully: exit code: 1
  5 = ------
  7 = > [worker builder 4/4] RUN pnpm build:
  9 = boom
  11 = ------
  13 = Dockerfile:22
  15 = --------------------
  17 = 20 |
  19 = 22 | >>> RUN pnpm build
  21 = --------------------
  23 target worker: failed to solve: process "/bin/sh -c pnpm build" did not complete successfully: exit code: 1
    20:
  > 22: RUN pnpm build\
""")


def test_a_lone_word_is_a_target_where_the_log_says_so() -> None:
    assert steps_of("""
        #1 [web internal] load .dockerignore
        #1 DONE 0.0s

        #2 [web 2/2] RUN npm ci
        #2 DONE 0.1s

        #3 [api builder 2/2] RUN npm ci
        #3 DONE 0.1s
        """) == snapshot("""\
s1 | buildkit | [web internal] load .dockerignore | done
  1 = [web internal] load .dockerignore
  2 DONE 0.0s
s2 | buildkit | [web 2/2] RUN npm ci | done
  4 = [web 2/2] RUN npm ci
  5 DONE 0.1s
s3 | buildkit | [api builder 2/2] RUN npm ci | done | stage builder
  7 = [api builder 2/2] RUN npm ci
  8 DONE 0.1s\
""")


def test_docker_20_10_repeats_the_number_in_its_excerpt() -> None:
    assert steps_of("""
        #5 [2/2] RUN npm run build --workspace=packages/application-server --if-...
        #5 sha256:0123456789abcdef
        #5 0.345 > tsc
        #5 1.2 src/a.ts(1,1): error TS2304: Cannot find name 'x'.
        #5 ERROR: executor failed running [/bin/sh -c npm run build --workspace=packages/application-server --if-present]: exit code: 2
        ------
         > [2/2] RUN npm run build --workspace=packages/application-server --if-present:
        #5 0.345 > tsc
        #5 1.2 src/a.ts(1,1): error TS2304: Cannot find name 'x'.
        ------
        failed to solve: rpc error: code = Unknown desc = executor failed running [/bin/sh -c npm run build --workspace=packages/application-server --if-present]: exit code: 2
        """) == snapshot("""\
s1 | buildkit | [2/2] RUN npm run build --workspace=packages/application-server --if-present | failed | exit 2
  1 = [2/2] RUN npm run build --workspace=packages/application-server --if-...
  2 sha256:0123456789abcdef
  3 > tsc
  4 src/a.ts(1,1): error TS2304: Cannot find name 'x'.
  5 ERROR: executor failed running [/bin/sh -c npm run build --workspace=packages/application-server --if-present]: exit code: 2
  6 = ------
  7 =  > [2/2] RUN npm run build --workspace=packages/application-server --if-present:
  8 = > tsc
  9 = src/a.ts(1,1): error TS2304: Cannot find name 'x'.
  10 = ------
  11 failed to solve: rpc error: code = Unknown desc = executor failed running [/bin/sh -c npm run build --workspace=packages/application-server --if-present]: exit code: 2\
""")


def test_a_log_that_begins_in_the_middle_and_was_clipped() -> None:
    assert steps_of("""
        #8 12.3 first line seen
        #8 [output clipped, log limit 2MiB reached]
        #8 ...

        #9 [3/3] RUN true
        #9 DONE 0.1s

        #8 [2/3] RUN make
        #8 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
        ------
         > [2/3] RUN make:
        12.3 first line seen
        99.1 make: *** [all] Error 1
        ------
        """) == snapshot("""\
s1 | buildkit | [2/3] RUN make | failed | exit 2 | clipped
  1 first line seen
  2 [output clipped, log limit 2MiB reached]
  3 = ...
  8 = [2/3] RUN make
  9 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
  10 = ------
  11 =  > [2/3] RUN make:
  12 = first line seen
  13 make: *** [all] Error 1
  14 = ------
s2 | buildkit | [3/3] RUN true | done
  5 = [3/3] RUN true
  6 DONE 0.1s\
""")


def test_a_cache_that_cannot_be_read_breaks_nothing() -> None:
    assert steps_of("""
        #5 importing cache manifest from registry.example/app:cache
        #5 ERROR: registry.example/app:cache: not found

        #6 exporting to image
        #6 naming to registry.example/app:1 done
        #6 DONE 0.2s
        """) == snapshot("""\
s1 | buildkit | importing cache manifest from registry.example/app:cache | unknown
  1 = importing cache manifest from registry.example/app:cache
  2 ERROR: registry.example/app:cache: not found
s2 | buildkit | exporting to image | done
  4 = exporting to image
  5 naming to registry.example/app:1 done
  6 DONE 0.2s\
""")


def test_two_builds_in_one_log_have_their_own_numbers() -> None:
    assert steps_of("""
        #1 [internal] load build definition from Dockerfile
        #1 DONE 0.0s

        #2 [1/1] RUN one
        #2 DONE 0.0s
        $ docker build again
        #1 [internal] load build definition from web.Dockerfile
        #1 DONE 0.0s

        #2 [1/1] RUN two
        #2 ERROR: process "/bin/sh -c two" did not complete successfully: exit code: 127
        """) == snapshot("""\
s1 | log | build.log | unknown
  6 $ docker build again
s2 | buildkit | [internal] load build definition from Dockerfile | done | in s1
  1 = [internal] load build definition from Dockerfile
  2 DONE 0.0s
s3 | buildkit | [1/1] RUN one | done | in s1
  4 = [1/1] RUN one
  5 DONE 0.0s
s4 | buildkit | [internal] load build definition from web.Dockerfile | done | in s1
  7 = [internal] load build definition from web.Dockerfile
  8 DONE 0.0s
s5 | buildkit | [1/1] RUN two | failed | exit 127 | in s1
  10 = [1/1] RUN two
  11 ERROR: process "/bin/sh -c two" did not complete successfully: exit code: 127\
""")


def test_a_captured_screen() -> None:
    assert steps_of("""
        [+] Building 0.2s (5/11)                                         docker:default
         => CACHED [builder 1/3] FROM docker.io/library/node:20-slim               0.0s
         => [deps 3/3] RUN for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "dep $i";  0.2s
         => [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     echo "o  0.1s
         => => # mode is fa
        [+] Building 1.4s (8/11)                                         docker:default
         => [internal] load .dockerignore                                          0.0s
         => => transferring context: 2B                                            0.0s
         => CACHED [builder 1/3] FROM docker.io/library/node:20-slim               0.0s
         => CANCELED [deps 3/3] RUN for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo   1.4s
         => ERROR [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     e  0.6s
        ------
         > [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     echo "oh no" >&2 && exit 3:
        0.075 mode is fast
        0.579 oh no
        ------
        ERROR: failed to solve: process "/bin/sh -c echo \\"mode is fast\\" &&     sleep 0.5 &&     echo \\"oh no\\" >&2 && exit 3" did not complete successfully: exit code: 3
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 = [+] Building 0.2s (5/11)                                         docker:default
  6 = [+] Building 1.4s (8/11)                                         docker:default
s2 | buildkit | [builder 1/3] FROM docker.io/library/node:20-slim | cached | stage builder | in s1
  2 =  => CACHED [builder 1/3] FROM docker.io/library/node:20-slim               0.0s
  9 =  => CACHED [builder 1/3] FROM docker.io/library/node:20-slim               0.0s
s3 | buildkit | [deps 3/3] RUN for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "dep $i"; | cancelled | stage deps | in s1
  3 =  => [deps 3/3] RUN for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "dep $i";  0.2s
  10 =  => CANCELED [deps 3/3] RUN for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo   1.4s
s4 | buildkit | [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     echo "oh no" >&2 && exit 3 | failed | exit 3 | stage builder | in s1
  4 =  => [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     echo "o  0.1s
  5 = mode is fa
  11 =  => ERROR [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     e  0.6s
  12 = ------
  13 =  > [builder 3/3] RUN echo "mode is fast" &&     sleep 0.5 &&     echo "oh no" >&2 && exit 3:
  14 mode is fast
  15 oh no
  16 = ------
  17 ERROR: failed to solve: process "/bin/sh -c echo \\"mode is fast\\" &&     sleep 0.5 &&     echo \\"oh no\\" >&2 && exit 3" did not complete successfully: exit code: 3
s5 | buildkit | [internal] load .dockerignore | done | in s1
  7 =  => [internal] load .dockerignore                                          0.0s
  8 =  => => transferring context: 2B                                            0.0s\
""")


def test_raw_json() -> None:
    assert steps_of("""
        {"vertexes":[{"digest":"sha256:a","name":"[2/2] RUN make","started":"2026-01-01T00:00:00Z"}]}
        {"logs":[{"vertex":"sha256:a","stream":1,"data":"b25lCnR3","timestamp":"2026-01-01T00:00:00Z"}]}
        {
          "logs": [
            {
              "vertex": "sha256:a",
              "stream": 2,
              "data": "bwo="
            }
          ]
        }
        {"vertexes":[{"digest":"sha256:a","name":"[2/2] RUN make","error":"process \\"/bin/sh -c make\\" did not complete successfully: exit code: 2"}]}
        ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 = {"vertexes":[{"digest":"sha256:a","name":"[2/2] RUN make","started":"2026-01-01T00:00:00Z"}]}
  2 = {"logs":[{"vertex":"sha256:a","stream":1,"data":"b25lCnR3","timestamp":"2026-01-01T00:00:00Z"}]}
  3 = {
  4 =   "logs": [
  5 =     {
  6 =       "vertex": "sha256:a",
  7 =       "stream": 2,
  8 =       "data": "bwo="
  9 =     }
  10 =   ]
  11 = }
  12 = {"vertexes":[{"digest":"sha256:a","name":"[2/2] RUN make","error":"process \\"/bin/sh -c make\\" did not complete successfully: exit code: 2"}]}
s2 | buildkit | [2/2] RUN make | failed | exit 2 | in s1
  1 = [2/2] RUN make
  2 one
  8 two
  12 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
  13 ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2\
""")


def test_buildkit_0_11_gives_every_output_line_the_number_nought() -> None:
    assert steps_of("""
        #8 [build 2/10] RUN apk add --no-cache python
        #0 0.778 fetch https://mirror.example/alpine/v3.16/main/x86_64/APKINDEX.tar.gz
        #0 1.647 ERROR: unable to select packages:
        #0 1.764   python (no such package):
        #8 ERROR: executor failed running [/bin/sh -c apk add --no-cache python]: exit code: 1
        """) == snapshot("""\
s1 | buildkit | [build 2/10] RUN apk add --no-cache python | failed | exit 1 | stage build
  1 = [build 2/10] RUN apk add --no-cache python
  2 fetch https://mirror.example/alpine/v3.16/main/x86_64/APKINDEX.tar.gz
  3 ERROR: unable to select packages:
  4   python (no such package):
  5 ERROR: executor failed running [/bin/sh -c apk add --no-cache python]: exit code: 1\
""")
