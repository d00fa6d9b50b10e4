"""`srok init`: the questions an installation is made of, and its srok.toml."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from engine.clock import utc_now
from engine.errors import DeliveryError, SrokError
from engine.people import unknown_zone, zone_exists
from engine.settings import FILE_NAME, Settings, default_home, load_settings
from notifiers.channels import open_channel
from notifiers.envelope import Envelope, OutcomeKind


class InitError(SrokError):
    """The answers make no installation."""

    exit_code = 2


def run_init(
    *, office: str | None, zone: str | None, mail: str | None, owner: str | None, test_to: str | None, force: bool
) -> None:
    """Ask what was not given, write srok.toml readable by its owner alone, send a test message on request.

    Raises:
        InitError: srok.toml is there already, or the zone does not exist.
        DeliveryError: The mail address cannot be used, or the test message did not leave.
    """
    home = default_home()
    path = home / FILE_NAME
    if path.exists() and not force:
        raise InitError(f"«{path}» уже есть: измените его или повторите с --force")
    office = _asked(office, "Учреждение", "")
    zone = _asked_zone(zone)
    mail = _asked(mail, "Почта (пусто — письма в папку)", "") or (home / "mail").as_uri()
    owner = _asked(owner, "Ответственный за установку (id из people.yaml)", "")
    settings = Settings(home=home, office=office, zone=zone, mail_url=mail, owner=owner or None)
    open_channel("mail", settings).close()
    _write(path, {"office": office, "zone": zone, "mail_url": mail, "owner": owner})
    typer.echo(f"Записано: {path}. Дальше: people.yaml (образец plans/people.example.yaml), затем srok sync.")
    if test_to is None and sys.stdin.isatty():
        test_to = typer.prompt("Адрес для пробного письма (пусто — не отправлять)", default="", show_default=False)
    if test_to:
        _send_test(load_settings(), test_to)


def _asked(given: str | None, question: str, default: str) -> str:
    """Return the answer given, else ask where somebody can answer, else the default."""
    if given is not None:
        return given
    return str(typer.prompt(question, default=default, show_default=bool(default))) if sys.stdin.isatty() else default


def _asked_zone(given: str | None) -> str:
    """Return a zone that exists; who answers at the terminal is asked again."""
    while True:
        zone = _asked(given, "Часовой пояс, например Asia/Yekaterinburg", "Europe/Moscow")
        if zone_exists(zone):
            return zone
        if given is not None or not sys.stdin.isatty():
            raise InitError(unknown_zone(zone))
        typer.echo(unknown_zone(zone))


def _write(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items() if value)
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _quoted(value: str) -> str:
    """Return a TOML basic string (TOML 1.0, String)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + '"'


def _send_test(settings: Settings, address: str) -> None:
    now: datetime = utc_now()
    local = now.astimezone(ZoneInfo(settings.zone))
    text = f"Пробное письмо srok, отправлено {local:%d.%m.%Y %H:%M}. Если вы его читаете, почта настроена."
    envelope = Envelope(f"test|{now.isoformat()}", address, address, "Проверка почты srok", text, f"<p>{text}</p>", now)
    channel = open_channel("mail", settings)
    outcome = channel.deliver(envelope)
    channel.close()
    if outcome.kind is not OutcomeKind.SENT:
        raise DeliveryError(f"пробное письмо не ушло: {outcome.text}; проверьте mail_url в {FILE_NAME}")
    typer.echo(f"Пробное письмо отправлено: {address}")
