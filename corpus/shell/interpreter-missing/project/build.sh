set -e
./report.py
