"""`srok summary`: the report on execution of a plan, written as a .docx or an .xlsx."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.clock import utc_now
from engine.errors import SrokError
from engine.people import Role, Unit
from engine.report import printed
from engine.settings import Settings
from engine.store import queries
from engine.store.installation import load_people, open_store
from engine.summary import Only, Summary, summarise
from srok.files import write_whole
from srok.standing import entry_of, is_theirs, plan_standing, refuse_past

ONLY = {one.value: one for one in Only}
"""What `--only` may be."""
_OFFICE = {"docx", "lxml", "openpyxl", "et_xmlfile"}


def run_summary(
    settings: Settings,
    plan: str | None,
    official: str | None,
    *,
    only: Only | None,
    as_of: date | None,
    docx: Path | None,
    xlsx: Path | None,
) -> list[Summary]:
    """Write the report on all plans, or on one, for the local day of each or for *as_of*.

    Raises:
        SrokError: There is nothing to report on, or the packages that write such a file are not installed.
    """
    made = summaries(settings, plan, official, only=only, as_of=as_of)
    if not made:
        raise SrokError("отчитываться не о чем: планов в базе ещё нет, сначала srok sync")
    today = as_of or utc_now().astimezone(ZoneInfo(settings.zone)).date()
    for output in (docx, xlsx):
        if output is not None:
            write_whole(output, _rendered(made, today, as_docx=output is docx))
    return made


def summaries(
    settings: Settings, plan: str | None, official: str | None, *, only: Only | None, as_of: date | None
) -> list[Summary]:
    """Return the report on each plan that has rows for *official*."""
    directory, now = load_people(settings), utc_now()
    entry = entry_of(official, directory) if official is not None else None
    name = None if entry is None else printed(entry.title if isinstance(entry, Role | Unit) else entry.name)
    found = []
    with open_store(settings) as store, store.reading() as session:
        refuse_past(session, as_of)
        for row in [queries.plan(session, plan)] if plan else queries.plans(session):
            office = queries.office(row, directory, settings.owner)
            today = as_of or now.astimezone(office.zone).date()
            lines = plan_standing(session, office, today)
            if entry is not None:
                lines = [line for line in lines if is_theirs(line, entry)]
            if lines or plan or entry is None:
                found.append(summarise(office, lines, queries.facts(session, row.id), today, only, name))
    return found


def _rendered(made: list[Summary], today: date, *, as_docx: bool) -> bytes:
    """Return the file; its library is imported only now."""
    try:
        if as_docx:
            from srok.summary_docx import render  # noqa: PLC0415
        else:
            from srok.summary_xlsx import render  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in _OFFICE:
            raise
        raise SrokError(
            "для .docx и .xlsx нужно дополнение office: установите его — pip install 'srok[office]'"
        ) from error
    return render(made, today)
