"""`srok demo`: the five real plans lived through in a throw-away home, without a network.

Plans are synced on their first day, the days are replayed by the instants at which something is due, people report
by a script, and the last day's flows run through a real Prefect server.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from sqlmodel import Session, col, func, select

from engine.assignment import Assignment, Case
from engine.calendar import WorkCalendar
from engine.errors import SrokError
from engine.office import Office
from engine.people import Directory
from engine.plan import Roadmap
from engine.settings import FILE_NAME, Settings, load_settings
from engine.store import queries
from engine.store.database import Store
from engine.store.deeds import Act, Target, perform
from engine.store.models import ItemRow, LetterRow, OccurrenceRow, PlanRow
from engine.store.sync import sync_plan
from engine.transition import Deed
from flows.passes import pass_over
from srok.feeds import official, write_calendar
from srok.inputs import EXAMPLE_PEOPLE, PLANS, read_inputs
from srok.progress import doing
from srok.screens import console
from srok.standing import standing, status_json
from srok.status_screen import print_status

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST_DAY = date(2020, 9, 1)
_MORNING, _FORENOON = time(8), time(10)


@dataclass(frozen=True, slots=True)
class Part:
    """What people do about one term; days are working days from the due day, negative before it; None: never."""

    report: int | None = -2
    accept: int | None = -1
    returned: int | None = None
    again: int | None = None
    silent_school: str | None = None


SCRIPT = {
    "vesyegonsk-2020/2.3/1": Part(report=None),  # nobody answers: controller, then deputy head
    "kislovodsk-2021/1.2/1": Part(silent_school="licey-8"),  # one school of the group is missing
    "vesyegonsk-2020/2.2/1": Part(report=-1, returned=1, again=3, accept=4),  # returned, then late
    "vesyegonsk-2020/1.2/2": Part(report=-4, returned=-3, accept=None),  # returned, not mended yet
    "vesyegonsk-2020/2.11/2": Part(report=-3, accept=None),  # waits for the controller
    "artem-2020/2/1": Part(report=2, accept=3),  # late
}
"""By occurrence; every other term is reported two working days before it is due and accepted the day after."""


class DemoError(SrokError):
    """The demonstration cannot be made for that day."""

    exit_code = 2


def run_demo(as_of: date, output: Path) -> None:
    """Live through the plans up to *as_of* and write what was sent into *output*.

    Raises:
        DemoError: The day lies before the first plan.
    """
    if as_of < FIRST_DAY:
        raise DemoError(f"первый план начинается {FIRST_DAY:%d.%m.%Y}: возьмите --as-of не раньше")
    _clear(output)
    out = console()
    with _throw_away_home(output) as settings:
        inputs = read_inputs([PLANS], settings, real_people=True)
        store = Store(settings.database)
        world = World(settings, store, inputs.directory, as_of)
        for file, roadmap in sorted(inputs.plans.items()):
            world.schedule_plan(file, roadmap)
        out.print(f"Пять планов, дни с {FIRST_DAY:%d.%m.%Y} по {as_of:%d.%m.%Y}: проживаем…")
        world.live()
        out.print("Последний день идёт через сервер Prefect…")
        _last_day(settings, sorted(one.plan.id for one in inputs.plans.values()), as_of)
        _write(store, inputs.directory, as_of, output)
        store.close()
    out.print(f"\nПисьма: {output / 'mail'} · календари: {output / 'calendar'} · {output / 'status.json'}")


def _clear(output: Path) -> None:
    """Remove what an earlier demonstration wrote, and nothing else."""
    for pattern in ("mail/*.eml", "calendar/*.ics", "status.json", "status.txt"):
        for path in output.glob(pattern):
            path.unlink()
    (output / "mail").mkdir(parents=True, exist_ok=True)


@contextmanager
def _throw_away_home(output: Path) -> Iterator[Settings]:
    """A home of its own that no setting of the user reaches, and whose letters go to *output*."""
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SROK_")}
    home = Path(tempfile.mkdtemp(prefix="srok-demo-"))
    try:
        os.environ["SROK_HOME"] = str(home)
        shutil.copy(EXAMPLE_PEOPLE, home / "people.yaml")
        mail = (output / "mail").resolve().as_uri()
        (home / FILE_NAME).write_text(f'mail_url = "{mail}"\nowner = "p-primerova"\n', encoding="utf-8")
        yield load_settings()
    finally:
        os.environ.pop("SROK_HOME", None)
        os.environ.update(before)
        shutil.rmtree(home, ignore_errors=True)


class World:
    """The replay: what happens at which instant, in order."""

    def __init__(self, settings: Settings, store: Store, directory: Directory, as_of: date) -> None:
        """The last day itself is left to Prefect: the replay ends when it begins in the east."""
        self.settings, self.store, self.directory, self.as_of = settings, store, directory, as_of
        self.end = datetime.combine(as_of, time(), ZoneInfo("Asia/Kamchatka"))
        self.happenings: list[tuple[datetime, Callable[[datetime], None]]] = []

    def schedule_plan(self, file: str, roadmap: Roadmap) -> None:
        """Sync a plan on its first day; one that begins later, on the day of the demonstration."""
        day = min(roadmap.first_day, self.as_of)
        instant = datetime.combine(day, _MORNING, ZoneInfo(roadmap.plan.timezone))
        office = Office(roadmap, self.directory, WorkCalendar(roadmap.rules), self.settings.owner)
        self.happenings.append((min(instant, self.end), lambda now: self._sync(file, office, now)))

    def _sync(self, file: str, office: Office, now: datetime) -> None:
        with self.store.writing() as session:
            sync_plan(session, office, file, now, "", "demo")
            cases = queries.cases_of(session, office)
        for case in cases:
            for one in case.assignments:
                if one.blocking and case.occurrence.due_on is not None:
                    self._script(office, case, one)

    def _script(self, office: Office, case: Case, one: Assignment) -> None:
        part = SCRIPT.get(case.occurrence.key, Part())
        if part.report is None or (one.school is not None and one.school == part.silent_school):
            return
        steps = (
            (Deed.REPORT, part.report, None),
            (Deed.RETURN, part.returned, "нет подписи руководителя и списка участников"),
            (Deed.REPORT, part.again, None),
            (Deed.ACCEPT, part.accept, None),
        )
        due = case.occurrence.due_on
        assert due is not None
        target = Target(case.occurrence.measure, case.occurrence.n, responsible=one.key)
        for deed, days, reason in steps:
            if days is not None:
                day = office.calendar.add_working_days(due, days)
                act = Act(
                    deed, None, day, "demo", reason, "Сделано", f"справка № {case.occurrence.n} от {day:%d.%m.%Y}"
                )
                instant = datetime.combine(day, _FORENOON, office.zone)
                self.happenings.append((instant, lambda now, act=act: self._do(office, target, act, now)))  # type: ignore[misc]

    def _do(self, office: Office, target: Target, act: Act, now: datetime) -> None:
        with self.store.writing() as session:
            perform(session, office, target, act, now)

    def live(self) -> None:
        """Let the instants pass: what people do first, then the engine's pass."""
        now: datetime | None = min(instant for instant, _ in self.happenings)
        while now is not None and now < self.end:
            current = [one for one in self.happenings if one[0] <= now]
            self.happenings = [one for one in self.happenings if one[0] > now]
            with doing(f"{now.astimezone(MOSCOW):%d.%m.%Y}"):
                for _, happen in sorted(current, key=lambda one: one[0]):
                    happen(now)
                pass_over(self.store, self.directory, self.settings, now.astimezone(UTC))
            now = self._next(now)
        for instant, happen in [one for one in self.happenings if one[0] <= self.end]:
            happen(instant)

    def _next(self, now: datetime) -> datetime | None:
        with self.store.reading() as session:
            waiting = [
                session.exec(select(func.min(column)).where(col(column) > now)).one()
                for column in (
                    OccurrenceRow.next_action_at,
                    PlanRow.next_digest_at,
                    PlanRow.next_report_at,
                    LetterRow.next_try_at,
                    ItemRow.at,
                )
            ]
        coming = [one for one in waiting if one is not None] + [
            instant for instant, _ in self.happenings if instant > now
        ]
        return min(coming, default=None)


def _last_day(settings: Settings, plans: list[str], as_of: date) -> None:
    """Run every plan's flow at 09:00 of Moscow, when it is working hours in all five zones."""
    from srok.up import run_flow_once  # noqa: PLC0415 - Prefect's environment is set there

    now = datetime.combine(as_of, time(9), MOSCOW).astimezone(UTC)
    for run in run_flow_once(settings, plans, now, say=lambda line: console().print(line)):
        console().print(f"  {run.name}: {'выполнено' if run.state == 'Completed' else run.state}")


def _write(store: Store, directory: Directory, as_of: date, output: Path) -> None:
    now = datetime.combine(as_of, time(18), MOSCOW)
    with store.reading() as session:
        found = standing(session, directory, None, now, None, as_of)
        last = queries.last_pass(session)
        shown = json.dumps(status_json(found, directory, as_of, last), ensure_ascii=False, indent=1)
        (output / "status.json").write_text(shown + "\n", encoding="utf-8")
        with (output / "status.txt").open("w", encoding="utf-8") as file:
            page = Console(file=file, width=120, highlight=False, markup=False)
            print_status(found, directory, as_of, last, now, MOSCOW, page)
        print_status(found, directory, as_of, last, now, MOSCOW)
        _calendars(session, directory, now, output / "calendar")
        _print_sent(session, directory)


def _calendars(session: Session, directory: Directory, now: datetime, folder: Path) -> None:
    for person in sorted(directory.people):
        feed = official(session, directory, person, now, MOSCOW)
        if feed.entries or feed.awaiting:
            write_calendar(folder / f"{person}.ics", feed)


def _print_sent(session: Session, directory: Directory) -> None:
    query = (
        select(ItemRow, LetterRow)
        .join(LetterRow, col(ItemRow.letter) == col(LetterRow.key))
        .where(LetterRow.state == "sent")
        .order_by(col(LetterRow.sent_at), col(ItemRow.key))
    )
    rows = list(session.exec(query))
    letters = Counter(letter.person for letter in {letter.key: letter for _, letter in rows}.values())
    kinds: dict[str | None, Counter[str]] = {}
    for item, _ in rows:
        kinds.setdefault(item.person, Counter())[item.kind] += 1
    shown = [
        (
            directory.people[person or ""].name,
            str(number),
            ", ".join(f"{KIND_WORDS.get(kind, kind)} {n}" for kind, n in kinds[person].most_common()),
        )
        for person, number in letters.most_common()
    ]
    made = Table(title="Кому что отправлено", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    made.add_column("кому", no_wrap=True)
    made.add_column("писем", justify="right")
    made.add_column("о чём")
    for row in shown:
        made.add_row(*row)
    console().print(made)


KIND_WORDS = {
    "opening": "поручений",
    "input": "запросов материалов",
    "reminder": "напоминаний",
    "due": "в день срока",
    "overdue": "о просрочке",
    "controller": "контролёру о просрочке",
    "head": "руководителю о просрочке",
    "reported": "отчётов на приёмку",
    "returned": "возвратов",
    "unreachable": "о недоставленном",
    "stalled": "о непринятых отчётах",
    "digest": "сводок",
    "report": "отчётов за период",
}
