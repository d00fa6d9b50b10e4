"""`python -m srok` and the command `srok`: one place where errors become a Russian sentence and an exit code."""

from __future__ import annotations

import atexit
import copy
import difflib
import gc
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.main import get_command_name

from engine.errors import SrokError, system_words

USAGE = 2
INTERRUPTED = 130
_COLLECT_AFTER = 150_000
"""How many new objects make it worth while to look for garbage: more than `srok status` makes."""
_QUOTED = re.compile(r"""(['"]).*\1""")
"""What the user wrote, as Typer's messages show it."""


def main() -> None:
    """Run the command line; an error ends it with its message and code (a traceback only with SROK_DEBUG=1)."""
    _look_for_little_garbage()
    from srok.cli import app  # noqa: PLC0415 - after the interpreter knows it is wanted

    _speak_utf8()
    if "_SROK_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # noqa: PLC0415 - the Tab key

        completion_init()
    try:
        code = _run(_only(app, sys.argv[1:2]))
    except SrokError as error:
        if os.environ.get("SROK_DEBUG"):
            raise
        hint = f"\n{error.hint[:1].upper()}{error.hint[1:]}." if error.hint else ""
        _end(f"{error}{hint}", error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _end("прервано", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has had enough: no complaint
        sys.exit(0)
    except OSError as error:
        if os.environ.get("SROK_DEBUG"):
            raise
        _end(f"«{error.filename or 'вывод'}»: {system_words(error)}", 1)
    except Exception as error:
        if not hasattr(error, "exit_code"):  # not the command line's own: a fault of srok, with its traceback
            raise
        _end(f"{usage(error)}; образец покажет --help", USAGE)
    sys.exit(code)


def _run(app: Callable[..., Any]) -> Any:
    """Run what is asked for; Ctrl-C, of which Typer makes an exit code, is an interruption again."""
    code = app(sys.argv[1:] or ["--help"], standalone_mode=False, prog_name="srok")
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return code


def _look_for_little_garbage() -> None:
    """Look for it less often, and not at the end: to go through all that was imported took a third of a command."""
    gc.set_threshold(_COLLECT_AFTER)
    atexit.register(gc.freeze)


def _only(app: typer.Typer, asked: list[str]) -> typer.Typer:
    """Return *app* with the one command *asked* for, if there is one: to make all forty costs 20 ms."""
    for kind in ("registered_commands", "registered_groups"):
        found = [one for one in getattr(app, kind) if [one.name or get_command_name(one.callback.__name__)] == asked]
        if found:
            left = copy.copy(app)  # who runs commands one after another in a process finds all of them again
            left.registered_commands, left.registered_groups = [], []
            setattr(left, kind, found)
            return left
    return app


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a closed one is None
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def _end(sentence: str, code: int) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"Ошибка: {sentence}\n")
    sys.exit(code)


def usage(error: Exception) -> str:
    """Say in Russian what Typer's *error* says in English; its classes are known by name, they are not public."""
    kind, context = type(error).__name__, getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    name = _called(param) if param else ""
    hint = getattr(error, "param_hint", None) or name
    if kind == "MissingParameter":
        return f"не хватает параметра {hint}"
    if kind == "NoSuchOption":
        return f"нет параметра {getattr(error, 'option_name', '')}"
    if kind == "BadOptionUsage":
        return f"у параметра {getattr(error, 'option_name', '')} нет значения"
    if kind == "BadParameter":
        own = str(getattr(error, "message", "")).split("Value error", 1)[0]
        return own if _is_russian(_QUOTED.sub("", own)) else f"значение {hint} не подходит: дата пишется как 2021-06-21"
    known = list(getattr(getattr(context, "command", None), "commands", {}))
    if not known:
        return "лишние слова в команде"
    depth = len(str(getattr(context, "command_path", "")).split()) - 1
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    wrong = words[depth] if depth < len(words) else ""
    if not wrong:
        return f"не хватает команды: {', '.join(known)}"
    near = difflib.get_close_matches(wrong, known, 1)
    return f"нет команды «{wrong}»" + (f", может быть, «{near[0]}»?" if near else "")


def _called(param: Any) -> str:
    """Name a parameter as the help does: an option by its name, an argument by what stands for it."""
    return str(param.metavar or param.name) if param.param_type_name == "argument" else str(param.opts[0])


def _is_russian(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.casefold())


if __name__ == "__main__":
    main()
