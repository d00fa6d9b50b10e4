"""`python -m srok` and the command `srok`: one place where errors become a sentence and an exit code."""

from __future__ import annotations

import os
import sys

from engine.errors import SrokError


def main() -> None:
    """Run the command line; a SrokError ends it with its message and code, a traceback only with SROK_DEBUG=1."""
    from srok.cli import app  # noqa: PLC0415 - after the interpreter knows it is wanted

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except SrokError as error:
        if os.environ.get("SROK_DEBUG"):
            raise
        sys.stderr.write(f"Ошибка: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
