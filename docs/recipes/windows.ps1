# UNTESTED: nobody has run this on Windows yet, and hyperscan may have no wheel there. Tell us how it went.
# PowerShell 7; in Windows PowerShell 5 redirected output is UTF-16, which logdoctor reads too.
py -3 -m venv "$env:LOCALAPPDATA\logdoctor"
& "$env:LOCALAPPDATA\logdoctor\Scripts\pip.exe" install --quiet logdoctor

docker build --progress=plain . *> build.log
$status = $LASTEXITCODE
if ($status -ne 0) {
    & "$env:LOCALAPPDATA\logdoctor\Scripts\logdoctor.exe" diagnose --exit-zero build.log
}
exit $status
