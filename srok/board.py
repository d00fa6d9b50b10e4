"""The deputy head's page: where one plan stands, or all, by the code of `srok status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.assignment import RUSSIAN, State
from engine.errors import NotFoundError
from engine.people import Directory, Person, Role, School, Unit
from engine.report import Line, counts, short
from engine.store import queries
from srok.board_parts import chart_of, discipline_of, not_delivered
from srok.glance import HEADINGS, URGENT, Group, asked_and_closed, away, by_heading, first_due, last_pass, states, who
from srok.standing import PlanStanding, by_plan, is_theirs
from srok.undelivered import undelivered

ROWS = 20
"""Rows of a heading on the page of all; its own page has them all, `PAGE` at a time."""
TITLE = 160
"""Letters of a title in a row; the page of the measure has it whole."""
PAGE = 100
_FARTHEST_PAGE = 9999
SLUGS = dict(
    zip(("overdue", "asked", "review", "soon", "later", "unconfirmed", "awaiting", "reconcile"), HEADINGS, strict=True)
)
"""How the address of a page names a heading."""
_HINTS = {
    "asked": "решает тот, кто дал поручение",
    "unconfirmed": "срок прошёл, если прочтение верно: его подтверждает координатор плана",
    "awaiting": "дня срока нет: причина стоит у каждого",
    "reconcile": "срок прошёл до внесения плана: решает контролёр",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for; whatever it says, something is shown."""

    plan: str = ""
    official: str = ""
    overdue: bool = False
    show: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Read the query of an address."""
        show = query.get("show", "")
        return cls(
            query.get("plan", "").strip(), query.get("official", "").strip(), query.get("overdue", "") == "1",
            show if show in SLUGS else "", page_number(query.get("page", "")),
        )  # fmt: skip

    def href(self, **change: Any) -> str:
        """Return the address, relative to the page, that asks for the same but for *change*."""
        asked = replace(self, **{"page": 1, **change})
        given = {"plan": asked.plan, "official": asked.official, "overdue": "1" if asked.overdue else ""}
        given |= {"show": asked.show, "page": str(asked.page) if asked.page > 1 else ""}
        return f"?{urlencode({name: value for name, value in given.items() if value})}"

    @property
    def narrow(self) -> bool:
        """Whether a part of all is asked for."""
        return bool(self.plan or self.official or self.overdue)


def page_number(text: str) -> int:
    """Read the number of a page; whatever is none is the first."""
    return max(1, min(int(text), _FARTHEST_PAGE)) if text.isascii() and text.isdecimal() and len(text) < 10 else 1  # noqa: PLR2004 - digits


@dataclass(frozen=True, slots=True)
class Row:
    """One occurrence on the page; ``reason`` is why it has no day."""

    due: date | None
    away: str
    late: bool
    plan: str
    number: str
    title: str
    href: str
    who: str
    states: str
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its rows, of which ``total`` are known; ``more`` leads to them all."""

    slug: str
    heading: str
    hint: str
    total: int
    rows: Sequence[Row]
    urgent: bool
    more: str


def board_page(
    session: Session,
    directory: Directory,
    owner: str | None,
    zone: ZoneInfo,
    scope: str | None,
    asked: Asked,
    now: datetime,
    measures: str,
) -> dict[str, Any] | None:
    """Return what the template `board.html.j2` is given; None where the plan of the board is not there.

    Args:
        session: A reading session.
        directory: People.
        owner: Id of the installation's owner.
        zone: The office's zone.
        scope: The plan that the board is of; None for all.
        asked: What is asked for.
        now: The instant of the request.
        measures: The folder of the pages of measures, as a browser sees it.
    """
    try:
        plans = by_plan(session, directory, owner, now, scope)
    except NotFoundError:
        return None
    whole = [line for one in plans for line in one.lines]
    chosen = [_narrowed(one, asked, directory) for one in plans if asked.plan in {"", one.office.roadmap.plan.id}]
    found = [line for one in chosen for line in one.lines if line.overdue or not asked.overdue]
    found.sort(key=lambda line: line.rank)
    groups = by_heading(found)
    days = {one.office.roadmap.plan.id: one for one in chosen}
    only = chosen[0] if len(chosen) == 1 else None
    today = only.today if only else now.astimezone(zone).date()
    words, well = last_pass(queries.last_pass(session), now, zone)
    kept, closed = asked_and_closed(found)
    one_heading = SLUGS[asked.show] if asked.show else ""
    return {
        "asked": asked,
        "today": today,
        "title": only.office.roadmap.plan.title if only else "Все планы",
        "many": len(plans) > 1,
        "several": len(chosen) > 1,
        "plans": [(one.office.roadmap.plan.id, one.office.roadmap.plan.title) for one in plans],
        "officials": _officials(whole, directory),
        "last_pass": words,
        "well": well,
        "sums": [(slug, heading, len(groups.get(heading, ()))) for slug, heading in SLUGS.items()],
        "kept": kept,
        "closed": closed,
        "counts": [(_counted(name), n) for name, n in counts(found).items() if n],
        "sections": [
            _section(slug, groups[heading], asked, days, directory, measures)
            for slug, heading in SLUGS.items()
            if heading in groups and one_heading in {"", heading}
        ],
        "pages": _pages(asked, len(groups.get(one_heading, ()))),
        "shown": one_heading,
        "undelivered": [] if asked.show else not_delivered(
            undelivered(session, directory, owner, now, scope or asked.plan or None), directory, zone
        ),
        "discipline": None if asked.show else discipline_of(chosen, directory, today),
        "chart": None if asked.show or only is None else chart_of(only),
    }  # fmt: skip


def _narrowed(one: PlanStanding, asked: Asked, directory: Directory) -> PlanStanding:
    if not asked.official:
        return one
    entry = directory.find(asked.official)
    return replace(one, lines=[] if entry is None else [line for line in one.lines if is_theirs(line, entry)])


def _counted(name: str) -> str:
    """Say a key of `engine.report.counts`."""
    return {"overdue": "из них просрочено", "due_soon": "из них срок в ближайшие 7 дней"}.get(name) or RUSSIAN[
        State(name)
    ]


def _officials(whole: Sequence[Line], directory: Directory) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return who may be asked for, by kind: those with assignments here, whom the directory knows."""
    kinds: dict[str, dict[str, str]] = {"Роли и подразделения": {}, "Школы": {}, "Люди": {}}
    names = {name for line in whole for name in (line.assignment.reference, line.assignment.school)}
    names |= {line.assignment.person for line in whole}
    for name in names - {None, ""}:
        match directory.find(name or ""):
            case Role() | Unit() as found:
                kinds["Роли и подразделения"][found.id] = found.title
            case School() as found:
                kinds["Школы"][found.id] = found.name
            case Person() as found:
                kinds["Люди"][found.id] = found.name
            case None:
                pass
    return [(kind, sorted(part.items(), key=lambda one: one[1])) for kind, part in kinds.items() if part]


def _section(
    slug: str,
    groups: Sequence[Group],
    asked: Asked,
    days: Mapping[str, PlanStanding],
    directory: Directory,
    measures: str,
) -> Section:
    begin = (asked.page - 1) * PAGE if asked.show else 0
    shown = groups[begin : begin + (PAGE if asked.show else ROWS)]
    rows = [_row(group, days[group[0].occurrence.plan], directory, measures) for group in shown]
    more = asked.href(show=slug) if len(shown) < len(groups) and not asked.show else ""
    heading = SLUGS[slug]
    return Section(slug, heading, _HINTS.get(slug, ""), len(groups), rows, heading in URGENT, more)


def _row(group: Group, plan: PlanStanding, directory: Directory, measures: str) -> Row:
    first, due = group[0], first_due(group)
    occurrence = first.occurrence
    late = any(line.overdue for line in group)
    return Row(
        due,
        _away(due, plan.today, late=late),
        late,
        occurrence.plan,
        plan.office.roadmap.label(first.measure),
        short(" ".join(first.measure.title.split()), TITLE),
        measure_href(measures, occurrence.plan, occurrence.measure),
        who(group, directory),
        ", ".join(states(group, directory)),
        occurrence.awaiting or "" if due is None else "",
    )


def _away(due: date | None, today: date, *, late: bool) -> str:
    if due is None:
        return ""
    return f"просрочено на\u00a0{(today - due).days}\u00a0дн." if late and due < today else away(due, today)


def measure_href(folder: str, plan: str, measure: str) -> str:
    """Return the address of a measure's page."""
    return f"{folder}/{quote(plan, safe='')}/{quote(measure, safe='')}"


def _pages(asked: Asked, total: int) -> list[tuple[int, str]]:
    """Return the pages of one heading with their addresses, where there are several."""
    count = -(-total // PAGE) if asked.show else 0
    return [(n, asked.href(page=n)) for n in range(1, count + 1)] if count > 1 else []
