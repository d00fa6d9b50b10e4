"""`srok backup` and `srok restore`: a copy of the data in one file, and the data put back from it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.clock import utc_now
from engine.errors import ServerError, StoreError
from engine.journal import ENGINE
from engine.settings import Settings
from engine.store import passing, queries
from engine.store.copies import Copied, Mark, checked, put_into_file, put_into_server, take
from engine.store.database import Store
from engine.store.installation import open_store
from srok.inputs import account
from srok.progress import doing
from srok.screens import console
from srok.up import only_one

NOT_IN_IT = "people.yaml, srok.toml, secret (ключ ссылок) и файлы планов в копию не входят: храните их отдельно."


def run_backup(settings: Settings, output: Path | None) -> None:
    """Write a copy of the database and say what is in it.

    Raises:
        StoreError: There is such a file, something cannot be read, or the journal in the copy is not whole.
    """
    now = utc_now()
    path = output or settings.home / f"srok-{_stamp(settings, now)}.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_store(settings) as store:
        done = take(store, path, now)
    out = console()
    out.print(f"Копия записана: {path}")
    out.print(f"В ней: {_words(done)}.")
    out.print(NOT_IN_IT)
    if done.broken is not None:
        raise StoreError(
            f"журнал в базе изменён в обход srok (запись № {done.broken.number}): такую копию srok restore не примет; "
            "см. srok doctor"
        )


def run_restore(settings: Settings, file: Path, *, force: bool) -> None:
    """Put a copy in the place of the database; with *force* what is there is kept in a file first.

    Raises:
        CopyError: The file is no whole copy of this or an earlier srok.
        NotEmptyError: There are data and no *force*.
        ServerError: `srok up` runs on this home.
        StoreError: The database cannot be used.
    """
    now = utc_now()
    aside = settings.home / f"srok-before-{_stamp(settings, now)}.db"
    keep = aside if force else None
    with checked(file) as (copy, found):
        try:
            with only_one(settings.home), doing("Возвращаем данные"):
                replaced = _put(settings, copy, keep, now, _mark(found, now))
        except ServerError as error:
            raise ServerError(f"{error}: остановите его и повторите") from error
    out = console()
    out.print(f"Восстановлено из «{file}»: {_words(found)}.")
    out.print(f"Копия снята {_when(settings, found.taken_at)}; того, что сделано позже, в базе нет.")
    if replaced:
        out.print(f"Что было в базе, сохранено: {aside}")
    out.print(
        "Что подошло после снятия копии, могло быть отправлено: ближайший обход этого не отправит, а покажет в "
        "srok status; что отправить снова, решаете вы: srok resend."
    )
    out.print(NOT_IN_IT)


def _put(settings: Settings, copy: Store, keep: Path | None, now: datetime, mark: Mark) -> bool:
    if settings.database_file is not None:
        return put_into_file(copy, settings.database_file, keep, mark)
    with open_store(settings) as store:
        return put_into_server(copy, store, keep, now, mark)


def _mark(found: Copied, now: datetime) -> Mark:
    """Return what tells the next pass that this was restored, and from a copy of when."""
    taken = found.taken_at.isoformat() if found.taken_at else None
    return lambda session: queries.journal(
        session, now, who=ENGINE, account=account(), deed=passing.RESTORED, plan_id=None, subject=ENGINE, taken_at=taken
    )


def _words(copied: Copied) -> str:
    return f"планов {copied.plans}, поручений {copied.assignments}, записей журнала {copied.journal}"


def _when(settings: Settings, moment: datetime | None) -> str:
    return f"{moment.astimezone(ZoneInfo(settings.zone)):%d.%m.%Y %H:%M}" if moment else "неизвестно когда"


def _stamp(settings: Settings, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(settings.zone)):%Y-%m-%d-%H%M%S}"
