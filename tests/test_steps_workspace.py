"""Scripts of many packages in one log: each gets its own step."""

from __future__ import annotations

from inline_snapshot import snapshot
from steps_shown import steps_of


def test_pnpm_12_stops_the_others() -> None:
    assert steps_of("""
        Scope: 3 of 4 workspace projects
        packages/a build$ node build.js
        packages/b build$ node build.js
        packages/a build: a line 1: x
        packages/b build: error TS2304: no
        error TS2305: not a prefix
        packages/a build: Done
        packages/c build$ node build.js
        packages/b build: Failed
        [ELIFECYCLE] Command failed with exit code 2.
        packages/c build: Failed
        [ELIFECYCLE] Command failed with signal SIGTERM.
        Error: ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 Scope: 3 of 4 workspace projects
  6 error TS2305: not a prefix
  10 [ELIFECYCLE] Command failed with exit code 2.
  12 [ELIFECYCLE] Command failed with signal SIGTERM.
  13 Error: ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL
s2 | pnpm-script | packages/a build | done | in s1
  2 = packages/a build$ node build.js
  4 a line 1: x
  7 Done
s3 | pnpm-script | packages/b build | failed | exit 2 | in s1
  3 = packages/b build$ node build.js
  5 error TS2304: no
  9 Failed
s4 | pnpm-script | packages/c build | cancelled | in s1
  8 = packages/c build$ node build.js
  11 Failed\
""")


def test_pnpm_inside_of_a_docker_build() -> None:
    assert steps_of("""
        #9 [4/4] RUN pnpm -r build
        #9 0.5 packages/b build$ tsc
        #9 1.5 packages/b build: src/a.ts(1,1): error TS2304: Cannot find name 'x'.
        #9 1.6 packages/b build: Failed
        #9 1.7 /app/packages/b:
        #9 1.7 ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL  b@1.0.0 build: `tsc`
        #9 1.7 Exit status 2
        #9 ERROR: process "/bin/sh -c pnpm -r build" did not complete successfully: exit code: 2
        """) == snapshot("""\
s1 | buildkit | [4/4] RUN pnpm -r build | failed | exit 2
  1 = [4/4] RUN pnpm -r build
  5 /app/packages/b:
  6 ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL  b@1.0.0 build: `tsc`
  7 Exit status 2
  8 ERROR: process "/bin/sh -c pnpm -r build" did not complete successfully: exit code: 2
s2 | pnpm-script | packages/b build | failed | exit 2 | in s1
  2 = packages/b build$ tsc
  3 src/a.ts(1,1): error TS2304: Cannot find name 'x'.
  4 Failed\
""")


def test_pnpm_drawn_on_a_screen() -> None:
    assert steps_of("""
        packages/b build$ node build.js
        └─ Running...
        │ b line 1: x
        └─ Running...
        │ b line 1: x
        │ error: b broke
        └─ Failed in 510ms at /app/packages/b
        """) == snapshot("""\
s1 | pnpm-script | packages/b build | failed
  1 = packages/b build$ node build.js
  2 = Running...
  3 b line 1: x
  4 = Running...
  5 = b line 1: x
  6 error: b broke
  7 Failed in 510ms at /app/packages/b\
""")


def test_turbo() -> None:
    assert steps_of("""
           • Running build in 2 packages
        @acme/b:build: cache miss, executing 537f09069b0f8b1a
        @acme/a:build: cache miss, executing b94574c20a7ed3b6
        @acme/b:build: error: b broke
        @acme/a:build: a line 1: x
        @acme/b#build:  ERROR  command (/app/packages/b) /usr/bin/npm run build exited (2)

         Tasks:    0 successful, 2 total
        Failed:    @acme/b#build

         ERROR  run failed: command  exited (2)
        """) == snapshot("""\
s1 | log | build.log | unknown
  1    • Running build in 2 packages
  6 @acme/b#build:  ERROR  command (/app/packages/b) /usr/bin/npm run build exited (2)
  7
  8  Tasks:    0 successful, 2 total
  9 Failed:    @acme/b#build
  10
  11  ERROR  run failed: command  exited (2)
s2 | turbo-task | @acme/b:build | failed | exit 2 | in s1
  2 cache miss, executing 537f09069b0f8b1a
  4 error: b broke
s3 | turbo-task | @acme/a:build | unknown | in s1
  3 cache miss, executing b94574c20a7ed3b6
  5 a line 1: x\
""")


def test_turbo_in_blocks() -> None:
    assert steps_of("""
        @acme/b:build
        cache miss, executing 4176ee4345952220
        error: b broke
        @acme/a:build
        cache miss, executing caa51e1ee558c408
        a line 1: x
         Tasks:    0 successful, 2 total
        Failed:    @acme/b#build
        """) == snapshot("""\
s1 | log | build.log | unknown
  7  Tasks:    0 successful, 2 total
  8 Failed:    @acme/b#build
s2 | turbo-task | @acme/b:build | failed | in s1
  1 = @acme/b:build
  2 cache miss, executing 4176ee4345952220
  3 error: b broke
s3 | turbo-task | @acme/a:build | unknown | in s1
  4 = @acme/a:build
  5 cache miss, executing caa51e1ee558c408
  6 a line 1: x\
""")


def test_lerna() -> None:
    assert steps_of("""
        lerna notice cli v8.2.4
         Lerna (powered by Nx)   Running target build for 2 projects:
        @acme/a: > @acme/a@1.0.0 build
        @acme/b: > @acme/b@1.0.0 build
        @acme/b: error: b broke
        @acme/a: a line 1: x
         Lerna (powered by Nx)   Running target build for 2 projects failed

        Failed tasks:

        - @acme/b:build
        """) == snapshot("""\
s1 | log | build.log | unknown
  1 lerna notice cli v8.2.4
  2  Lerna (powered by Nx)   Running target build for 2 projects:
  7  Lerna (powered by Nx)   Running target build for 2 projects failed
  8
  9 Failed tasks:
  10
  11 - @acme/b:build
s2 | turbo-task | @acme/a | unknown | in s1
  3 > @acme/a@1.0.0 build
  6 a line 1: x
s3 | turbo-task | @acme/b | failed | in s1
  4 > @acme/b@1.0.0 build
  5 error: b broke\
""")
