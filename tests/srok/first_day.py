"""An office on its first day, whatever day it is: where it stands, what its order says, what a person corrects.

Days are those of the office's zone, instants are UTC.
"""

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.importer.text import read_text
from engine.people import Directory
from engine.plan import Policy
from tests.engine.importer.writing import Shape, docx_of, written

DOCUMENT = Path(__file__).parents[1] / "documents" / "yeniseysk-2023.txt"
ZONES = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk",
    "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
)  # fmt: skip
"""One for each of the eleven hours of Russia."""
MIDDLE = time(13)
USUAL = Policy().slot, Policy().hours
WIDE = "05:00", ("05:00", "22:00")
"""For 14:30–22:00 UTC, when the working day is over in Kaliningrad and not begun in Kamchatka."""
SEPTEMBER = 9
OFFICE = "«Управление образования Енисейского района»"

PEOPLE = """\
people:
  - {id: p-primerova, name: Примерова А. А., post: руководитель управления, email: primerova@example.org}
  - {id: p-maketov, name: Макетов В. Г., post: начальник отдела общего образования, email: maketov@example.org}
  - {id: p-shablonova, name: Шаблонова Г. Д., post: муниципальный координатор, email: shablonova@example.org}
  - {id: p-uslovnova, name: Условнова Д. Е., post: главный специалист, email: uslovnova@example.org}
  - {id: p-alfina, name: Альфина А. Б., post: директор школы, email: alfina@example.org}
  - {id: p-nektova, name: Нектова М. Н., post: директор школы, email: nektova@example.org}
roles:
  - {id: head, title: Руководитель МКУ «Управление образования», holder: p-primerova}
  - {id: control, title: Начальник отдела общего образования МКУ «Управление образования», holder: p-maketov}
  - {id: coordinator, title: Муниципальный координатор, holder: p-shablonova}
  - {id: school-heads, title: Руководители ОУ, group: schools}
units:
  - {id: office, title: МКУ «Управление образования», head: p-uslovnova}
schools:
  - {id: school-1, name: МБОУ Условная СОШ № 1, head: p-alfina}
  - {id: school-47, name: МБОУ Озерновская СОШ № 47, head: p-nektova}
"""


class Place(NamedTuple):
    """A zone, and the hours in which the plan may speak there."""

    zone: ZoneInfo
    slot: str
    hours: tuple[str, str]


def where_people_work(now: datetime) -> Place:
    """Return where it is nearest to the middle of the working day at *now*, an hour or more from every edge."""
    zone = min(map(ZoneInfo, ZONES), key=lambda one: abs(_minutes(now.astimezone(one).time()) - _minutes(MIDDLE)))
    is_usual = time(10) <= now.astimezone(zone).time() < time(16, 30)
    return Place(zone, *(USUAL if is_usual else WIDE))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def order_text(today: date) -> str:
    """Return the order of Енисейск with its school year moved to that of *today*; it is not of a day to come."""
    first = today.year if today.month >= SEPTEMBER else today.year - 1
    text = re.sub(
        r"(?<!\d)20(23|24)(?!\d)", lambda found: str(first + int(found[1]) - 23), DOCUMENT.read_text(encoding="utf-8")
    )
    return text.replace(f"08.11.{first}\n", f"{min(date(first, 11, 8), today):%d.%m.%Y}\n", 1)


def order_docx(today: date) -> bytes:
    """Return that order as an office writes it."""
    return docx_of(written(read_text(order_text(today).encode(), "order.txt"), Shape(layout=True), Directory({})))


def corrected(draft: str, today: date, place: Place) -> str:
    """Return the draft of a plan with what `srok import` and `srok check` have asked a person to correct.

    What was due in September got a day from the one who signed: today, which is a working day here.
    """
    cell = re.search(r'deadline: ("Сентябрь \d{4}")', draft)
    assert cell is not None
    hours = ", ".join(f'"{one}"' for one in place.hours)
    head = f"""
  coordinator: Муниципальный координатор
  calendar: {{extra_working_days: [{today}]}}
  escalation: {{slot: "{place.slot}", hours: [{hours}]}}
"""
    day = f"{{to: {today}, by: Руководитель МКУ «Управление образования», why: приказ № 7}}"
    for old, new in (
        (f"МУНИЦИПАЛЬНОЕ КАЗЕННОЕ УЧРЕЖДЕНИЕ {OFFICE.upper()}", f"МКУ {OFFICE}"),
        ("\n\nevents:\n", f"{head}\nevents:\n"),
        (cell[0], f"deadline: {{text: {cell[1]}, fix: {day}}}"),
        ('deadline: "В течение учебного года"\n', 'deadline: "В течение учебного года"\n    completion: all\n'),
    ):
        assert draft.count(old) == 1, old
        draft = draft.replace(old, new)
    return draft
