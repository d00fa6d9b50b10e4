"""`srok doctor`: whether the installation is well, above all whether the journal is as it was written."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.errors import StoreError
from engine.settings import Settings
from engine.store import queries
from engine.store.chain import broken_link
from engine.store.installation import open_store
from srok.screens import console, deed_words


def run_doctor(settings: Settings) -> None:
    """Print the last pass, the database's revision and the chain's head.

    Raises:
        StoreError: The journal was altered past the program; the first row that does not fit is named.
    """
    with open_store(settings) as store, store.reading() as session:
        last, revision = queries.last_pass(session), queries.revision(session)
        broken, head = broken_link(session), queries.chain_head(session)
    zone, out = ZoneInfo(settings.zone), console()
    out.print(f"Последний обход: {f'{last.astimezone(zone):%d.%m.%Y %H:%M}' if last else 'ещё не было'}")
    out.print(f"Версия базы данных: {revision}")
    if broken is not None:
        at = f" от {broken.at.astimezone(zone):%d.%m.%Y %H:%M}" if broken.at else ""
        raise StoreError(
            f"журнал изменён в обход srok: запись № {broken.number}{at} "
            f"(«{deed_words(broken.deed)}», {broken.subject}) "
            f"{'не сходится с цепочкой' if broken.readable else 'не читается'}; "
            "сверьте её с бумагами и восстановите базу из копии (srok restore)"
        )
    out.print("Журнал решений: цел" if head else "Журнал решений: пуст")
    if head:
        out.print(f"Последнее звено: {head}")
