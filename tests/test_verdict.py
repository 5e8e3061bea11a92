"""How a build ended, told from its last telling words."""

from __future__ import annotations

import pytest
from steps_shown import log_of

from logdoctor.logs.steps import cut
from logdoctor.logs.steps.verdict import verdict


def ended(text: str) -> str:
    log = log_of(text)
    return verdict(log, cut(log))


FAILED = {
    "tests that meant what they printed, then a command that fails": "npm ERR! code ELIFECYCLE (expected)\n"
    "12 passing, 0 failing\nbundling\nnpm error code 1",
    "a CI's closing mark": "all fine\n##[error]Process completed with exit code 1.",
    "an error that CI marks": "##[error]Dependencies lock file is not found in /srv/shop.",
    "gitlab": "ERROR: Job failed: exit code 1",
    "jenkins": "BUILD SUCCESS\nFinished: FAILURE",
    "pnpm 10": "\u2009ELIFECYCLE\u2009 Command failed with exit code 1.",
    "pnpm 11": "[ERR_PNPM_NO_LOCKFILE] Cannot install with frozen-lockfile",
    "pnpm 12": "Error: ERR_PNPM_OUTDATED_LOCKFILE\n\n  × the lockfile is not up to date",
    "mojibake": "ΓÇëERR_PNPM_OUTDATED_LOCKFILEΓÇë Cannot install",
    "npm before a retry of another package": "npm error code E404\nnpm error 404 Not Found - GET",
    "yarn": "➤ YN0028: │ The lockfile would have been modified\n➤ YN0000: · Failed with errors in 0s",
    "apt": "E: Unable to locate package nosuch",
    "tests": "Test Files  1 failed | 3 passed (4)\nDone in 3s",
    "types": "src/a.ts(1,2): error TS2322: Type 'string' is not assignable to type 'number'.",
    "a crash of node": "TypeError: x is not a function\n    at main (/app/a.js:1:2)\n\nNode.js v20.20.2",
    "an image that is not there": "Error response from daemon: pull access denied for nosuch",
    "the old builder refuses": "Step 1/1 : FROM registry.example/app:3\nmanifest unknown",
    "no context": 'unable to prepare context: path "./backend" not found',
    "yarn 4": 'Usage Error: Couldn\'t find a script named "build".\n\n$ yarn run',
    "node --test": "not ok 1 - adds\n# pass 0\n# fail 1\n# duration_ms 91",
    "a complaint and nothing after it": "Installing…\nError: Cannot find module 'left-pad'\n",
    "tests that pass and cover too little": 'Jest: "global" coverage threshold for lines (95%) not met: 50%\n'
    "Test Suites: 1 passed, 1 total\nTests:       1 passed, 1 total\nTime:        1.256 s",
    "a bundle of an app": "iOS Bundling failed 1520ms index.js (900 modules)\nUnable to resolve the theme",
    "a loader of webpack": "ERR! Module build failed (from ./node_modules/sass-loader/dist/cjs.js):",
    "Angular": "Application bundle generation failed. [2.067 seconds]",
    "a builder with a logger": "2021-03-21 08:10:17,715 cli.py:345   ERROR Image build failed",
    "some tasks of turbo": " Tasks:    3 successful, 4 total\n Failed:    web#build\n\n ERROR  run failed",
    "a second project of .NET": "Build succeeded.\n    0 Error(s)\n"
    "Till.cs(1,2): error CS1002: ; expected\nBuild FAILED.",
    "make after CMake": "-- Build files have been written to: /app/build\n"
    "make: *** [Makefile:146: all] Error 2",
    "Gradle": "> Task :web:yarnInstall FAILED\nFAILURE: Build failed with an exception.\n",
    "a bake that was broken off": "#15 11.55 \nfailed to execute bake: exit status 0xc000013a",
    "Go, of a tag that is gone": "go: example.com/ledger@v1.0.2: verifying module: 404 Not Found\n"
    "\tserver response: not found: example.com/ledger@v1.0.2: invalid version: unknown revision v1.0.2",
    "compose": "failed to parse compose.yml: yaml: construct errors:\n  line 2: line 9: mapping key is there",
    "node": "node: --openssl-legacy-provider is not allowed in NODE_OPTIONS",
    "golangci-lint": 'level=error msg="Running error: context loading failed"',
    "next, of a page that hangs": "Static page generation for /a is still timing out after 3 attempts.",
    "a command with arguments too many": "accepts at most 1 arg(s), received 4",
    "PHPUnit": "ERRORS!\nTests: 1, Assertions: 0, Errors: 1.",
    "Elixir": '** (Mix) The task "nosuch" could not be found',
    "R": "Calls: source -> file\nExecution halted",
    "poetry": "Because till depends on ledger which requires Python >=3.11, version solving failed.\n\n  *",
    "an option that pip lacks": "Usage:  \n  pip install [options] <archive url/path>\n\nno such option: --n",
    "a step of Piper": "info  imageExecute - error building image: exit status 1\nfatal imageExecute - no",
    "CDK": "[Error at /Shop/Bucket/Resource] the bucket is public\n\nFound errors",
    "a deployment that checks": "Pushing code...\n✖ Schema validation failed.\nObject: {cost: 1}",
    "lerna 3, and nothing of the package's own": "lerna info ci enabled\n"
    "lerna ERR! npm run build exited 1 in 'web'",
    "lerna 8": "> web:build\n\n Lerna (powered by Nx)   Running target build for project web failed\n",
    "nx": "> nx run web:build\n\n NX   Cannot find project 'web'\n",
    "Astro, a content collection": "12:38:44 [content] Syncing content\n"
    "[InvalidContentEntryDataError] blog → first data does not match collection schema.",
    "Astro, a page": "[NoAdapterInstalled] Cannot use server-rendered pages without an adapter.\n"
    "  Error reference:\n    https://docs.example/errors/no-adapter-installed/",
    "Nuxt 4": "●  Nitro preset: static\n│\n■  Nuxt build error: TypeError: rows.difference is not a function",
    "Storybook 9": "info => Loading presets\nSB_CORE-SERVER_0003 (MissingBuilderError): no builder",
    "Storybook 10": "■  Failed to build the preview\n│\n└  Storybook exited with an error",
    "rollup": "index.js → out.js...\n[!] (plugin json) Unexpected token",
    "a success that comes before": "added 3 packages in 1s\nnpm error code ELIFECYCLE",
}
PASSED = {
    "EAS, after a complaint": "Failed to look up the terminal\n- Build is about to start\n✔ Build finished\n"
    "https://build.example/shop.ipa",
    "the old builder, after a retry": "Step 1/1 : RUN ./try || ./try\n ---> Running in 6c304affc548\n"
    "npm error code ECONNRESET\n ---> 5dc95adca292\nSuccessfully built 5dc95adca292",
    "a cache that is not there": "#1 importing cache manifest from registry.example/a:cache\n"
    "#1 ERROR: not found\n\n#2 exporting to image\n#2 DONE 0.1s",
    "an optional package": "info: a@1 is an optional dependency that could not be resolved.\nDone in 119ms",
    "npm": "npm warn deprecated glob@7\n\nadded 846 packages, and audited 847 packages in 1m",
    "pnpm": "\u2009WARN\u2009 Issues with peer dependencies found\n\nDone in 10.7s",
    "a warning of a task": "web:build: built in 2s\nweb:build: npm warn Could not resolve dependency:\n",
    "a retry": "GET https://registry.example/a error (ECONNRESET). Will retry in 10 seconds.\nDone in 3s",
    "Astro": "12:38:44 [WARN] [vite] a is imported but never used\n12:38:44 [build] Complete!",
    "Angular": "Application bundle generation complete. [7.288 seconds]",
    "rollup, a warning": "(!) Unresolved dependencies\nDone in 3s",
    ".NET": "warning CS0168: The variable 'error' is never used\n\n"
    "Build succeeded.\n    1 Warning(s)\n    0 Error(s)",
    "Terraform": "aws_s3_bucket.till: Creation complete after 1s\n\n"
    "Apply complete! Resources: 1 added, 0 changed.",
    "CMake": "-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)\n-- Generating done\n"
    "-- Build files have been written to: /app/build",
    "all tasks of turbo": "web:build:   Warning: modules failed to load\n\n Tasks:    2 successful, 2 total",
    "the old builder": "npm ERR! optional\nSuccessfully built 0123456789ab\nSuccessfully tagged app:1",
    "jenkins": "ERROR: something that was caught\nFinished: SUCCESS",
    "names of tests": "error handling works ... ok (0ms)\n\nok | 49 passed | 0 failed (762ms)",
    "BuildKit": "#1 [1/2] RUN npm test || true\n#1 0.3 npm error code 1\n#1 DONE 0.4s\n\n"
    "#2 exporting to image\n#2 naming to docker.io/library/a done\n#2 DONE 0.1s",
}
UNKNOWN = {
    "nothing": "",
    "turbo after a task that failed": " Tasks:    3 successful, 4 total\nCached:    0 cached, 4 total",
    "a log that stops": "#1 [1/2] RUN npm ci\n#1 1.2 npm warn deprecated a@1",
    "an old word of success": "Done in 1s\n" + "working\n" * 40,
    "tests that meant what they printed, then another command": "npm ERR! code ELIFECYCLE (expected)\n"
    "web:test: 12 passing, 0 failing\n" + "web:build: bundling\n" * 9 + "web:build: Done in 0.4s",
    "what a test meant to print": "npm ERR! code ELIFECYCLE (expected)\n12 passing, 0 failing\nDone in 0.1s.",
    "a complaint, then a success": "Error: cannot reach the telemetry host\nDone in 3s",
}


@pytest.mark.parametrize("name", FAILED)
def test_failed(name: str) -> None:
    assert ended(FAILED[name]) == "failed"


@pytest.mark.parametrize("name", PASSED)
def test_passed(name: str) -> None:
    assert ended(PASSED[name]) == "passed"


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown(name: str) -> None:
    assert ended(UNKNOWN[name]) == "unknown"
