from pathlib import Path

report = Path(__file__).with_name("report.txt")
report.write_text("ebb and flow\n")
