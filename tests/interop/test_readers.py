"""Every calendar is read alike by programs and libraries of other hands, to the day (RFC 5545; README.md)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.ics import Style
from tests.interop.feeds import CALENDARS, Calendar, body, truth
from tests.interop.hostile import BACKSLASH_N, PLAN, TITLES, UNESCAPES_TWICE, retitle
from tests.interop.lint import faults
from tests.interop.mutants import LAST_DAY, MUTANTS
from tests.interop.reading import BASE, NEEDED, READERS, Reader, Refused
from tests.interop.truth import Row
from tests.interop.world import NOW, TODAY, lived

pytestmark = pytest.mark.interop
BAR, EDGES = (Calendar("all", None, style) for style in (Style.BAR, Style.EDGES))
FORGIVES_ITS_FIRST_DAY = frozenset({"khal through vdirsyncer"})
"""Readers to whom an event that ends where it begins is one day long: they would show srok's own right."""


DUE, EVENT, TRANSP = "Срок".encode(), b"\r\nBEGIN:VEVENT", b"\r\nTRANSP:"
FAULTY = {
    "a byte order mark": (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
    "a line of ": (b"\r\n ", b""),
    "a UID of the calendar": (EVENT, b"\r\nUID:1" + EVENT),
    "a METHOD without an ORGANIZER": (EVENT, b"\r\nMETHOD:PUBLISH" + EVENT),
    "a letter cut by a fold": (DUE, DUE[:1] + b"\r\n " + DUE[1:]),
    "a control character": (DUE, b"\x07"),
    "REFRESH-INTERVAL does not say VALUE=DURATION": (b";VALUE=DURATION", b""),
    "empty CATEGORIES": (TRANSP, b"\r\nCATEGORIES:" + TRANSP),
    "an unescaped comma or semicolon": (b"\\,", b","),
    "ORGANIZER has no place here": (TRANSP, b"\r\nORGANIZER:mailto:a@example.org" + TRANSP),
    "no DTSTAMP": (b"\r\nDTSTAMP:", b"\r\nX-STAMP:"),
    "no SEQUENCE": (b"\r\nSEQUENCE:", b"\r\nX-SEQUENCE:"),
    "not an all-day event": (b"DTEND;VALUE=DATE:", b"DTEND:"),
}
"""What the lint says, and what makes it say so."""


@pytest.fixture(scope="session")
def written(home, tmp_path_factory) -> tuple[list[Path], dict[str, list[Row]]]:
    folder = tmp_path_factory.mktemp("calendars")
    for one in CALENDARS:
        (folder / one.name).write_bytes(body(home, one, NOW))
    return sorted(folder.iterdir()), {one.name: truth(home, one, NOW) for one in CALENDARS}


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> tuple[list[Path], dict[str, list[Row]]]:
    return titled(tmp_path_factory.mktemp("hostile"), TITLES)


@pytest.fixture(scope="session")
def backslash(tmp_path_factory) -> tuple[list[Path], dict[str, list[Row]]]:
    return titled(tmp_path_factory.mktemp("backslash"), (BACKSLASH_N,))


def titled(folder: Path, titles: tuple[str, ...]) -> tuple[list[Path], dict[str, list[Row]]]:
    home = lived(folder / "home")
    retitle(home, titles)
    ones = [Calendar("plan", PLAN, style) for style in Style]
    for one in ones:
        (folder / one.name).write_bytes(body(home, one, NOW))
    return sorted(folder.glob("*.ics")), {one.name: truth(home, one, NOW) for one in ones}


def differences(reader: Reader, files: list[Path], expected: dict[str, list[Row]]) -> dict[str, tuple[list, list]]:
    """Return by file what the reader has and the truth has not, and the other way round."""
    found = reader.read(files)
    assert set(found) <= set(expected)
    views = {name: (reader.view(found[name]), reader.view(rows)) for name, rows in expected.items()}
    return {
        name: (sorted((seen - true).elements()), sorted((true - seen).elements()))
        for name, (seen, true) in views.items()
        if seen != true
    }


def test_at_least_six_readers_of_other_hands_are_here() -> None:
    here = [one.name for one in READERS if not one.missing and one.name != BASE]
    print("\nread by:", ", ".join(here))  # noqa: T201 - what the target says
    assert len(here) >= NEEDED, f"only {here}; see tests/interop/README.md"


def test_there_is_something_of_everything(home) -> None:
    rows = truth(home, EDGES, NOW)
    extended = date(2021, 10, 15)

    for words in ("✓ ⏰", "ОТМЕНЕНО: ", "Просрочено: ⏰", "Просрочено: 3", "Не исполнено: ", "Ждут даты: "):
        assert any(row.summary.startswith(words) for row in rows), words
    assert any(row.summary.startswith("⏰ Срок: № 1.2 ") and row.last == extended for row in rows)
    assert {row.status for row in rows} == {"", "CANCELLED"}
    assert sum(row.last > row.first for row in truth(home, BAR, NOW)) > 50
    assert min(row.first for row in rows) < TODAY < max(row.last for row in rows)


def test_every_calendar_is_read_as_the_store_has_it(reader, written) -> None:
    files, expected = written

    assert sum(map(len, expected.values())) > 1000
    assert differences(reader, files, expected) == {}


def test_hostile_words_are_read_as_they_stand(reader, hostile) -> None:
    assert differences(reader, *hostile) == {}


def test_a_backslash_before_n_is_read_as_it_stands_by_who_can(reader, backslash) -> None:
    assert (differences(reader, *backslash) == {}) is (reader.name not in UNESCAPES_TWICE)


def test_a_day_that_is_off_by_one_is_seen(reader, home, tmp_path) -> None:
    expected, forgiven = {}, set()
    for calendar in (BAR, EDGES):
        right, rows = body(home, calendar, NOW), truth(home, calendar, NOW)
        for number, mutant in enumerate(MUTANTS):
            name = f"{calendar.style}_{number}.ics"
            (tmp_path / name).write_bytes(MUTANTS[mutant](right))
            expected[name] = rows
            if calendar is EDGES and mutant == LAST_DAY and reader.name in FORGIVES_ITS_FIRST_DAY:
                forgiven.add(name)

    assert set(expected) - set(wrong(reader, tmp_path, expected)) == forgiven


def wrong(reader: Reader, folder: Path, expected: dict[str, list[Row]]) -> list[str]:
    """Return the files that the reader refuses or reads otherwise than expected."""
    try:
        return list(differences(reader, sorted(folder.iterdir()), expected))
    except Refused:
        return [name for name, rows in expected.items() if _is_wrong(reader, folder / name, rows)]


def _is_wrong(reader: Reader, file: Path, rows: list[Row]) -> bool:
    try:
        return bool(differences(reader, [file], {file.name: rows}))
    except Refused:
        return True


def test_every_calendar_passes_the_lint(written, hostile) -> None:
    for path in [*written[0], *hostile[0]]:
        assert faults(path.read_bytes()) == [], path.name


@pytest.mark.parametrize("fault", FAULTY)
def test_each_fault_is_seen_by_the_lint(fault, home) -> None:
    before, after = FAULTY[fault]
    right = body(home, EDGES, NOW)
    assert before in right

    assert any(one.startswith(fault) for one in faults(right.replace(before, after, 1)))


def test_line_breaks_and_days_and_uids_are_looked_at_by_the_lint(home) -> None:
    right = body(home, EDGES, NOW)

    assert "line breaks other than CRLF" in faults(right.replace(b"\r\n", b"\n"))
    assert "DTEND is not after DTSTART" in faults(MUTANTS[LAST_DAY](right))
    twice = right.replace(b"END:VCALENDAR", right[right.index(b"BEGIN:VEVENT") :])
    assert any(one.endswith(" twice") for one in faults(twice))
