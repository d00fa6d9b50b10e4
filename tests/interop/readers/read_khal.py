"""khal through vdirsyncer: each calendar is fetched over HTTP into a folder of one file an event, which khal reads.

Files of the command line are served on the loopback for the time of the reading; addresses are asked as they are.
"""

import os
import subprocess
import sys
import tempfile
import threading
from datetime import date, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from _lines import line

PROGRAMS = Path(sys.executable).parent
BETWEEN = "\N{SYMBOL FOR UNIT SEPARATOR}"
FIELDS = ("calendar", "start-date", "end-date", "status", "title")
PAIR = """
[pair {name}]
a = "{name}_web"
b = "{name}_here"
collections = null
[storage {name}_web]
type = "http"
url = "{url}"
[storage {name}_here]
type = "filesystem"
path = "{folder}"
fileext = ".ics"
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the files and says nothing about it."""

    def log_message(self, *_: object) -> None:
        """Drop it."""


def sync(home: Path, urls: dict[str, str]) -> None:
    """Fetch every address into a folder of its name under *home*/vdir, as `vdirsyncer sync` does for a person."""
    pairs = []
    for name, url in urls.items():
        folder = home / "vdir" / name
        folder.mkdir(parents=True, exist_ok=True)
        pairs.append(PAIR.format(name=name, url=url, folder=folder))
    config = home / "vdirsyncer.conf"
    config.write_text(f'[general]\nstatus_path = "{home / "status"}/"\n' + "".join(pairs))
    environment = os.environ | {"VDIRSYNCER_CONFIG": str(config), "NO_PROXY": "127.0.0.1"}
    for verb in ("discover", "sync"):
        subprocess.run([PROGRAMS / "vdirsyncer", verb], env=environment, check=True, stdout=sys.stderr)


def shown(home: Path, names: list[str]) -> None:
    """Print what khal finds in the folders: `khal list` goes day by day and would take minutes over years."""
    places = "".join(f"[[{name}]]\npath = {home / 'vdir' / name}\n" for name in names)
    config = home / "khal.conf"
    config.write_text(
        f"[calendars]\n{places}[sqlite]\npath = {home / 'khal.db'}\n"
        "[locale]\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ntimeformat = %H:%M\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\nlocal_timezone = UTC\n"
    )
    form = BETWEEN.join(f"{{{field}}}" for field in FIELDS)
    asked = ["search", "--format", form, ""]
    wide = os.environ | {"COLUMNS": "100000"}  # it breaks lines as wide as the terminal
    done = subprocess.run(
        [PROGRAMS / "khal", "-c", config, *asked], capture_output=True, text=True, check=True, env=wide
    )
    for found in done.stdout.split("\n"):
        if found:
            name, first, last, status, title = found.split(BETWEEN, 4)
            end = date.fromisoformat(last) + timedelta(days=1)
            line(f"{name}.ics", None, date.fromisoformat(first), end, title, status.strip() or None)


def read(home: Path, urls: dict[str, str]) -> None:
    """Fetch, then show; nothing of the user's is read or written."""
    os.environ |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
    os.environ |= {"XDG_DATA_HOME": str(home)}
    sync(home, urls)
    shown(home, list(urls))


def main() -> None:
    """Read `name=address` as they are after `--keep FOLDER`, where they stay; else files."""
    given = sys.argv[1:]
    if given[0] == "--keep":
        read(Path(given[1]), dict(one.split("=", 1) for one in given[2:]))
        return
    with tempfile.TemporaryDirectory() as folder:
        served = partial(Quiet, directory=str(Path(given[0]).parent))
        server = ThreadingHTTPServer(("127.0.0.1", 0), served)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        read(Path(folder), {Path(one).stem: f"http://127.0.0.1:{server.server_port}/{Path(one).name}" for one in given})
        server.shutdown()


if __name__ == "__main__":
    main()
