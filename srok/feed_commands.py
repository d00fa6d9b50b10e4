"""`srok feed …`: calendar subscriptions; each command imports what it needs when it runs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srok.helping import Commands

if TYPE_CHECKING:
    from engine.settings import Settings

# ruff: noqa: PLC0415 - a command imports sqlmodel, icalendar only when it uses them (DESIGN.md 1)

feed_app = Commands(help="Календари ответственных.", epilog="Пример: srok feed add --scope official --of p-uslovnova")
Json = Annotated[bool, typer.Option("--json", help="вывести JSON")]
Scope = Annotated[str, typer.Option(help="official, role, school, controller, plan или all")]
Of = Annotated[str | None, typer.Option(metavar="ID", help="id человека, роли, школы или плана")]
FeedId = Annotated[str, typer.Argument(help="id подписки из srok feed list", metavar="ID", show_default=False)]
GivenScope = Annotated[
    str, typer.Option(help="official, role, school, controller, plan или all; board: страница руководителя")
]
_NOT_SHOWN_AGAIN = "Адрес больше нигде не показывается: кто его знает, тот видит {what}."
_HOW = "Как подписаться и когда программы увидят изменения: {page}"
_ONLY_HERE = "Открывается только на этом компьютере: чтобы открывали и другие, задайте SROK_PUBLIC_URL."


def _settings() -> "Settings":
    from engine.settings import load_settings

    return load_settings()


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _show(made: dict[str, str], settings: "Settings", *, as_json: bool) -> None:
    if as_json:
        _print_json(made)
        return
    from srok.feeds import page_of

    page = page_of(made["url"])
    typer.echo(f"{'Подписка' if page else 'Страница руководителя'} {made['id']}: {made['url']}")
    typer.echo(_NOT_SHOWN_AGAIN.format(what="этот календарь" if page else "эту страницу"))
    if page:
        typer.echo(_HOW.format(page=page))
    if settings.public_url is None:
        typer.echo(_ONLY_HERE)


@feed_app.command("add", epilog="Пример: srok feed add --scope official --of p-uslovnova --alarm 1")
def feed_add(
    scope: GivenScope = "official",
    of: Of = None,
    name: Annotated[str | None, typer.Option(help="название календаря")] = None,
    style: Annotated[
        str, typer.Option(help="edges: начало и срок двумя днями; bar: полосой от начала до срока")
    ] = "edges",
    alarm: Annotated[
        list[int] | None,
        typer.Option(
            min=1, max=60, metavar="ДНЕЙ", help="за сколько дней до срока, в 09:00, напомнить; можно несколько раз"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Дать адрес календаря, на который подписываются, или страницы руководителя; он показывается один раз."""
    from engine.ics import Style
    from srok.feeds import add

    if style not in set(Style):
        raise typer.BadParameter(f"такого вида нет: «{style}»; есть {' и '.join(Style)}", param_hint="--style")
    settings = _settings()
    _show(add(settings, scope, of, name, Style(style), alarm or []), settings, as_json=as_json)


@feed_app.command("list", epilog="Пример: srok feed list")
def feed_list(as_json: Json = False) -> None:
    """Показать подписки: чьи, как названы, когда открывались; адресов здесь нет."""
    from srok.feeds import listed

    found = listed(_settings())
    if as_json:
        _print_json(found)
        return
    if not found:
        typer.echo("Подписок нет: первую даёт srok feed add")
    for one in found:
        whose = f"{one['scope']} {one['of']}" if one["of"] else one["scope"]
        used = f"открывалась {_day(one['used_on'])}" if one["used_on"] else "ещё не открывалась"
        fate = f"отозвана {_day(one['revoked_at'])}" if one["revoked_at"] else used
        alarms = f", напоминания за {', '.join(map(str, one['alarms']))} дн." if one["alarms"] else ""
        style = "страница" if one["scope"] == "board" else one["style"]
        typer.echo(f"{one['id']}  {whose}  «{one['name']}»  {style}{alarms}; {fate}")


def _day(text: str) -> str:
    return ".".join(reversed(text[:10].split("-")))


@feed_app.command("rotate", epilog="Пример: srok feed rotate k7tqzm4a")
def feed_rotate(feed: FeedId, as_json: Json = False) -> None:
    """Дать той же подписке новый адрес; прежний перестаёт открываться."""
    from srok.feeds import rotate

    settings = _settings()
    _show(rotate(settings, feed), settings, as_json=as_json)


@feed_app.command("revoke", epilog="Пример: srok feed revoke k7tqzm4a")
def feed_revoke(feed: FeedId) -> None:
    """Отозвать подписку навсегда."""
    from srok.feeds import REVOKED, revoke

    revoke(_settings(), feed)
    typer.echo(f"Подписка {feed} отозвана. {REVOKED}")


@feed_app.command("export", epilog="Пример: srok feed export --scope official --of p-uslovnova -o срок.ics")
def feed_export(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="ФАЙЛ", help="файл .ics")],
    scope: Scope = "official",
    of: Of = None,
) -> None:
    """Записать календарь в файл .ics."""
    from srok.feeds import export

    count = export(_settings(), scope, of, output)
    typer.echo(f"Записано сроков: {count} — {output}")
