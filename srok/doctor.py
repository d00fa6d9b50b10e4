"""`srok doctor`: whether the installation is well, above all whether the journal is as it was written."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from engine.clock import utc_now
from engine.errors import StoreError
from engine.settings import FILE_NAME, Settings
from engine.store import passing, queries
from engine.store.chain import FAULTS, Broken, broken_link
from engine.store.installation import open_store
from engine.store.models import PauseRow
from notifiers.pauses import holds
from notifiers.recipients import channel_words
from srok.health import Found, network_share, warnings
from srok.screens import console, deed_words

MOUNTS = Path("/proc/self/mountinfo")


def run_doctor(settings: Settings) -> None:
    """Print the last pass, the database's revision, the chain's head, and warnings.

    Raises:
        StoreError: The database lies on a network share or is damaged, or the journal was altered past the program;
            the first row that does not fit is named.
    """
    _refuse_share(settings.database_file)
    zone, out = ZoneInfo(settings.zone), console()
    with open_store(settings) as store, store.reading() as session:
        _refuse_damage(session)
        try:
            letters, silent = queries.letters_by_state(session), _silent(session)
            found = Found(_modes(settings), queries.last_pass(session), letters, silent)
            revision, broken, head = queries.revision(session), broken_link(session), queries.chain_head(session)
            checked, lost = passing.last_check(session)
        except FAULTS as error:
            raise StoreError("в базе есть то, что не читается: восстановите её из копии (srok restore)") from error
    passed = f"{found.last_pass.astimezone(zone):%d.%m.%Y %H:%M}" if found.last_pass else "ещё не было"
    out.print(f"Последний обход: {passed}")
    out.print(f"Версия базы данных: {revision}")
    if broken is None:
        out.print("Журнал решений: цел" if head else "Журнал решений: пуст")
        if head:
            out.print(f"Последнее звено: {head}")
    if checked is not None:
        out.print(f"Проверка полноты: {checked:%d.%m.%Y}, {_lost(lost)}")
    for warning in warnings(found, utc_now()):
        out.print(f"Внимание: {warning}")
    if broken is not None:
        raise _altered(broken, zone)


def _lost(found: dict[str, Any]) -> str:
    """Say what the completeness check found."""
    if not found:
        return "пропущенного нет"
    return (
        f"найдено и исправлено: сроков {found['terms']}, сводок и отчётов {len(found['plans'])}; "
        f"ждут отправки больше суток: {found['waiting']}"
    )


def _refuse_share(file: Path | None) -> None:
    if file is None or not MOUNTS.exists():
        return
    kind = network_share(file.resolve().parent, MOUNTS.read_text(encoding="utf-8", errors="replace"))
    if kind is not None:
        raise StoreError(
            f"база «{file}» лежит на сетевом диске ({kind}), где SQLite теряет данные: перенесите папку на диск этого "
            "компьютера или возьмите PostgreSQL (SROK_DATABASE_URL)"
        )


def _refuse_damage(session: Session) -> None:
    """Ask SQLite whether its file is whole; a server looks after its own."""
    if session.get_bind().dialect.name != "sqlite":
        return
    try:
        whole = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
    except FAULTS:
        whole = False
    if not whole:
        raise StoreError("файл базы данных повреждён: восстановите её из копии (srok restore --force)")


def _silent(session: Session) -> list[tuple[str, str]]:
    """Return the channels that wait for our settings to be mended, and why; nothing is written."""
    now = utc_now()
    rows = session.exec(select(PauseRow).order_by(PauseRow.channel))
    return [(channel_words(row.channel), row.why) for row in rows if row.ours and holds(row, now)]


def _modes(settings: Settings) -> list[tuple[Path, int]]:
    if os.name != "posix":
        return []
    files = [settings.database_file, settings.home / FILE_NAME, settings.home / "secret", settings.people_file]
    return [(one, stat.S_IMODE(one.stat().st_mode)) for one in files if one is not None and one.exists()]


def _altered(broken: Broken, zone: ZoneInfo) -> StoreError:
    at = f" от {broken.at.astimezone(zone):%d.%m.%Y %H:%M}" if broken.at else ""
    why = "не сходится с цепочкой" if broken.readable else "не читается"
    return StoreError(
        f"журнал изменён в обход srok: запись № {broken.number}{at} («{deed_words(broken.deed)}», {broken.subject}) "
        f"{why}; сверьте её с бумагами и восстановите базу из копии (srok restore)"
    )
