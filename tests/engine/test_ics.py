"""Calendars, read back by a strict reader of RFC 5545 below and by icalendar."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from icalendar import Calendar

from engine.ics import Entry, EntryState, Feed, render_calendar, render_entry, render_events

DOMAIN = "srok.example.org"

# Лысьва 2021-2024, № 2.1 in 2024: 31 August is a Saturday.
LYSVA_2_1 = Entry(
    uid_base="lysva-2021/2.1/4",
    number="2.1",
    title=(
        "Разработка и утверждение муниципальной Дорожной карты (цели и задачи) системы объективности "
        "оценочных процедур оценки качества образования и олимпиад школьников"
    ),
    plan_title="Дорожная карта по реализации Концепции региональной системы объективности процедур оценки качества",
    order=None,
    first=date(2024, 7, 1),
    due_on=date(2024, 8, 30),
    nominal_due_on=date(2024, 8, 31),
    deadline_text="Ежегодно Июль-август",
    result="Утверждены цели и задачи объективности процедур оценки качества",
    responsible="Управление образования",
    state=EntryState.OPEN,
    overdue=False,
    revision=3,
    changed_at=datetime(2024, 6, 3, 4, 5, 6, tzinfo=UTC),
    overdue_since=None,
)
# Лысьва 2021-2024, № 1.1: «До 21 июня 2021», so there is no first day.
LYSVA_1_1 = replace(
    LYSVA_2_1,
    uid_base="lysva-2021/1.1/1",
    number="1.1",
    title=(
        "Разработка плана мероприятий по реализации Концепции региональной системы объективности "
        "процедур оценки качества образования и олимпиад школьников"
    ),
    first=None,
    due_on=date(2021, 6, 21),
    nominal_due_on=date(2021, 6, 21),
    deadline_text="До 21 июня 2021",
    result="План мероприятий",
    responsible="Муниципальная рабочая группа",
    revision=0,
)
# Артём 2020, № 8, as a head of a school has it.
ARTEM_8 = replace(
    LYSVA_1_1,
    uid_base="artem-2020/8/1/school-3",
    number="8",
    title="Осуществление перекрестной проверки работ по ВПР школьными комиссиями",
    order="приказ, приложение, п. 8",
    first=date(2021, 4, 1),
    due_on=date(2021, 4, 30),
    nominal_due_on=date(2021, 4, 30),
    deadline_text="Апрель 2021",
    result=None,
    responsible="Руководители ОУ",
)
MIDNIGHT_IN_YEKATERINBURG = datetime(2024, 8, 30, 19, tzinfo=UTC)
LATE = replace(LYSVA_2_1, overdue=True, overdue_since=MIDNIGHT_IN_YEKATERINBURG)
FEED = Feed(
    name="Управление образования",
    description="Сроки по планам мероприятий",
    entries=(LYSVA_2_1, LYSVA_1_1, ARTEM_8),
    awaiting=("№ 4 Участие ОО в региональных оценочных процедурах: «по графику»",),
)

TEXT = r"(?:[^\\;,]|\\[\\;,n])*"
UTC_INSTANT = r"\d{8}T\d{6}Z"
CALENDAR_LINES = {
    "VERSION": "2\\.0",
    "PRODID": TEXT,
    "NAME": TEXT,
    "X-WR-CALNAME": TEXT,
    "X-WR-CALDESC": TEXT,
    "REFRESH-INTERVAL;VALUE=DURATION": "PT6H",
    "X-PUBLISHED-TTL": "PT6H",
}
EVENT_LINES = {
    "UID": r"[A-Za-z0-9._-]+-(?:start|due)@srok\.example\.org",
    "DTSTAMP": UTC_INSTANT,
    "LAST-MODIFIED": UTC_INSTANT,
    "SEQUENCE": r"\d+",
    "DTSTART;VALUE=DATE": r"\d{8}",
    "DTEND;VALUE=DATE": r"\d{8}",
    "SUMMARY": TEXT,
    "DESCRIPTION": TEXT,
    "STATUS": "CANCELLED",
    "TRANSP": "TRANSPARENT",
    "X-MICROSOFT-CDO-BUSYSTATUS": "FREE",
}
OPTIONAL = {"X-WR-CALDESC", "STATUS"}


def read_strictly(body: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the lines of the calendar and of its events; whatever is not in the tables above fails."""
    head: dict[str, str] = {}
    events: list[dict[str, str]] = []
    into = head
    lines = unfold(body)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    for line in lines[1:-1]:
        name, value = line.split(":", 1)
        if line == "BEGIN:VEVENT":
            assert into is head
            into = {}
            events.append(into)
        elif line == "END:VEVENT":
            assert set(EVENT_LINES) - set(into) <= OPTIONAL
            into = head
        else:
            assert name not in into, f"{name} twice"
            assert re.fullmatch((CALENDAR_LINES if into is head else EVENT_LINES)[name], value), line
            into[name] = value
    assert into is head
    return head, events


def unfold(body: bytes) -> list[str]:
    assert body.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", body), "a bare CR or LF"
    physical = body.removesuffix(b"\r\n").split(b"\r\n")
    for line in physical:
        assert 0 < len(line) <= 75, line
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", line.decode("utf-8")), line  # each line is whole UTF-8
    return b"\r\n".join(physical).decode().replace("\r\n ", "").split("\r\n")


def unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


def events_of(*entries: Entry) -> dict[str, dict[str, str]]:
    """Return the events by the part of their UID before the domain."""
    _, events = read_strictly(render_calendar(replace(FEED, entries=entries), DOMAIN))
    return {event["UID"].split("@")[0]: event for event in events}


def summaries(*entries: Entry) -> list[str]:
    return [unescape(event["SUMMARY"]) for event in events_of(*entries).values()]


def due_event(entry: Entry) -> dict[str, str]:
    return list(events_of(entry).values())[-1]


def test_a_window_becomes_its_first_and_its_last_day() -> None:
    events = events_of(LYSVA_2_1)

    assert {
        uid: (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"], unescape(event["SUMMARY"])[:30])
        for uid, event in events.items()
    } == {
        "lysva-2021_2F2.1_2F4-start": ("20240701", "20240702", "Начало: № 2.1 Разработка и утв"),
        "lysva-2021_2F2.1_2F4-due": ("20240830", "20240831", "⏰ Срок: № 2.1 Разработка и утв"),
    }


@pytest.mark.parametrize("first", [None, LYSVA_1_1.due_on])
def test_a_single_day_or_an_open_beginning_has_the_deadline_alone(first: date | None) -> None:
    assert list(events_of(replace(LYSVA_1_1, first=first))) == ["lysva-2021_2F1.1_2F1-due"]


def test_the_end_is_the_day_after_also_at_the_end_of_a_month_and_year() -> None:
    event = due_event(replace(LYSVA_1_1, due_on=date(2021, 12, 31), nominal_due_on=date(2021, 12, 31)))

    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == ("20211231", "20220101")


def test_the_text_says_where_the_deadline_comes_from_and_names_the_day_before_the_shift() -> None:
    assert unescape(due_event(LYSVA_2_1)["DESCRIPTION"]) == (
        "План: Дорожная карта по реализации Концепции региональной системы объективности процедур оценки качества\n"
        "Срок в документе: «Ежегодно Июль-август»\n"
        "Начало: 01.07.2024 (понедельник)\n"
        "Срок исполнения: 30.08.2024 (пятница)\n"
        "Последний день по тексту срока: 31.08.2024 (суббота); "
        "срок исполнения назван с учётом рабочего календаря\n"
        "Ответственный: Управление образования\n"
        "Ожидаемый результат: Утверждены цели и задачи объективности процедур оценки качества"
    )


def test_what_is_not_known_is_left_out_of_the_text() -> None:
    assert unescape(due_event(replace(ARTEM_8, deadline_text=""))["DESCRIPTION"]) == (
        "План: Дорожная карта по реализации Концепции региональной системы объективности процедур оценки качества\n"
        "Основание: приказ, приложение, п. 8\n"
        "Начало: 01.04.2021 (четверг)\n"
        "Срок исполнения: 30.04.2021 (пятница)\n"
        "Ответственный: Руководители ОУ"
    )


@pytest.mark.parametrize(
    ("entry", "marks", "statuses"),
    [
        (LYSVA_2_1, ["Начало: № 2.1 ", "⏰ Срок: № 2.1 "], [None, None]),
        (LATE, ["Начало: № 2.1 ", "Просрочено: ⏰ Срок: № 2.1 "], [None, None]),
        (replace(LYSVA_2_1, state=EntryState.DONE), ["✓ Начало: № 2.1 ", "✓ ⏰ Срок: № 2.1 "], [None, None]),
        # What was late and then done or cancelled is overdue no more, whatever the flag says.
        (replace(LATE, state=EntryState.DONE), ["✓ Начало: № 2.1 ", "✓ ⏰ Срок: № 2.1 "], [None, None]),
        (
            replace(LATE, state=EntryState.CANCELLED),
            ["ОТМЕНЕНО: Начало: № 2.1 ", "ОТМЕНЕНО: ⏰ Срок: № 2.1 "],
            ["CANCELLED", "CANCELLED"],
        ),
    ],
)
def test_the_state_stands_in_the_title_because_few_clients_show_it(
    entry: Entry, marks: list[str], statuses: list[str | None]
) -> None:
    assert summaries(entry) == [mark + entry.title for mark in marks]
    assert [event.get("STATUS") for event in events_of(entry).values()] == statuses


@pytest.mark.parametrize(
    ("entry", "sequence", "instant"),
    [
        (LYSVA_2_1, "6", "20240603T040506Z"),
        (LATE, "7", "20240830T190000Z"),
        # Reworded after it became overdue: the later of the two instants.
        (replace(LATE, revision=4, changed_at=datetime(2024, 9, 5, 6, tzinfo=UTC)), "9", "20240905T060000Z"),
        (replace(LATE, revision=5, state=EntryState.DONE), "10", "20240603T040506Z"),
        # The same instant told in the office's zone.
        (replace(LYSVA_2_1, changed_at=datetime(2024, 6, 3, 9, 5, 6, tzinfo=timezone(timedelta(hours=5)))), "6", None),
    ],
)
def test_sequence_and_instants_follow_the_last_real_change(entry: Entry, sequence: str, instant: str | None) -> None:
    event = due_event(entry)

    assert event["SEQUENCE"] == sequence
    assert event["DTSTAMP"] == event["LAST-MODIFIED"] == (instant or "20240603T040506Z")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(AssertionError, match="an instant without a zone would be read in the zone of the machine"):
        render_entry(replace(LYSVA_2_1, changed_at=datetime(2024, 6, 3)), DOMAIN)  # noqa: DTZ001 the refused case


def test_becoming_overdue_changes_the_deadline_and_not_the_beginning() -> None:
    before, after = events_of(LYSVA_2_1), events_of(LATE)

    assert [event["SEQUENCE"] for event in after.values()] == ["6", "7"]
    assert {uid for uid in before if before[uid] != after[uid]} == {"lysva-2021_2F2.1_2F4-due"}


def test_editing_one_entry_changes_its_events_and_no_other() -> None:
    before = events_of(*FEED.entries)
    edited = replace(LYSVA_2_1, title="Утверждение Дорожной карты", revision=4, changed_at=MIDNIGHT_IN_YEKATERINBURG)
    after = events_of(edited, LYSVA_1_1, ARTEM_8)

    assert list(after) == list(before)
    assert {uid for uid in before if before[uid] != after[uid]} == {
        "lysva-2021_2F2.1_2F4-start",
        "lysva-2021_2F2.1_2F4-due",
    }


def test_renumbering_rewording_and_moving_change_no_uid() -> None:
    changed = replace(
        LYSVA_2_1, number="3.7", title="Иное", plan_title="Иной план", first=date(2025, 1, 9), due_on=date(2025, 2, 3)
    )

    assert list(events_of(changed)) == list(events_of(LYSVA_2_1))


def test_uids_are_safe_and_different_for_different_keys() -> None:
    keys = ["a/1", "a_2F1", "a-1", "a.1", "а/1", "A/1", "a/1-start", "a/1 ", "a/1\n", "a@1", "a%2F1"]
    events = events_of(*(replace(LYSVA_2_1, uid_base=key) for key in keys))

    assert len(events) == 2 * len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", uid) for uid in events)


def test_two_entries_with_one_key_are_refused() -> None:
    with pytest.raises(AssertionError, match="of two events with one UID clients keep one"):
        render_calendar(replace(FEED, entries=(LYSVA_2_1, replace(LYSVA_2_1, number="9"))), DOMAIN)


def test_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    again = replace(FEED, entries=tuple(reversed(FEED.entries)))

    assert render_calendar(FEED, DOMAIN) == render_calendar(FEED, DOMAIN) == render_calendar(again, DOMAIN)


def test_the_lines_of_one_entry() -> None:
    entry = replace(LYSVA_1_1, plan_title="Дорожная карта", title="Разработка плана мероприятий")

    assert unfold(render_entry(entry, DOMAIN)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//srok//srok//RU",
        "BEGIN:VEVENT",
        "SUMMARY:⏰ Срок: № 1.1 Разработка плана мероприятий",
        "DTSTART;VALUE=DATE:20210621",
        "DTEND;VALUE=DATE:20210622",
        "DTSTAMP:20240603T040506Z",
        "UID:lysva-2021_2F1.1_2F1-due@srok.example.org",
        "SEQUENCE:0",
        (
            r"DESCRIPTION:План: Дорожная карта\nСрок в документе: «До 21 июня 2021»\n"
            r"Срок исполнения: 21.06.2021 (понедельник)\nОтветственный: Муниципальная рабочая группа\n"
            r"Ожидаемый результат: План мероприятий"
        ),
        "LAST-MODIFIED:20240603T040506Z",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_a_feed_is_its_head_and_the_kept_bytes_of_its_entries() -> None:
    body = render_calendar(FEED, DOMAIN)

    assert body.endswith(
        b"".join(render_events(entry, DOMAIN) for entry in (ARTEM_8, LYSVA_1_1, LYSVA_2_1)) + b"END:VCALENDAR\r\n"
    )


def test_a_feed_has_a_name_an_interval_and_counts_what_awaits_a_date() -> None:
    head, _ = read_strictly(render_calendar(FEED, DOMAIN))

    assert head["NAME"] == head["X-WR-CALNAME"] == "Управление образования"
    assert head["REFRESH-INTERVAL;VALUE=DURATION"] == head["X-PUBLISHED-TTL"] == "PT6H"
    assert unescape(head["X-WR-CALDESC"]) == (
        "Сроки по планам мероприятий\nЖдут даты: 1\n– № 4 Участие ОО в региональных оценочных процедурах: «по графику»"
    )


def test_a_feed_without_text_entries_and_awaiting_measures_is_still_a_calendar() -> None:
    head, events = read_strictly(render_calendar(Feed("Лысьва", "", (), ()), DOMAIN))

    assert "X-WR-CALDESC" not in head
    assert events == []


# The traps of icalendar 7.3, one test each; the strict reader above holds the rest.


def test_trap_1_no_uid_and_nothing_random_at_the_calendar() -> None:
    head, _ = read_strictly(render_calendar(FEED, DOMAIN))

    assert "UID" not in head


def test_trap_2_the_refresh_interval_names_its_type() -> None:
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in render_calendar(FEED, DOMAIN)


HARD_TEXT = "План, «дорожная карта»;\r\nраздел 2:\nпункт \\ подпункт \\N \\n"


def test_trap_3_line_breaks_commas_and_semicolons_in_names_are_escaped() -> None:
    head, _ = read_strictly(render_calendar(replace(FEED, name=HARD_TEXT, description=HARD_TEXT), DOMAIN))

    assert unescape(head["NAME"]) == "План, «дорожная карта»; раздел 2: пункт \\ подпункт \\N \\n"
    assert unescape(head["X-WR-CALNAME"]) == unescape(head["NAME"])
    assert unescape(head["X-WR-CALDESC"]).startswith(
        "План, «дорожная карта»;\nраздел 2:\nпункт \\ подпункт \\N \\n\nЖдут даты: 1\n"
    )


def test_trap_3_and_so_they_are_in_the_texts_of_an_entry() -> None:
    event = due_event(replace(LYSVA_1_1, title=HARD_TEXT, result=HARD_TEXT))

    assert unescape(event["SUMMARY"]) == "⏰ Срок: № 1.1 План, «дорожная карта»; раздел 2: пункт \\ подпункт \\N \\n"
    assert unescape(event["DESCRIPTION"]).endswith(
        "Ожидаемый результат: План, «дорожная карта»;\nраздел 2:\nпункт \\ подпункт \\N \\n"
    )


@pytest.mark.parametrize(
    ("trap", "absent"),
    [
        ("4: an empty property", r"(?m)^[A-Z-]+:\r$"),
        ("5: time zones and their comments", r"VTIMEZONE|TZID|COMMENT"),
        ("6: METHOD asks for people, and people would be invited", r"METHOD|ORGANIZER|ATTENDEE"),
        ("alarms and tasks are what clients drop", r"VALARM|VTODO|RRULE"),
    ],
)
def test_traps_4_to_6_a_calendar_never_contains(trap: str, absent: str) -> None:
    for body in (render_calendar(FEED, DOMAIN), render_entry(LATE, DOMAIN)):
        assert not re.search(absent.encode(), body)


def test_trap_7_every_event_has_a_uid_and_a_stamp_of_its_own_change() -> None:
    later = replace(ARTEM_8, changed_at=datetime(2021, 4, 1, tzinfo=UTC))

    assert [event["DTSTAMP"] for event in events_of(LYSVA_1_1, later).values()] == [
        "20210401T000000Z",
        "20210401T000000Z",
        "20240603T040506Z",
    ]


def test_trap_8_no_event_ends_on_the_day_it_begins() -> None:
    events = events_of(*FEED.entries).values()

    assert len(events) == 5
    assert all(event["DTEND;VALUE=DATE"] > event["DTSTART;VALUE=DATE"] for event in events)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("План\x0bмероприятий", "План мероприятий"),  # Word's line break inside a cell
        ("План\x0cмероприятий", "План мероприятий"),  # a page end in text from PDF
        ("План\u2028мероприятий\x85", "План мероприятий"),
        ("\ufeffПл\x00ан\x7f меро\x1bприятий\x9b", "План мероприятий"),
        ("План \ud83dмероприятий", "План мероприятий"),  # half of a surrogate pair cannot be written as UTF-8
        ("План\tмероприятий\n\n", "План мероприятий"),
    ],
    ids=["word", "pdf", "unicode breaks", "controls", "surrogate", "tab"],
)
def test_trap_9_control_characters_are_stripped(raw: str, shown: str) -> None:
    entry = replace(LYSVA_1_1, title=raw, plan_title=raw, order=raw, deadline_text=raw, result=raw, responsible=raw)
    body = render_calendar(Feed(raw, raw, (entry,), (raw,)), DOMAIN)
    head, (event,) = read_strictly(body)

    assert head["NAME"] == shown
    assert event["SUMMARY"] == f"⏰ Срок: № 1.1 {shown}"


@pytest.mark.parametrize("shift", range(6))
@pytest.mark.parametrize("letter", ["ы", "№", "⏰", "🏫", ",", "a"])
def test_trap_10_long_lines_are_folded_between_letters(letter: str, shift: int) -> None:
    title = "a" * shift + letter * 500
    event = due_event(replace(LYSVA_1_1, title=title))

    assert unescape(event["SUMMARY"]) == f"⏰ Срок: № 1.1 {title}"


def test_icalendar_reads_back_what_was_written() -> None:
    calendar = Calendar.from_ical(render_calendar(replace(FEED, entries=(LATE, LYSVA_1_1, ARTEM_8)), DOMAIN))

    assert calendar.errors == []
    assert [(event.start, event.end, event.errors) for event in calendar.events] == [
        (date(2021, 4, 1), date(2021, 4, 2), []),
        (date(2021, 4, 30), date(2021, 5, 1), []),
        (date(2021, 6, 21), date(2021, 6, 22), []),
        (date(2024, 7, 1), date(2024, 7, 2), []),
        (date(2024, 8, 30), date(2024, 8, 31), []),
    ]
    assert str(calendar.events[-1]["SUMMARY"]) == f"Просрочено: ⏰ Срок: № 2.1 {LATE.title}"
    assert calendar.events[-1].LAST_MODIFIED == MIDNIGHT_IN_YEKATERINBURG


def test_an_attached_calendar_holds_one_occurrence_and_no_name() -> None:
    body = render_entry(LYSVA_2_1, DOMAIN)

    assert re.findall(rb"\r\nUID:([^\r]+)", body) == [
        b"lysva-2021_2F2.1_2F4-start@srok.example.org",
        b"lysva-2021_2F2.1_2F4-due@srok.example.org",
    ]
    assert not re.search(rb"NAME|CALDESC|REFRESH|TTL", body)
