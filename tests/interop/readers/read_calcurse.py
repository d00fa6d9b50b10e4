"""calcurse: imported into a calendar of its own, which is then asked for day by day. It keeps no UID and no STATUS."""

import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from _lines import line

FIRST, YEARS = date(2020, 1, 1), 6
ASKED = ("--from", f"{FIRST:%m/%d/%Y}", "--days", str(366 * YEARS), "--output-datefmt", "%Y-%m-%d")
EVENT = "\t%m\n"

for path in map(Path, sys.argv[1:]):
    with tempfile.TemporaryDirectory() as folder:
        program = ["calcurse", "-q", "-D", folder, "-C", folder]
        done = subprocess.run([*program, "-i", path], capture_output=True, text=True, check=True)
        assert not done.stderr, done.stderr
        formats = ["--format-event", EVENT, "--format-recur-event", EVENT]
        shown = subprocess.run([*program, "-Q", *ASKED, *formats], capture_output=True, text=True, check=True).stdout
        day = FIRST
        for found in shown.split("\n"):
            if found.startswith("\t"):
                line(path.name, None, day, day + timedelta(days=1), found[1:], None)
            elif found:
                day = date.fromisoformat(found.rstrip(":"))
