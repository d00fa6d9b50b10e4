"""Console blocks of documents: commands after «$ », below them what they print; «…» stands for what is left out.

A comment before a block says what a reader is told by the text around it:

    <!-- сейчас: 2027-01-11T10:00+05:00 -->   the instant at which the commands of this and the next blocks run
    <!-- файл: primersk-2027.txt -->          the next block, of any language, is written into this file
    <!-- правка: планы/primersk-2027.yaml --> the next block takes the place of the lines from its first to an empty one

A line «^C» is the key that stops a command which runs until it is told to.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_MARK = re.compile(
    r"^<!-- (?P<what>сейчас|файл|правка): (?P<value>\S+) -->$|^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_STARTER = """\
#!{python}
import os, sys
from datetime import datetime
sys.path.insert(0, {root!r})
import engine.clock
if "EXAMPLES_NOW" in os.environ:
    now = datetime.fromisoformat(os.environ["EXAMPLES_NOW"]).astimezone(engine.clock.UTC)
    engine.clock.utc_now = lambda: now
from srok.__main__ import main
main()
"""
_STOPS_AFTER_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Example:
    """A command of a document and what it prints, or a file (`file`, `edit`) and what stands in it then.

    *now* stands for the clock.
    """

    line: int
    command: str
    text: str
    now: str | None = None
    kind: str = "command"


def examples(page: str) -> Iterator[Example]:
    """Yield the commands and files of a page, in order."""
    now = None
    file: tuple[str, str] | None = None
    for found in _MARK.finditer(page):
        line = page.count("\n", 0, found.start()) + 1
        if found["what"] == "сейчас":
            now = found["value"]
        elif found["what"]:
            file = found["value"], {"файл": "file", "правка": "edit"}[found["what"]]
        elif file is not None:
            yield Example(line, file[0], found["body"], kind=file[1])
            file = None
        elif found["language"] == "console":
            for part in re.split(r"^\$ ", found["body"], flags=re.MULTILINE)[1:]:
                command, text = re.fullmatch(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]
                yield Example(line, command.replace("\\\n", " "), text, now)


def differs(printed: str, expected: str) -> str | None:
    """Say what was printed where it is not what the document says; «…» is any line or lines, or any part of a line."""
    rows = ["(?:.*\n)*" if row == "…" else ".*".join(map(re.escape, row.split("…"))) + "\n" for row in _rows(expected)]
    said = "".join(f"{row}\n" for row in _rows(printed))
    return None if re.fullmatch("".join(rows), said) else said or "(ничего не напечатано)"


def _rows(text: str) -> list[str]:
    """Return the lines without spaces at their ends and empty ones before and after."""
    return [row.rstrip() for row in text.strip("\n").rstrip().splitlines()]


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands as a reader does, in a folder that has the plans of the clone, with `srok` on the path."""

    folder: Path

    def prepare(self) -> None:
        """Put the starter of `srok` beside the folder: the program of this clone, at an instant if one is told."""
        bin_ = self.folder.parent / "bin"
        bin_.mkdir()
        starter = bin_ / "srok"
        starter.write_text(_STARTER.format(python=sys.executable, root=str(ROOT)), encoding="utf-8")
        starter.chmod(0o755)

    def write(self, example: Example) -> None:
        """Write a file of the page, or the lines of it that the page changes."""
        path = self.folder / example.command
        path.parent.mkdir(parents=True, exist_ok=True)
        text = example.text
        if example.kind == "edit":
            before = path.read_text(encoding="utf-8")
            first = text.partition("\n")[0] + "\n"
            start = before.index(first)
            rest = re.search(r"^$|\Z", before[start:], re.MULTILINE)
            assert rest is not None
            text = before[:start] + text + before[start + rest.start() :]
        path.write_text(text, encoding="utf-8")

    def run(self, example: Example) -> tuple[int, str]:
        """Run a command; return its exit code and what it printed, errors among it."""
        before, stopped, _ = example.text.partition("^C\n")
        with subprocess.Popen(
            ["sh", "-c", f"exec {example.command}"], cwd=self.folder, env=self._env(example.now), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            printed = ""
            if stopped:
                for line in process.stdout:
                    printed += line
                    if differs(printed, before) is None:
                        break
                process.send_signal(signal.SIGINT)
                printed += "^C\n"
            rest, _ = process.communicate(timeout=_STOPS_AFTER_SECONDS)
        return process.returncode, printed + rest

    def _env(self, now: str | None) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SROK_", "PREFECT_"))}
        path = f"{self.folder.parent / 'bin'}{os.pathsep}{clean.get('PATH', '')}"
        return clean | {"PATH": path, "COLUMNS": "100", "LOGNAME": "operator"} | ({"EXAMPLES_NOW": now} if now else {})
