"""The wordings in which tools and CI systems say that a build broke, or that it went well.

Each sign is a literal that is looked for in the whole text at once, and, where the literal alone
would also meet harmless lines, a pattern that the line has to meet. A literal that begins with a
line feed must stand at the beginning of a line.
"""

from __future__ import annotations

from typing import NamedTuple


class Sign(NamedTuple):
    """A literal, and what its line must look like (`""`: anything)."""

    needle: str
    shape: str = ""


NON_ZERO = r"(?:code|status|exited|with|exit)(?: code| status)?:? ?[('\"]*-?[1-9]"
FAILED_COUNT = r"\b[1-9]\d* (?:tests? |suites? )?fail"

VERDICTS: tuple[Sign, ...] = (
    Sign("rocess completed with exit code ", NON_ZERO),
    Sign("exited with code", NON_ZERO),
    Sign("exited with ", NON_ZERO),
    Sign("exited (", r"exited \([1-9]"),
    Sign("xited with code exit status", NON_ZERO),
    Sign("Job failed"),
    Sign("Finished: FAILURE"),
    Sign("Finished: UNSTABLE"),
    Sign("Finished: ABORTED"),
    Sign("script returned exit code ", NON_ZERO),
    Sign("marked build as failure"),
    Sign("Deployment failed"),
    Sign("Failed during stage "),
    Sign("State: FAILED"),
    Sign("Command did not exit successfully"),
    Sign("Push rejected"),
    Sign("ERROR: build step "),
    Sign("The operation was canceled"),
    Sign("has exceeded the maximum execution time"),
    Sign("lost communication with the server"),
    Sign("The pipeline failed"),
    Sign("Task failed:"),
)
"""How a CI system or a host closes a failed job: nothing that comes after takes this back."""

CLOSINGS: tuple[Sign, ...] = (
    Sign("failed to solve"),
    Sign("returned a non-zero code: "),
    Sign("executor failed running ["),
    Sign("did not complete successfully"),
    Sign("Error: building at STEP "),
    Sign("error building image: "),
    Sign("failed to build"),
    Sign("ailed to build :"),
    Sign("ELIFECYCLE"),
    Sign(
        "ERR_PNPM_", r"^(?:.{0,40}\bERROR\b.{0,40}|\W*(?:Error: |\?{0,3}[^\w\s]{0,6})?|\S{0,6})ERR_PNPM_[A-Z]"
    ),
    Sign("npm ERR!", r"npm ERR! (?:code|Failed|Error|errno|\S+ .*: )|npm ERR! \S"),
    Sign("npm error "),
    Sign("\nerror Command failed"),
    Sign("Failed with errors"),
    Sign("*** [", r"make.{0,12}: \*\*\* \["),
    Sign(": *** "),
    Sign("error: script "),
    Sign("error: could not compile"),
    Sign("BUILD FAIL"),
    Sign("uild failed", r"^[^\w]*(?:(?:Next|Service|ERROR|Error|error)\b.{0,40})?[Bb]uild failed"),
    Sign("uild Failed"),
    Sign("uild FAILED"),
    Sign("Failed to compile"),
    Sign("Compilation failed"),
    Sign("FATAL ERROR"),
    Sign("\nE: "),
    Sign("error TS", r"\berror TS\d+"),
    Sign("\nfatal: "),
    Sign("\nFATAL"),
    Sign("\npanic: "),
    Sign("heap out of memory"),
    Sign("Segmentation fault"),
    Sign("is not recognized as "),
    Sign("CommandNotFoundException"),
    Sign("ERROR  run failed"),
    Sign("\nFailed: ", r"Failed: +\S+#\S"),
    Sign("\nNode.js v", r"^Node\.js v\d+\.\d+\.\d+$"),
    Sign("worker exited with code", NON_ZERO),
    Sign("exited with non-zero"),
    Sign("non-zero exit"),
    Sign("Command failed"),
    Sign("command failed"),
    Sign('"level":"error"'),
    Sign("Export encountered"),
    Sign("exiting the build"),
    Sign("COPY failed"),
    Sign("ADD failed"),
    Sign("Error response from daemon: "),
    Sign("error during connect: "),
    Sign("Dockerfile parse error"),
    Sign("invalid reference format"),
    Sign("pull access denied"),
    Sign("unauthorized: "),
    Sign(" failed", FAILED_COUNT),
    Sign("ests:", r"^\W*Tests: +[1-9]\d* failed"),
    Sign("\n--- FAIL: "),
    Sign("\nFAIL", r"^FAIL\b"),
    Sign(" FAIL ", r"^\W*FAIL +\S"),
    Sign("FAILURES!"),
    Sign(" failure", r"[1-9]\d* failures?\b"),
    Sign("xit status ", r"^\W*(?:\S+: )?[Ee]xit status [1-9]\d*\W*$"),
    Sign("xit code", r"^\W*(?:.{0,60}\b)?[Ee]xit code[:= ]+[1-9]\d*\W*$"),
    Sign("\nEXIT", r"^EXIT(?:_CODE)?[:= ]+[1-9]"),
    Sign("(core dumped)"),
    Sign("annot connect to the Docker daemon"),
    Sign("no configuration file provided"),
    Sign("FAILED (", r"FAILED \((?:failures|errors)="),
    Sign("error generated", r"[1-9]\d* errors? generated"),
    Sign(" problem", r"✖ \d+ problems? \([1-9]"),
    Sign(" error", r"(?:[Ff]ound|with) [1-9]\d* errors?\b"),
    Sign("....Failed"),
    Sign("\nKilled"),
)
"""How builders and tools say that they give up."""

COMPLAINTS: tuple[Sign, ...] = (
    Sign("error["),
    Sign("ld returned "),
    Sign("CMake Error"),
    Sign("onfigure: error"),
    Sign("\ncurl: (", r"curl: \([1-9]"),
    Sign("Could not resolve"),
    Sign("could not be resolved"),
    Sign("ould not find "),
    Sign("failed to fetch an image"),
    Sign("\nFailed"),
    Sign("no se reconoce"),
    Sign("no puede"),
    Sign("n'est pas reconnu"),
    Sign("nicht erkannt"),
    Sign("não é reconhecido"),
    Sign("не является"),
    Sign("不是内部或外部命令"),
    Sign("command not found", r"(?:command not found$|command not found: \S+$|: command not found)"),
    Sign(": not found", r"^\S*sh\b.*: not found$|^(?:/\S+: )?(?:line )?\d+: .*: not found$"),
    Sign("net/http: "),
    Sign("❌"),
    Sign("\nTraceback (most recent call last)"),
    Sign("Error: ", r"^\W*(?:\[\w+\] )?(?:Uncaught |Unhandled )?(?:[\w.]+\.)?\w*Error: \S"),
    Sign("Error [", r"^\W*\w*Error \[\w+\]: "),
    Sign("Exception: ", r"^\W*(?:Caused by: )?[\w.]*Exception: "),
    Sign("\nERROR", r"^ERROR\b"),
    Sign(" ERROR", r"^\W* ERROR\b"),
    Sign("[ERROR", r"^\W*\[ERROR\b"),
    Sign("[error]"),
    Sign("\nError", r"^Error\b"),
    Sign("\nerror", r"^error\b(?! handl)"),
    Sign("error: ", r"(?:^|:\d+: |^\S+: )(?:fatal )?error: "),
    Sign(": error", r"\): error [A-Z]+\d+|: error [A-Z]+\d+"),
    Sign("Module not found"),
    Sign("Cannot find module"),
    Sign("Can't resolve "),
    Sign("ermission denied"),
    Sign("o such file or directory"),
    Sign("✗ "),
    Sign("⨯"),
    Sign("  × ", r"^ *× "),
    Sign("Syntax error"),
    Sign("YN0", r"➤ YN00(?:0[12369]|1[0-9]|2[0-9]|[3-9]\d): "),
    Sign(".go:", r"^\S+\.go:\d+:\d+: "),
)
"""What may be a failure or a complaint that nobody minded: it counts where nothing ends well."""

SUCCESSES: tuple[Sign, ...] = (
    Sign("Finished: SUCCESS"),
    Sign("Job succeeded"),
    Sign("uild completed", r"^\W*(?:\[?\w+\]? )?[Bb]uild completed"),
    Sign("uild Completed in "),
    Sign("Successfully tagged "),
    Sign("Successfully built ", r"^Successfully built [0-9a-f]{12}"),
    Sign("BUILD SUCCESS"),
    Sign("Build successful"),
    Sign("build exited with 0"),
    Sign("\nEXIT", r"^EXIT(?:_CODE)?[:= ]+0\b"),
    Sign("xit code", r"^\W*(?:.{0,60}\b)?[Ee]xit code[:= ]+0\W*$"),
    Sign("xited with code 0"),
    Sign("Your service is live"),
    Sign("Deployment complete"),
    Sign("State: SUCCEEDED", r"(?:POST_BUILD|UPLOAD_ARTIFACTS) State: SUCCEEDED"),
    Sign("Finished in ", r"^\w+: Finished in "),
)
"""How a CI system, a host or a builder closes a job that went well."""

CHEERS: tuple[Sign, ...] = (
    Sign("Done in ", r"^\W*Done in \d"),
    Sign("ound 0 vulnerabilities"),
    Sign("Successfully installed "),
    Sign("prerendered as static"),
    Sign("All matched files use"),
    Sign("No ESLint warnings or errors"),
    Sign("\nOK (", r"^OK \(\d+ tests?"),
    Sign("✔ ", r"✔ (?:\w+ +)?\S+ +(?:Started|Built|Created|Healthy|Running)\b"),
    Sign("\nadded ", r"^added \d+ packages?"),
    Sign("\nup to date", r"^up to date\b"),
    Sign("Already up to date"),
    Sign(" packages in ", r"(?:added|changed|audited|removed) \d+ packages? .*in \d"),
    Sign("built in ", r"^\W*built in \d"),
    Sign("ompiled successfully"),
    Sign("Test Files ", r"Test Files +\d+ passed"),
    Sign("0 failed", r"\b\d+ passed.*\b0 failed"),
    Sign(" passed", r"^\W*(?:Tests:? +)?\d+ passed"),
    Sign("ound 0 errors"),
    Sign("\nDone with warnings"),
    Sign("· Done"),
    Sign("Finished `", r"Finished `\w+` profile"),
)
"""How a single tool says that it is done: enough only as the last word."""
