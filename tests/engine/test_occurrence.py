"""Occurrences keep their keys and their due days, whatever a later reading of the plan says."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import Event, WorkCalendar
from engine.occurrence import Change, Expected, Occurrence, Synced, expected, resync, schedule_event
from engine.people import Directory
from engine.plan import Roadmap
from engine.plan_file import read_plan

HEAD = """\
plan:
  id: lysva-2021
  title: Дорожная карта
  timezone: Asia/Yekaterinburg
  horizon: {from: 2021-01-01, to: 2024-12-31}
  issuer: Начальник управления образования
"""
NOW = datetime(2021, 6, 1, 4, tzinfo=UTC)
FIRST = date(2021, 1, 1)
NOTHING = Expected((), ambiguous=False, fix=None, remarks=())
"""What a plan asks of a measure that it no longer has."""
VPR = Event("vpr", "ВПР", date(2021, 3, 15), date(2021, 5, 21), phrases=("проведения ВПР",))
DURING = "в период проведения ВПР"


def roadmap(row: str, head: str = HEAD) -> Roadmap:
    text = f"{head}measures:\n  - {{title: Совещания, responsible: Управление образования, {row}}}\n"
    found, problems = read_plan(text, "plan.yaml", None)
    assert found is not None, problems
    return found


def vpr(start: date | None = None, end: date | None = None) -> Event:
    return Event("vpr", "ВПР", start, end, phrases=("проведения ВПР",))


@dataclass
class Book:
    """What the store would keep of one measure."""

    directory: Directory
    first_synced_on: date = date(2021, 1, 1)
    kept: list[Occurrence] = field(default_factory=list)
    remarks: tuple[str, ...] = ()

    def sync(self, deadline: str, *events: Event, row: str = 'id: "2.4"', head: str = HEAD) -> list[Synced]:
        decided = roadmap(f"{row}, deadline: {deadline}", head)
        measure = decided.measures[0]
        wanted = expected(measure, decided, self.directory, events, WorkCalendar(decided.rules))
        done = resync("lysva-2021", measure.id, self.kept, wanted, self.first_synced_on, NOW)
        keys = {one.after.key for one in done}
        self.kept = [one for one in self.kept if one.key not in keys] + [one.after for one in done]
        self.remarks = wanted.remarks + tuple(one.remark for one in done if one.remark)
        return done

    def lines(self, deadline: str, *events: Event, **given) -> list[str]:
        """What a sync did: change, number, first day, due day."""
        done = self.sync(deadline, *events, **given)
        return [f"{one.change} {one.after.n}: {one.after.first}..{one.after.due_on}" for one in done]


@pytest.fixture
def book(directory) -> Book:
    return Book(directory)


def test_a_key_is_the_measure_and_a_running_number(book) -> None:
    """Лысьва 2.4."""
    book.sync('"Ежегодно Июнь, август"')
    assert [(one.key, one.due_on) for one in book.kept[:3]] == [
        ("lysva-2021/2.4/1", date(2021, 6, 30)),
        ("lysva-2021/2.4/2", date(2021, 8, 31)),
        ("lysva-2021/2.4/3", date(2022, 6, 30)),
    ]
    assert len(book.kept) == 8


def test_renumbering_rewording_and_the_order_in_the_cell_change_nothing(book) -> None:
    book.sync('"Ежегодно Июнь, август"')
    before = book.kept
    reworded = 'id: "2.4", number: "7", section: Другой раздел'
    done = book.sync('"Ежегодно август, июнь"', row=reworded)
    assert {one.change for one in done} == {Change.SAME}
    assert book.kept == before


ISSUER, OTHER = "Начальник управления образования", "Муниципальный координатор"


def fixed(text: str, to: str, by: str) -> str:
    return f'{{text: "{text}", fix: {{to: {to}, by: {by}, why: письмо № 5}}}}'


SYNCS = [
    # what changed, the cells one after another, what the last sync did
    (
        "equal windows come before the order: June was struck, August keeps its key",
        ["июнь 2021, август 2021", "август 2021"],
        ["cancelled 1: 2021-06-01..2021-06-30", "same 2: 2021-08-01..2021-08-31"],
    ),
    (
        "a window put before the others takes no key of theirs",
        ["август 2021", "июнь 2021, август 2021"],
        ["same 1: 2021-08-01..2021-08-31", "new 2: 2021-06-01..2021-06-30"],
    ),
    (
        "one term left on each side is the same, moved: another year needs a decision",
        ["апрель 2021", "апрель 2022"],
        ["kept 1: 2021-04-01..2021-04-30"],
    ),
    (
        "a term over a new year is the same with its decision",
        ["апрель 2021", fixed("апрель 2022", "2022-04-20", ISSUER)],
        ["moved 1: 2022-04-01..2022-04-20"],
    ),
    (
        "of two left over nobody knows which one was moved",
        ["апрель 2021, май 2021", "апрель 2022"],
        [
            "cancelled 1: 2021-04-01..2021-04-30",
            "cancelled 2: 2021-05-01..2021-05-31",
            "new 3: 2022-04-01..2022-04-29",
        ],
    ),
    (
        "what comes back has its key",
        ["июнь 2021, август 2021", "август 2021", "июнь 2021, август 2021"],
        ["restored 1: 2021-06-01..2021-06-30", "same 2: 2021-08-01..2021-08-31"],
    ),
    (
        "the first day alone may change, the due day and what was said of it stand",
        ["апрель 2021", "март-апрель 2021"],
        ["same 1: 2021-03-01..2021-04-30"],
    ),
    (
        "a cell that was refused gets its day",
        ["когда-нибудь", "апрель 2021"],
        ["dated 1: 2021-04-01..2021-04-30"],
    ),
    (
        "a day does not go because the cell was spoiled",
        ["апрель 2021", "когда-нибудь"],
        ["kept 1: 2021-04-01..2021-04-30"],
    ),
]


@pytest.mark.parametrize(("cells", "lines"), [row[1:] for row in SYNCS], ids=[row[0] for row in SYNCS])
def test_a_sync_matches_what_it_knows(book, cells, lines) -> None:
    written = [cell if cell.startswith("{") else f'"{cell}"' for cell in cells]
    for cell in written[:-1]:
        book.sync(cell)
    assert book.lines(written[-1]) == lines


def test_a_due_day_changed_without_a_decision_is_kept_with_a_remark(book) -> None:
    book.sync("апрель 2021")
    for _ in range(2):
        assert book.lines("май 2021") == ["kept 1: 2021-04-01..2021-04-30"]
        assert book.remarks == (
            "срок 30.04.2021 остаётся: в файле теперь 31.05.2021, но перенос не оформлен (fix: to, by, why)",
        )
    book.sync("по настроению")
    assert book.remarks == (
        "срок 30.04.2021 остаётся: в файле теперь нет даты, но перенос не оформлен (fix: to, by, why)",
    )


def test_windows_of_a_year_are_matched_in_the_order_of_their_days_not_of_their_numbers(book) -> None:
    for cell in ("август 2021", "июнь 2021, август 2021", "май 2021, сентябрь 2021"):
        book.sync(f'"{cell}"')
    assert [one.split(", но")[0] for one in book.remarks] == [
        "срок 31.08.2021 остаётся: в файле теперь 30.09.2021",
        "срок 30.06.2021 остаётся: в файле теперь 31.05.2021",
    ]


# --- decisions

NOT_LATER = "перенос на {} не действует: позже срок ставит только давший поручение"

FIXES = [
    # cell, to, by, what the sync did, remark
    ("апрель 2021", "2021-05-20", ISSUER, "moved 1: 2021-04-01..2021-05-20", None),
    ("апрель 2021", "2021-05-20", "p-primerova", "moved 1: 2021-04-01..2021-05-20", None),  # the issuer by id
    ("апрель 2021", "2021-05-20", OTHER, "same 1: 2021-04-01..2021-04-30", NOT_LATER.format("20.05.2021")),
    ("апрель 2021", "2021-04-20", OTHER, "moved 1: 2021-04-01..2021-04-20", None),  # earlier: anybody named
    ("апрель 2021", "2021-03-20", OTHER, "moved 1: 2021-01-01..2021-03-20", None),  # before the window
    ("апрель 2021", "2021-05-22", ISSUER, "moved 1: 2021-04-01..2021-05-22", None),  # a Saturday by decision stands
    ("декабрь 2021", "2022-01-20", ISSUER, "moved 1: 2021-12-01..2022-01-20", None),  # over a new year: the same key
]


@pytest.mark.parametrize(("cell", "to", "by", "line", "remark"), FIXES)
def test_a_decision_moves_the_due_day_and_the_first_one_stays_known(book, cell, to, by, line, remark) -> None:
    book.sync(f'"{cell}"')
    original = book.kept[0].due_on
    assert book.lines(fixed(cell, to, by)) == [line]
    assert book.remarks == ((remark,) if remark else ())
    moved = line.startswith("moved")
    assert (book.kept[0].original_due_on, book.kept[0].revision) == (original, int(moved))
    assert book.kept[0].moved_at == (NOW if moved else None)
    assert book.lines(fixed(cell, to, by)) == [line.replace("moved", "same")]


def test_a_decision_is_about_the_window_nearest_to_it(book) -> None:
    """Лысьва 2.4: June and August of four years."""
    book.sync('"Ежегодно Июнь, август"')
    done = book.sync(fixed("Ежегодно Июнь, август", "2022-06-20", OTHER))
    assert [(one.change, one.after.n) for one in done if one.change is not Change.SAME] == [(Change.MOVED, 3)]


def test_a_decision_about_one_window_moves_no_other(book) -> None:
    book.sync('"июнь 2021, август 2021"')
    assert book.lines(fixed("июль 2021, август 2021", "2021-08-25", ISSUER)) == [
        "kept 1: 2021-06-01..2021-06-30",
        "moved 2: 2021-08-01..2021-08-25",
    ]


MEANT = [
    # the decided day, whether it is unmistakably about one of 30.06.2021 and 31.08.2021
    ("2021-07-20", True),  # 20 days after the one, 42 before the other
    ("2021-07-21", False),  # 21 and 41
    ("2021-08-11", True),
    ("2021-08-10", False),
]


@pytest.mark.parametrize(("to", "clear"), MEANT)
def test_a_decision_that_may_be_about_two_terms_moves_none(book, to, clear) -> None:
    book.sync('"июнь 2021, август 2021"')
    done = book.sync(fixed("июнь 2021, август 2021", to, ISSUER))
    assert ({one.change for one in done} == {Change.SAME}) is not clear
    day = f"{date.fromisoformat(to):%d.%m.%Y}"
    either = {"30.06.2021 или 31.08.2021", "31.08.2021 или 30.06.2021"}
    said = {f"перенос на {day} не действует: неясно, о каком из сроков речь ({pair})" for pair in either}
    assert len(book.remarks) == (0 if clear else 1)
    assert set(book.remarks) <= said


def test_only_the_issuer_moves_a_moved_day_later(book) -> None:
    book.sync(fixed("апрель 2021", "2021-04-10", ISSUER))
    assert book.lines(fixed("апрель 2021", "2021-04-25", OTHER)) == ["kept 1: 2021-04-01..2021-04-10"]
    assert book.remarks == (NOT_LATER.format("25.04.2021"),)
    assert book.lines(fixed("апрель 2021", "2021-04-25", ISSUER)) == ["moved 1: 2021-04-01..2021-04-25"]
    assert book.kept[0].original_due_on == date(2021, 4, 10)


def test_a_decision_dates_what_had_no_day(book) -> None:
    book.sync("по графику")
    assert book.lines(fixed("по графику", "2021-04-20", OTHER)) == ["dated 1: 2021-01-01..2021-04-20"]


def test_a_decision_taken_out_of_the_file_stands(book) -> None:
    book.sync("апрель 2021")
    book.sync(fixed("апрель 2021", "2021-04-20", OTHER))
    assert book.lines("апрель 2021") == ["kept 1: 2021-04-01..2021-04-20"]


def test_other_days_off_move_the_due_day_earlier_without_a_decision(book) -> None:
    """Лысьва 3.2, 2024: 31 August is a Saturday."""
    works = HEAD + "  calendar: {extra_working_days: [2024-08-31]}\n"
    book.sync("август 2024", head=works)
    assert book.lines("август 2024") == ["moved 1: 2024-08-01..2024-08-30"]
    assert book.lines("август 2024", head=works) == ["kept 1: 2024-08-01..2024-08-30"]  # later: by decision alone
    assert book.remarks == (
        "срок 30.08.2024 остаётся: по рабочему календарю теперь 31.08.2024, но перенос не оформлен (fix: to, by, why)",
    )


def test_a_confirmed_reading_is_no_longer_in_doubt(book) -> None:
    book.sync('"2021 год"')
    assert book.kept[0].ambiguous
    assert book.lines('{text: "2021 год", confirmed: {by: Начальник, why: письмо}}') == [
        "same 1: 2021-01-01..2021-12-30"
    ]
    assert not book.kept[0].ambiguous


# --- events


def test_an_event_gives_a_day_moves_it_and_takes_it_back(book) -> None:
    """Весьегонск 2.5."""
    assert book.lines(DURING, vpr()) == ["new 1: None..None"]
    assert book.kept[0].awaiting == "в период «проведения ВПР»: у события «ВПР» нет дня окончания"
    assert book.lines(DURING, VPR) == ["dated 1: 2021-03-15..2021-05-21"]
    assert book.kept[0].moved_at is None
    later = vpr(date(2021, 3, 22), date(2021, 5, 28))
    assert book.lines(DURING, later) == ["moved 1: 2021-03-22..2021-05-28"]
    assert book.lines(DURING, later) == ["same 1: 2021-03-22..2021-05-28"]
    assert (book.kept[0].revision, book.kept[0].original_due_on) == (2, date(2021, 5, 21))
    assert book.lines(DURING, vpr()) == ["released 1: None..None"]
    assert book.lines(DURING, VPR) == ["dated 1: 2021-03-15..2021-05-21"]
    assert book.kept[0].revision == 4  # every message of each date has its own key


def test_the_date_of_a_cell_with_an_event_beside_it_is_not_touched(book) -> None:
    cell = '"Ноябрь 2020 г., а также в период проведения ВПР"'
    head = HEAD.replace("2021-01-01, to: 2024-12-31", "2020-09-01, to: 2021-08-31")
    assert book.lines(cell, vpr(), head=head) == ["new 1: 2020-11-01..2020-11-30", "new 2: None..None"]
    assert book.lines(cell, VPR, head=head) == ["same 1: 2020-11-01..2020-11-30", "dated 2: 2021-03-15..2021-05-21"]


def test_an_event_struck_from_the_plan_leaves_the_day(book) -> None:
    book.sync(DURING, VPR)
    assert book.lines(DURING) == ["kept 1: 2021-03-15..2021-05-21"]


def test_a_schedule_is_dated_under_the_measures_own_name(book) -> None:
    """Артём 4, «по графику»."""
    book.sync("по графику")
    schedule = Event(schedule_event("2.4"), "график", date(2021, 9, 1), date(2021, 9, 30))
    other = Event(schedule_event("2.5"), "график", date(2021, 10, 1), date(2021, 10, 30))
    assert book.lines("по графику", other, schedule) == ["dated 1: 2021-09-01..2021-09-30"]


def test_dates_entered_for_the_measure_win_over_the_event_it_names(book) -> None:
    own = Event(schedule_event("2.4"), "график", date(2021, 4, 5), date(2021, 4, 9))
    row = 'id: "2.4", event: vpr'
    assert book.lines(DURING, VPR, own, row=row) == ["new 1: 2021-04-05..2021-04-09"]


def test_a_term_that_is_struck_and_restored_twice_says_so_with_a_new_revision_each_time(book) -> None:
    for _ in range(2):
        book.sync("июнь 2021")
        assert {one.change for one in resync("lysva-2021", "2.4", book.kept, NOTHING, FIRST, NOW)} == {Change.CANCELLED}
        book.kept = [one.after for one in resync("lysva-2021", "2.4", book.kept, NOTHING, FIRST, NOW)]
    assert [(one.n, one.cancelled, one.revision) for one in book.kept] == [(1, True, 1)]
    assert book.lines("по графику") == ["new 2: None..None"]


# --- what was due before


OLD = [
    # first synced on, due days with the flag
    (date(2021, 6, 30), []),  # due on the very day: not yet late
    (date(2021, 7, 1), [1]),
    (date(2022, 7, 1), [1, 2, 3]),
]


@pytest.mark.parametrize(("day", "flagged"), OLD)
def test_what_was_due_before_the_first_sync_is_to_be_reconciled(directory, day, flagged) -> None:
    book = Book(directory, day)
    book.sync('"Ежегодно Июнь, август"')
    assert [one.n for one in book.kept if one.to_reconcile] == flagged
    book.sync('"Ежегодно Июнь, август"')
    assert [one.n for one in book.kept if one.to_reconcile] == flagged


def test_a_window_or_a_date_that_comes_later_is_old_all_the_same(directory) -> None:
    book = Book(directory, date(2022, 1, 1))
    book.sync(DURING, vpr())
    book.sync(DURING, VPR)
    assert [one.to_reconcile for one in book.kept] == [True]
    book = Book(directory, date(2022, 1, 1))
    book.sync("август 2022")
    book.sync('"август 2021, август 2022"')
    assert [(one.n, one.to_reconcile) for one in book.kept] == [(1, False), (2, True)]


def test_what_is_moved_past_the_first_sync_is_alive(directory) -> None:
    book = Book(directory, date(2021, 5, 10))
    book.sync("апрель 2021")
    assert book.kept[0].to_reconcile
    book.sync(fixed("апрель 2021", "2021-05-20", ISSUER))
    assert not book.kept[0].to_reconcile


# --- any sequence of edits

CELLS = st.sampled_from([
    '"Ежегодно Июнь, август"', '"Ежегодно август"', "Ежегодно", "до 21 июня 2021", "Август-сентябрь 2021",
    "Сентябрь 2021", "Постоянно", "по графику", "когда-нибудь", DURING, '"июнь 2021, июнь 2022"', '"2021 год"',
    fixed("Август-сентябрь 2021", "2021-09-10", OTHER), fixed("Сентябрь 2021", "2022-02-10", ISSUER),
    fixed("Ежегодно август", "2021-11-10", OTHER), fixed("когда-нибудь", "2021-03-10", OTHER),
])  # fmt: skip
EVENTS = st.sampled_from([(), (VPR,), (vpr(),), (vpr(date(2022, 3, 1), date(2022, 5, 20)),)])


@given(edits=st.lists(st.tuples(CELLS, EVENTS), min_size=1, max_size=6))
def test_keys_are_never_reused_or_lost_and_a_second_sync_changes_nothing(directory, edits) -> None:
    book = Book(directory)
    known: dict[str, date | None] = {}
    for cell, events in edits:
        book.sync(cell, *events)
        keys = [one.key for one in book.kept]
        assert len(keys) == len(set(keys))
        assert known.keys() <= set(keys)
        known |= {one.key: known.get(one.key) or one.original_due_on for one in book.kept}
        assert known == {one.key: one.original_due_on for one in book.kept}
        before = book.kept
        again = book.sync(cell, *events)
        assert {one.change for one in again} <= {Change.SAME, Change.KEPT}
        assert sorted(book.kept, key=lambda one: one.n) == sorted(before, key=lambda one: one.n)
