"""`--help` in Russian: how a command is called, what it takes, examples; the commands in the order of work.

Typer lets a class say how its help looks (`cls=`, `format_help`): so its own English words need no translation, the
text is as wide as the terminal and plain where it is piped, and rich is not imported for it (docs/adr/0017).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

PANELS = {
    "Начало": ("init", "import", "check", "rehearse", "sync", "up", "demo"),
    "План": ("explain", "diff", "event", "reconcile", "timeline"),
    "Исполнение": (
        "status", "start", "report", "accept", "return", "extend", "close", "not-triggered", "reopen", "cancel",
        "summary", "log",
    ),
    "Сообщения и календари": ("outbox", "resend", "feed"),
    "Люди": ("people", "substitute", "silence"),
    "Служба": ("tick", "web", "doctor", "backup", "restore"),
}  # fmt: skip
"""The commands in the order in which they are needed."""
WIDEST = 100
"""So wide a line of help gets at most, in columns."""
_Command = TypeVar("_Command", bound=Callable[..., Any])
_HELP = "показать эту справку"


class Commands(typer.Typer):
    """A group of commands, each with Russian help."""

    def __init__(self, **said: Any) -> None:
        """Take what Typer takes; the help is as wide as the terminal, up to WIDEST."""
        super().__init__(
            cls=RussianGroup,
            context_settings={"max_content_width": WIDEST},
            add_completion=False,
            pretty_exceptions_enable=False,
            rich_markup_mode=None,
            **said,
        )

    def command(self, name: str | None = None, **said: Any) -> Callable[[_Command], _Command]:
        """Add a command."""
        return super().command(name, cls=RussianCommand, **said)


class RussianCommand(TyperCommand):
    """A command whose help is Russian."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the command."""
        _write(self, ctx, formatter, "")


class RussianGroup(TyperGroup):
    """A group of commands whose help is Russian."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of work; those of a smaller group as they were added."""
        order = [name for panel in PANELS.values() for name in panel]
        return sorted(super().list_commands(ctx), key=lambda name: order.index(name) if name in order else -1)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the group."""
        _write(self, ctx, formatter, " КОМАНДА …")
        names = self.list_commands(ctx)
        panels = PANELS if set(names) <= {one for panel in PANELS.values() for one in panel} else {"Команды": names}
        for title, panel in panels.items():
            _section(formatter, title, [(name, self.commands[name].help or "") for name in panel])
        _example(self, formatter)


def _write(command: Any, ctx: Any, formatter: Any, more: str) -> None:
    arguments = [one for one in command.get_params(ctx) if one.param_type_name == "argument"]
    options = [one for one in command.get_params(ctx) if one.param_type_name == "option"]
    called = " ".join(["[ПАРАМЕТРЫ]", *map(_place, arguments)])
    formatter.write_usage(ctx.command_path, called + more, prefix="Вызов: ")
    formatter.write_paragraph()
    formatter.write_text(command.help or "")
    _section(formatter, "Что указать", [(one.metavar or one.name, one.help or "") for one in arguments])
    _section(formatter, "Параметры", [(_names(one), _about(one)) for one in options])
    if not more:
        _example(command, formatter)


def _section(formatter: Any, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows)


def _example(command: Any, formatter: Any) -> None:
    if command.epilog:
        formatter.write_paragraph()
        formatter.write(f"{command.epilog}\n")  # as it stands: it is to be copied


def _place(argument: Any) -> str:
    name = argument.metavar or argument.name
    several = name if argument.nargs == 1 or name.strip("[]").endswith("…") else f"{name}…"
    return several if argument.required or several.startswith("[") else f"[{several}]"


def _names(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or 'ТЕКСТ'}"
    return ", ".join([*option.opts, *option.secondary_opts]) + value


def _about(option: Any) -> str:
    if option.opts == ["--help"]:
        return _HELP
    default = None if option.is_flag or callable(option.default) else option.default
    notes = ["обязательно"] if option.required else [f"по умолчанию {default}"] if default not in {None, ""} else []
    return "; ".join([option.help or "", *notes])


def shown_version(asked: bool) -> None:
    """Print the version and end, when it is asked for."""
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - asked for rarely

        typer.echo(f"srok {version('srok')}")
        raise typer.Exit


def install_completion(asked: bool) -> None:
    """Teach the shell that runs this to complete the commands, and end, when it is asked for.

    PowerShell is left out: for it Typer would switch off the policy that guards the user against foreign scripts.
    """
    if not asked:
        return
    import shellingham  # noqa: PLC0415 - asked for once
    from typer.completion import install  # type: ignore[attr-defined]  # noqa: PLC0415

    try:
        shell = shellingham.detect_shell()[0]
    except shellingham.ShellDetectionFailure:
        shell = ""
    if shell not in {"bash", "zsh", "fish"}:
        raise typer.BadParameter("дополнение команд есть для bash, zsh и fish: запустите это в одной из них")
    _, path = install(shell, prog_name="srok")
    typer.echo(f"Дополнение команд по клавише Tab включено ({shell}): {path}. Откройте терминал заново.")
    raise typer.Exit
