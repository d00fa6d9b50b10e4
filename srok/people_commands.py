"""`srok people …`: the directory of people; each command imports what it needs when it runs."""

from typing import Annotated

import typer

from srok.helping import Commands

# ruff: noqa: PLC0415 - a command imports sqlmodel, pydantic only when it uses them (DESIGN.md 1)

people_app = Commands(help="Справочник людей.", epilog="Пример: srok people check")


@people_app.command("check", epilog="Пример: srok people check")
def people_check(as_json: Annotated[bool, typer.Option("--json", help="вывести JSON")] = False) -> None:
    """Проверить людей: кого не достать, кто отсутствует, какие слова планов ни к кому не ведут."""
    from engine.settings import load_settings
    from srok.people_checking import run_people_check

    code = run_people_check(load_settings(), as_json=as_json)
    if code:
        raise typer.Exit(code)


@people_app.command("link", epilog="Пример: srok people link p-eskizov")
def people_link(
    who: Annotated[str, typer.Argument(help="id, имя или должность", metavar="КТО", show_default=False)],
) -> None:
    """Дать одноразовый код, которым человек привяжет свой Telegram."""
    from engine.settings import load_settings
    from srok.inputs import account
    from srok.linking import run_people_link

    typer.echo(run_people_link(load_settings(), who, account()))
