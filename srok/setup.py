"""`srok init`: the questions an installation is made of, and its srok.toml."""

from __future__ import annotations

import difflib
import itertools
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import typer

from engine.clock import utc_now
from engine.errors import DeliveryError, SrokError
from engine.people import unknown_zone, zone_exists
from engine.settings import FILE_NAME, Settings, default_home, load_settings
from engine.store.installation import load_people
from notifiers.channels import open_channel
from notifiers.envelope import Envelope, OutcomeKind
from srok.files import write_whole
from srok.inputs import EXAMPLE_PEOPLE
from srok.next_steps import put_in, say_next, see_mail, write_people


class InitError(SrokError):
    """The answers make no installation."""

    exit_code = 2


def run_init(
    *, office: str | None, zone: str | None, mail: str | None, owner: str | None, test_to: str | None, force: bool
) -> None:
    """Ask what was not given, write srok.toml readable by its owner alone, send a test message on request.

    The example of the people file is put beside it; what was there before is kept.

    Raises:
        InitError: srok.toml is there already, or an answer does not fit.
        DeliveryError: The mail address cannot be used, or the test message did not leave.
    """
    home = default_home()
    path = home / FILE_NAME
    example = _lay_example(home)
    if path.exists() and not force:
        raise InitError(f"«{path}» уже есть: измените его или повторите с --force (прежний сохранится рядом)")
    if mail:
        open_channel("mail", Settings(home=home, mail_url=mail)).close()  # what is given is checked before a question
    office = _asked(office, "Учреждение", "")
    zone = _asked_zone(zone)
    mail = _asked(mail, "Почта (пусто — письма в папку)", "") or (home / "mail").as_uri()
    owner = _asked(owner, "Ответственный за установку (id из people.yaml)", "")
    settings = Settings(home=home, office=office, zone=zone, mail_url=mail, owner=owner or None)
    open_channel("mail", settings).close()
    _check_owner(settings)
    kept = _keep_earlier(path)
    _write(path, {"office": office, "zone": zone, "mail_url": mail, "owner": owner})
    typer.echo(f"Записано: {path}" + (f"; прежний файл: {kept}" if kept else ""))
    if test_to is None and sys.stdin.isatty():
        test_to = typer.prompt("Адрес для пробного письма (пусто — не отправлять)", default="", show_default=False)
    if test_to:
        _send_test(load_settings(), test_to)
    say_next(*_steps(settings, example))


def _steps(settings: Settings, example: Path) -> Iterator[str]:
    drafts = Path("черновики")
    if not settings.people_file.exists():
        yield write_people(settings.people_file, example)
    yield f"прочитайте приказ: srok import приказ.docx -o {drafts}"
    yield f"проверьте черновик и исправьте названное: srok check {drafts}"
    yield see_mail([drafts])
    yield put_in([drafts])
    yield "включите напоминания: srok up"


def _lay_example(home: Path) -> Path:
    """Put the example of the people file into *home*, where none is."""
    example = home / EXAMPLE_PEOPLE.name
    if not example.exists():
        write_whole(example, EXAMPLE_PEOPLE.read_bytes())
    return example


def _check_owner(settings: Settings) -> None:
    """Refuse an owner that no person can be: one with spaces, or one whom the people file that is there lacks."""
    if settings.owner is None:
        return
    if re.search(r"[|/\s]", settings.owner):
        raise InitError(f"ответственный «{settings.owner}»: нужен id из people.yaml, без пробелов, например p-ivanova")
    people = load_people(settings).people if settings.people_file.exists() else None
    if people is not None and settings.owner not in people:
        near = difflib.get_close_matches(settings.owner, people, 3, 0.5) or sorted(people)[:3]
        raise InitError(
            f"человека «{settings.owner}» в «{settings.people_file}» нет; есть, например: {', '.join(near)}"
        )


def _keep_earlier(path: Path) -> Path | None:
    """Move the settings there are aside, under the first number that is free."""
    if not path.exists():
        return None
    kept = next(one for n in itertools.count(1) if not (one := path.with_name(f"{path.name}.{n}")).exists())
    path.rename(kept)
    return kept


def _asked(given: str | None, question: str, default: str) -> str:
    """Return the answer given, else ask where somebody can answer, else the default."""
    if given is not None:
        return given
    return str(typer.prompt(question, default=default, show_default=bool(default))) if sys.stdin.isatty() else default


def _asked_zone(given: str | None) -> str:
    """Return a zone that exists; who answers at the terminal is asked again. It is never guessed."""
    if given is None and not sys.stdin.isatty():
        raise InitError(
            "некого спросить: укажите часовой пояс, например --zone Asia/Yekaterinburg; если известны, и --office "
            "(название учреждения), --mail (почта), --owner (id ответственного за установку)"
        )
    while True:
        zone = _asked(given, "Часовой пояс, например Asia/Yekaterinburg", "Europe/Moscow")
        if zone_exists(zone):
            return zone
        if given is not None:
            raise InitError(_near(zone))
        typer.echo(_near(zone))


def _near(zone: str) -> str:
    """Say that there is no such zone, and which are like it."""
    known = {one.casefold().rpartition("/")[2]: one for one in sorted(available_timezones())} | _CITIES
    wanted = zone.strip().casefold().rpartition("/")[2].replace(" ", "_")
    near = dict.fromkeys(known[one] for one in difflib.get_close_matches(wanted, known, 3, 0.8))
    return unknown_zone(zone) + (f"; похожи: {', '.join(near)}" if near else "")


_CITIES = {
    "калининград": "Europe/Kaliningrad",
    "москва": "Europe/Moscow",
    "волгоград": "Europe/Volgograd",
    "самара": "Europe/Samara",
    "саратов": "Europe/Saratov",
    "екатеринбург": "Asia/Yekaterinburg",
    "омск": "Asia/Omsk",
    "новосибирск": "Asia/Novosibirsk",
    "барнаул": "Asia/Barnaul",
    "томск": "Asia/Tomsk",
    "новокузнецк": "Asia/Novokuznetsk",
    "красноярск": "Asia/Krasnoyarsk",
    "иркутск": "Asia/Irkutsk",
    "чита": "Asia/Chita",
    "якутск": "Asia/Yakutsk",
    "владивосток": "Asia/Vladivostok",
    "сахалин": "Asia/Sakhalin",
    "магадан": "Asia/Magadan",
    "камчатка": "Asia/Kamchatka",
}
"""Cities after which the zones of Russia are named, as people call them."""


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
