"""From readings to due days: the shift, rhythms, and events of the plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import (
    CalendarRules,
    Event,
    EventStatus,
    Horizon,
    Kind,
    Part,
    PlannedWindow,
    Reading,
    Shift,
    Window,
    WorkCalendar,
    match_event,
    normalise_phrase,
    plan_windows,
    resolve,
)
from engine.deadline import Relation, parse_deadline

CALENDAR = WorkCalendar()
SCHOOL_YEAR = Horizon(date(2020, 9, 1), date(2021, 8, 31))
FOUR_YEARS = Horizon(date(2021, 1, 1), date(2024, 12, 31))
VPR = Event("vpr-2021", "ВПР 2021", date(2021, 3, 15), date(2021, 5, 21), phrases=("проведения ВПР",))


def plan(
    text: str,
    horizon: Horizon,
    *,
    events: Sequence[Event] = (VPR,),
    calendar: WorkCalendar = CALENDAR,
    order_date: date | None = None,
    event: Event | None = None,
) -> tuple[PlannedWindow, ...]:
    reading = resolve(parse_deadline(text), horizon)
    return plan_windows(reading, horizon, events, calendar, order_date, event)


def days(windows: tuple[PlannedWindow, ...]) -> list[str]:
    return [f"{w.first}..{w.last} {w.nominal_due_on} {w.due_on}" for w in windows]


DUE = [
    # text, horizon, order date, first..last nominal due
    ("Октябрь 2020", SCHOOL_YEAR, None, ["2020-10-01..2020-10-31 2020-10-31 2020-10-30"]),  # Артём 1
    ("Февраль-июль 2021", SCHOOL_YEAR, None, ["2021-02-01..2021-07-31 2021-07-31 2021-07-30"]),  # Артём 9
    ("Октябрь 2021", SCHOOL_YEAR, None, ["2021-10-01..2021-10-31 2021-10-31 2021-10-29"]),  # Артём 15
    ("Ноябрь - декабрь 2021", SCHOOL_YEAR, None, ["2021-11-01..2021-12-31 2021-12-31 2021-12-30"]),  # Артём 16
    (
        "Декабрь 2023г. Ноябрь 2023г.",  # Енисейск 2.3
        Horizon(date(2023, 9, 1), date(2024, 8, 31)),
        None,
        ["2023-11-01..2023-11-30 2023-11-30 2023-11-30", "2023-12-01..2023-12-31 2023-12-31 2023-12-29"],
    ),
    (
        "Ежегодно (август)",
        Horizon(date(2024, 1, 1), date(2024, 12, 31)),
        None,
        ["2024-08-01..2024-08-31 2024-08-31 2024-08-30"],
    ),
    (
        "Ежегодно",  # Лысьва 2.6: the last one goes back to a working Saturday
        FOUR_YEARS,
        None,
        [
            "2021-01-01..2021-12-31 2021-12-31 2021-12-30",
            "2022-01-01..2022-12-31 2022-12-31 2022-12-30",
            "2023-01-01..2023-12-31 2023-12-31 2023-12-29",
            "2024-01-01..2024-12-31 2024-12-31 2024-12-28",
        ],
    ),
    # [null, D] opens on the later of the order's date and the horizon's start, never later than D
    ("В срок до 16 марта 2021 года", SCHOOL_YEAR, date(2021, 3, 12), ["2021-03-12..2021-03-16 2021-03-16 2021-03-16"]),
    ("До 21 июня 2021", FOUR_YEARS, None, ["2021-01-01..2021-06-21 2021-06-21 2021-06-21"]),  # Лысьва 1.1
    ("До 21 июня 2021", FOUR_YEARS, date(2021, 7, 1), ["2021-06-21..2021-06-21 2021-06-21 2021-06-21"]),
    ("до 31.10.2021", FOUR_YEARS, date(2020, 1, 1), ["2021-01-01..2021-10-31 2021-10-31 2021-10-29"]),
    # in a rhythm each opens the day after the one before was due
    (
        "Ежегодно до 31 октября",
        Horizon(date(2020, 1, 1), date(2022, 12, 31)),
        date(2020, 2, 3),
        [
            "2020-02-03..2020-10-31 2020-10-31 2020-10-30",
            "2020-10-31..2021-10-31 2021-10-31 2021-10-29",
            "2021-10-30..2022-10-31 2022-10-31 2022-10-31",
        ],
    ),
    ("31.10.2020", SCHOOL_YEAR, None, ["2020-10-31..2020-10-31 2020-10-31 2020-10-31"]),  # a named day does not shift
    # continuous: a report by 20 January of each new year, the last one at the end
    (
        "Постоянно",
        SCHOOL_YEAR,
        None,
        ["2020-09-01..2020-12-31 2021-01-20 2021-01-20", "2021-01-01..2021-08-31 2021-08-31 2021-08-31"],
    ),
    (
        "Постоянно",
        FOUR_YEARS,
        None,
        [
            "2021-01-01..2021-12-31 2022-01-20 2022-01-20",
            "2022-01-01..2022-12-31 2023-01-20 2023-01-20",
            "2023-01-01..2023-12-31 2024-01-20 2024-01-19",
            "2024-01-01..2024-12-31 2024-12-31 2024-12-28",
        ],
    ),
]


@pytest.mark.parametrize(
    ("text", "horizon", "order", "expected"), DUE, ids=[f"{row[0]} {row[1].start} {row[2]}" for row in DUE]
)
def test_windows_are_due(text: str, horizon: Horizon, order: date | None, expected: list[str]) -> None:
    assert days(plan(text, horizon, order_date=order)) == expected


def test_the_shift_is_the_plans() -> None:
    following = WorkCalendar(CalendarRules(shift=Shift.NEXT))
    still = WorkCalendar(CalendarRules(shift=Shift.NONE))
    assert days(plan("Ноябрь - декабрь 2021", SCHOOL_YEAR, calendar=following))[0].endswith("2021-12-31 2022-01-10")
    assert days(plan("31.10.2020", SCHOOL_YEAR, calendar=following))[0].endswith("2020-10-31 2020-10-31")
    assert days(plan("Октябрь 2020", SCHOOL_YEAR, calendar=still))[0].endswith("2020-10-31 2020-10-31")


def test_a_due_day_without_a_decree_is_provisional() -> None:
    horizon = Horizon(date(2027, 1, 1), date(2028, 12, 31))
    assert [w.provisional for w in plan("Постоянно", horizon)] == [True, True]  # the first report is due 20.01.2028
    assert [w.provisional for w in plan("Ежегодно май", horizon)] == [False, True]
    assert [(w.due_on, w.provisional) for w in plan("до 2 января 2028", horizon)] == [(date(2027, 12, 30), True)]


# --- events


def event_part(relation: Relation, offset: str | None = None) -> Reading:
    return Reading((Part(Kind.EVENT, relation=relation, offset=offset, event="проведения ВПР"),))


BY_EVENT = [
    # VPR runs from Monday 15.03.2021 to Friday 21.05.2021
    (Relation.DURING, None, "2021-03-15..2021-05-21 2021-05-21 2021-05-21"),
    (Relation.AT, None, "2021-03-15..2021-03-15 2021-03-15 2021-03-15"),
    (Relation.BEFORE, None, "2020-09-01..2021-03-14 2021-03-14 2021-03-12"),
    (Relation.BEFORE, "P10D", "2020-09-01..2021-03-05 2021-03-05 2021-03-05"),
    (Relation.BEFORE, "P3BD", "2020-09-01..2021-03-10 2021-03-10 2021-03-10"),
    (Relation.AFTER, "P10D", "2021-05-22..2021-05-31 2021-05-31 2021-05-31"),
    (Relation.AFTER, "P1D", "2021-05-22..2021-05-22 2021-05-22 2021-05-22"),  # never before its first day
    (Relation.AFTER, "P16BD", "2021-05-22..2021-06-15 2021-06-15 2021-06-15"),  # 14 June was off
    (Relation.AFTER, "P2W", "2021-05-22..2021-06-04 2021-06-04 2021-06-04"),
    (Relation.AFTER, "P1M", "2021-05-22..2021-06-21 2021-06-21 2021-06-21"),
    (Relation.AFTER, "P1Y", "2021-05-22..2022-05-21 2022-05-21 2022-05-20"),
]


@pytest.mark.parametrize(("relation", "offset", "expected"), BY_EVENT)
def test_an_event_gives_the_days(relation: Relation, offset: str | None, expected: str) -> None:
    windows = plan_windows(event_part(relation, offset), SCHOOL_YEAR, [VPR], CALENDAR, None)
    assert days(windows) == [expected]
    assert (windows[0].event_id, windows[0].awaiting) == ("vpr-2021", None)


def test_a_single_day_of_an_event_shifts_but_the_day_at_an_event_does_not() -> None:
    sunday = replace(VPR, start=date(2021, 3, 13), end=date(2021, 3, 14))
    (during,) = plan_windows(event_part(Relation.DURING), SCHOOL_YEAR, [sunday], CALENDAR, None)
    (at,) = plan_windows(event_part(Relation.AT), SCHOOL_YEAR, [sunday], CALENDAR, None)
    assert (during.due_on, at.due_on) == (date(2021, 3, 13), date(2021, 3, 13))  # not before the first day
    following = WorkCalendar(CalendarRules(shift=Shift.NEXT))
    saturday = replace(VPR, start=date(2021, 3, 13), end=date(2021, 3, 13))
    (during,) = plan_windows(event_part(Relation.DURING), SCHOOL_YEAR, [saturday], following, None)
    (at,) = plan_windows(event_part(Relation.AT), SCHOOL_YEAR, [saturday], following, None)
    assert (during.due_on, at.due_on) == (date(2021, 3, 15), date(2021, 3, 13))


def test_a_deadline_before_an_event_is_a_working_day_under_any_rule() -> None:
    following = WorkCalendar(CalendarRules(shift=Shift.NEXT))
    (before,) = plan_windows(event_part(Relation.BEFORE), SCHOOL_YEAR, [VPR], following, None)
    assert (before.first, before.due_on) == (date(2020, 9, 1), date(2021, 3, 12))
    (late,) = plan_windows(event_part(Relation.BEFORE), SCHOOL_YEAR, [VPR], CALENDAR, date(2021, 4, 1))
    assert (late.first, late.due_on) == (date(2021, 3, 12), date(2021, 3, 12))


def test_after_an_event_without_a_term_it_opens_and_awaits_a_day() -> None:
    event = replace(VPR, phrases=("окончания основного периода проведения ВПР",))
    assert plan("После окончания основного периода проведения ВПР", SCHOOL_YEAR, events=[event]) == (  # Енисейск 2.1
        PlannedWindow(
            Kind.EVENT,
            first=date(2021, 5, 22),
            awaiting="после «окончания основного периода проведения ВПР»: день срока не назначен",
            event_id="vpr-2021",
        ),
    )


AWAITS = [
    ("в период проведения ВПР", [], "в период «проведения ВПР»: такого события в плане нет", None),
    (
        "в период проведения ВПР",
        [replace(VPR, end=None)],
        "в период «проведения ВПР»: у события «ВПР 2021» нет дня окончания",
        "vpr-2021",
    ),
    (
        "в период проведения ВПР",
        [replace(VPR, status=EventStatus.CANCELLED)],
        "в период «проведения ВПР»: событие «ВПР 2021» отменено",
        "vpr-2021",
    ),
    (
        "в период проведения ВПР",
        [replace(VPR, start=date(2021, 6, 1))],
        "в период «проведения ВПР»: событие «ВПР 2021» кончается раньше, чем начинается",
        "vpr-2021",
    ),
    ("По плану ММО 2020-2021г.", [VPR], "по графику: «плану ММО 2020-2021г.»", None),  # Весьегонск 2.8
    ("По мере состоявшегося события", [], "по мере необходимости: «по мере состоявшегося события»", None),  # 3.2
    ("по мере необходимости", [], "по мере необходимости", None),
]


@pytest.mark.parametrize(("text", "events", "reason", "event_id"), AWAITS)
def test_what_has_no_day_awaits_with_its_reason(
    text: str, events: list[Event], reason: str, event_id: str | None
) -> None:
    (window,) = plan(text, SCHOOL_YEAR, events=events)
    assert (window.awaiting, window.event_id) == (reason, event_id)
    assert (window.first, window.last, window.nominal_due_on, window.due_on) == (None, None, None, None)


def test_a_month_that_cannot_be_placed_awaits() -> None:
    (window,) = plan("май", Horizon(date(2021, 9, 1), date(2021, 12, 31)))
    assert window.awaiting == "срок по тексту и сроку плана не определяется"


def test_hours_count_as_the_whole_days_in_them() -> None:
    def due(relation: Relation, offset: str) -> tuple[date | None, date | None]:
        (window,) = plan_windows(event_part(relation, offset), SCHOOL_YEAR, [VPR], CALENDAR, None)
        return window.first, window.due_on

    assert due(Relation.AFTER, "PT4H") == (date(2021, 5, 21), date(2021, 5, 21))  # the same day
    assert due(Relation.AFTER, "PT72H") == (date(2021, 5, 22), date(2021, 5, 24))
    assert due(Relation.BEFORE, "PT72H") == (date(2020, 9, 1), date(2021, 3, 12))


def test_an_offset_that_is_no_offset_leaves_the_day_open() -> None:
    (window,) = plan_windows(event_part(Relation.AFTER, "P1X"), SCHOOL_YEAR, [VPR], CALENDAR, None)
    assert (window.first, window.due_on) == (date(2021, 5, 22), None)


def test_an_event_whose_start_is_unknown_opens_with_the_plan() -> None:
    (window,) = plan(
        "в период проведения ВПР", SCHOOL_YEAR, events=[replace(VPR, start=None)], order_date=date(2020, 10, 14)
    )
    assert days((window,)) == ["2020-10-14..2021-05-21 2021-05-21 2021-05-21"]


def test_the_event_a_measure_names_gives_the_days_of_its_schedule() -> None:
    expected = ["2021-03-15..2021-05-21 2021-05-21 2021-05-21"]
    cell = "В соответствии с графиком проведения ВПР"  # Енисейск 1.2
    (window,) = plan(cell, SCHOOL_YEAR, events=[], event=VPR)
    assert days((window,)) == expected
    assert (window.kind, window.event_id) == (Kind.SCHEDULE, "vpr-2021")
    assert days(plan("в период оценочных процедур", SCHOOL_YEAR, event=VPR)) == expected


def test_a_mixture_is_planned_part_by_part_what_awaits_last() -> None:
    cell = "Ноябрь 2020 г., а также в период проведения ВПР"  # Весьегонск 2.5
    known, unknown = plan(cell, SCHOOL_YEAR), plan(cell, SCHOOL_YEAR, events=[])
    assert [w.due_on for w in known] == [date(2020, 11, 30), date(2021, 5, 21)]
    assert [w.due_on for w in unknown] == [date(2020, 11, 30), None]
    assert [w.due_on for w in plan("по графику, март 2021", SCHOOL_YEAR)] == [date(2021, 3, 31), None]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Проведения  ВПР.", "проведения впр"),
        ("Плану – графику", "плану-графику"),
        ("зачётной\u00a0недели;", "зачетной недели"),
        ("ма\u00adя", "мая"),
    ],
)
def test_a_phrase_is_normalised(written: str, same: str) -> None:
    assert normalise_phrase(written) == same


def test_an_event_is_matched_by_the_whole_phrase_only() -> None:
    assert match_event("ПРОВЕДЕНИЯ ВПР", [replace(VPR, phrases=("другое",)), VPR]) == VPR
    assert match_event("проведения ВПР в 4 классах", [VPR]) is None


DATES = st.dates(date(2019, 1, 1), date(2030, 12, 31))
WINDOWS = st.lists(st.tuples(st.none() | DATES, DATES), min_size=1, max_size=4).map(
    lambda pairs: tuple(
        sorted((Window(a and min(a, b), b) for a, b in pairs), key=lambda w: (w.last, w.first or date.min))
    )
)


@given(
    WINDOWS, st.sampled_from([Kind.DATED, Kind.RECURRING, Kind.CONTINUOUS]), st.sampled_from(Shift), st.none() | DATES
)
def test_a_planned_window_is_in_order(
    windows: tuple[Window, ...], kind: Kind, shift: Shift, order: date | None
) -> None:
    if kind is Kind.CONTINUOUS:
        windows = tuple(Window(window.first or window.last, window.last) for window in windows)
    calendar = WorkCalendar(CalendarRules(shift=shift))
    planned = plan_windows(Reading((Part(kind, windows),)), FOUR_YEARS, [], calendar, order)
    assert len(planned) >= len(windows)
    for window in planned:
        assert window.first
        assert window.last
        assert window.due_on
        assert window.first <= window.last
        assert window.first <= window.due_on
    assert [w.due_on for w in planned] == sorted(w.due_on for w in planned if w.due_on)
