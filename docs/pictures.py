"""Makes the pictures of README and docs/ru: of the five plans, lived through until 28 April 2021 as `make demo` does.

The office lives in a folder that is thrown away; its pages are served on this machine and looked at in chromium.
Letter and page are photographed as they are, the screen is what `srok status` prints; the month is this script's own
drawing of the events read back from the .ics. `make pictures`, then look at each before it is committed.
"""

from __future__ import annotations

import calendar
import email
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from email import policy
from html import escape
from pathlib import Path

import icalendar
from playwright.sync_api import Browser, Page
from rich.console import Console
from rich.terminal_theme import MONOKAI

from srok.demo import MOSCOW, World
from srok.feeds import official, write_calendar
from srok.standing import standing
from srok.status_screen import print_status
from tests.browser.office import DAY, NOW, Office, lived
from tests.browser.visiting import chromium

FOLDER = Path(__file__).parent / "pictures"
LETTER = "vesyegonsk-2020/1.2/2|school-heads|licey-8|r0|returned"
"""The row that README begins with."""
PERSON = "p-zetova"
"""To whom that letter went."""
COLUMNS = 100
CLOCK = (
    '<svg width="10" height="10" viewBox="0 0 10 10" fill="none" stroke="#9a5b00"><circle cx="5" cy="5" r="4"/>'
    '<path d="M5 2.5V5l2 1"/></svg>'
)
"""In the place of ⏰, for which this machine may have no letter."""
MONTH_STYLE = """
body {font: 14px/1.3 "DejaVu Sans", sans-serif; margin: 0; width: 860px; background: #fff; color: #202124}
h1 {font-size: 18px; margin: 12px} table {border-collapse: collapse; width: 100%; table-layout: fixed}
th, td {border: 1px solid #dadce0; height: 84px; vertical-align: top; padding: 3px; text-align: left}
th {height: auto; font-weight: normal; color: #5f6368} .out {background: #f5f5f5}
p {margin: 2px 0; padding: 1px 4px; border-radius: 3px; background: #d7e3f7; font-size: 11px; overflow: hidden;
display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical}
.due {background: #fbe3c0} .notice {background: #f6d5d2}
"""


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, lived(Path(name), World) as office, chromium() as browser:
        (FOLDER / "status.svg").write_text(_status(office), encoding="utf-8")
        _shot(browser, _letter(office), FOLDER / "letter.png", 700)
        _shot(browser, _month(office, Path(name) / "month.ics"), FOLDER / "calendar.png", 860)
        page = _page(browser, 1000, 760)
        page.goto(f"{office.url}/board/{office.feed('board')}")
        page.screenshot(path=FOLDER / "board.png")
    for one in sorted(FOLDER.iterdir()):
        print(f"{one.name}: {one.stat().st_size // 1024} КБ")


def _status(office: Office) -> str:
    """Return what `srok status` prints in a terminal, without the fonts of another host that rich asks for."""
    out = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False, markup=False)
    with office.store.reading() as session:
        found = standing(session, office.people, "p-primerova", NOW, None, DAY)
        print_status(found, office.people, DAY, NOW, NOW, MOSCOW, out)
    drawn = out.export_svg(title="srok status", theme=MONOKAI, unique_id="status")
    fonts, rest = drawn.index("@font-face"), drawn.index(".status-matrix")
    return (drawn[:fonts] + drawn[rest:]).replace("Fira Code, monospace", "DejaVu Sans Mono, Consolas, monospace")


def _letter(office: Office) -> str:
    for path in (office.settings.home / "mail").glob("*.eml"):
        found = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        if found["X-Srok-Key"].startswith(LETTER):
            body = found.get_body(("html",))
            assert body is not None
            return str(body.get_content())
    raise LookupError(LETTER)


def _month(office: Office, file: Path) -> str:
    with office.store.reading() as session:
        write_calendar(file, official(session, office.people, PERSON, NOW, MOSCOW))
    events: dict[date, list[str]] = {}
    for one in icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT"):
        events.setdefault(one.decoded("DTSTART"), []).append(str(one["SUMMARY"]))
    weeks = calendar.Calendar().monthdatescalendar(DAY.year, DAY.month)
    rows = "".join(f"<tr>{''.join(_cell(day, events.get(day, [])) for day in week)}</tr>" for week in weeks)
    heads = "".join(f"<th>{name}</th>" for name in ("пн", "вт", "ср", "чт", "пт", "сб", "вс"))
    title = f"Апрель {DAY.year}: {office.people.people[PERSON].name}"
    return f"<meta charset=utf-8><style>{MONTH_STYLE}</style><h1>{title}</h1><table><tr>{heads}</tr>{rows}</table>"


def _cell(day: date, titles: list[str]) -> str:
    inside = "".join(_events(sorted(titles)))
    return f"<td{' class=out' if day.month != DAY.month else ''}>{day.day}{inside}</td>"


def _events(titles: list[str]) -> Iterator[str]:
    for one in titles:
        kind = " class=due" if one.startswith("⏰") else " class=notice" if ": " in one[:14] and "№" not in one else ""
        yield f"<p{kind}>{escape(one).replace('⏰', CLOCK)}</p>"


def _page(browser: Browser, width: int, height: int) -> Page:
    return browser.new_page(viewport={"width": width, "height": height}, locale="ru-RU", color_scheme="light")


def _shot(browser: Browser, html: str, path: Path, width: int) -> None:
    page = _page(browser, width, 200)
    page.set_content(html)
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    main()
