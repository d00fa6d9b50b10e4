"""What a long command is at, on a terminal only: one line of the standard error, taken off when the work is done."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def doing(words: str) -> Iterator[None]:
    """Show *words* while what is inside goes on; nothing where it is piped or the terminal cannot take a line back."""
    shown = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if shown:
        sys.stderr.write(f"{words[: shutil.get_terminal_size().columns - 2]}…")
        sys.stderr.flush()
    try:
        yield
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
