"""Calendars as bytes: what a person subscribes to and what is attached to a mail (RFC 5545, RFC 7986).

Days are local calendar days of the municipality and become all-day DATE values, so that no zone is needed.
Same input, same bytes: nothing is stamped with the moment of rendering, and entries stand in the order of their keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from icalendar import Alarm, Calendar, Event, vDate, vDatetime, vDuration, vInt, vText

from engine.calendar import named_day

PRODID = "-//srok//srok//RU"
REFRESH_INTERVAL = timedelta(hours=6)
DAY = timedelta(days=1)
TAIL = b"END:VCALENDAR\r\n"
KEPT_ENTRIES = 32_768
"""So many entries keep their bytes in a process: about 1.5 KB each, the entry included."""
_NINE_IN_THE_MORNING = timedelta(hours=9)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_UNSAFE_IN_UID = re.compile(r"[^A-Za-z0-9.-]")


class EntryState(StrEnum):
    """What a calendar shows of a state: all that is not finished is open."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"
    CANCELLED = "cancelled"


class Style(StrEnum):
    """How a window stands in a calendar: its first and its last day, or one bar over all of it."""

    EDGES = "edges"
    BAR = "bar"


MARKS = {
    EntryState.OPEN: "",
    EntryState.DONE: "✓ ",
    EntryState.NOT_DONE: "Не исполнено: ",
    EntryState.CANCELLED: "ОТМЕНЕНО: ",
}
OVERDUE_MARK = "Просрочено: "


@dataclass(frozen=True)
class Entry:
    """One occurrence, or one assignment of it, as a calendar shows it.

    Attributes:
        uid_base: The permanent key of the occurrence or assignment, unique in a feed; never its text, number or date.
        number: The printed № of the measure.
        order: The order and its clause, «приказ № 218 от 14.10.2020, п. 8».
        first: First day of the window, inclusive; None when only its end is known.
        due_on: Last day on time, inclusive, after the shift from days off.
        nominal_due_on: The last day before that shift.
        deadline_text: The deadline as written.
        overdue: Counts while the state is open.
        revision: Number of real changes; each is a new SEQUENCE.
        changed_at: Aware instant of the last real change.
        overdue_since: Aware instant of the local midnight at which it became overdue.
    """

    uid_base: str
    number: str
    title: str
    plan_title: str
    order: str | None
    first: date | None
    due_on: date
    nominal_due_on: date
    deadline_text: str
    result: str | None
    responsible: str
    state: EntryState
    overdue: bool
    revision: int
    changed_at: datetime
    overdue_since: datetime | None


@dataclass(frozen=True)
class Notice:
    """What a feed says of all its entries in an event of its own: how many are overdue, how many await a date.

    Attributes:
        key: Its name in the feed: the UID is made of it, so that there is one of a kind.
        day: The local day it stands on.
        changed_at: Aware instant since which it says this.
    """

    key: str
    day: date
    summary: str
    description: str
    changed_at: datetime


@dataclass(frozen=True)
class Feed:
    """A subscribed calendar.

    Attributes:
        awaiting: Measures without a due day, one line of text each: a calendar cannot show them, its description does.
        key: Name of the subscription in the UIDs of its notices.
        alarms: Days before the due day on which, at 09:00, an open entry rings.
    """

    name: str
    description: str
    entries: tuple[Entry, ...]
    awaiting: tuple[str, ...]
    key: str = "feed"
    style: Style = Style.EDGES
    alarms: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()


def render_calendar(feed: Feed, domain: str) -> bytes:
    """Return a subscribed calendar; *domain* is the right half of every UID. Only entries not seen of late cost."""
    entries = sorted(feed.entries, key=lambda entry: entry.uid_base)
    assert len({entry.uid_base for entry in entries}) == len(entries), "of two events with one UID clients keep one"
    notices = [_notice_event(one, f"{_uid(feed.key)}-{one.key}@{domain}").to_ical() for one in feed.notices]
    return _render(_head_of(feed), [*(_kept(entry, domain, feed.style, feed.alarms) for entry in entries), *notices])


def render_entry(entry: Entry, domain: str) -> bytes:
    """Return a calendar of one occurrence without a name, so that a client adds it to the person's own calendar."""
    return _render(Calendar(), (render_events(entry, domain),))


def render_events(entry: Entry, domain: str, style: Style = Style.EDGES, alarms: tuple[int, ...] = ()) -> bytes:
    """Return the VEVENTs of one entry, which depend on nothing else: whoever renders feeds often may keep them."""
    events = [_due_event(entry, domain, style, alarms)]
    if style is Style.EDGES and entry.first is not None and entry.first != entry.due_on:
        events.insert(0, _start_event(entry, entry.first, domain))
    return b"".join(event.to_ical() for event in events)


_kept = lru_cache(KEPT_ENTRIES)(render_events)


def _render(calendar: Calendar, events: Iterable[bytes]) -> bytes:
    # Calendar.new() would add a UID, which vdirsyncer takes for that of every event; METHOD would ask for an ORGANIZER.
    calendar["PRODID"] = vText(PRODID)
    calendar["VERSION"] = vText("2.0")
    return b"".join((calendar.to_ical().removesuffix(TAIL), *events, TAIL))


def _head_of(feed: Feed) -> Calendar:
    calendar = Calendar()
    calendar["NAME"] = calendar["X-WR-CALNAME"] = _line(feed.name)
    if description := _describe_feed(feed):
        calendar["X-WR-CALDESC"] = _Text(description)
    interval = vDuration(REFRESH_INTERVAL)
    interval.params["VALUE"] = "DURATION"  # RFC 7986, 5.7: the property has no default type
    calendar["REFRESH-INTERVAL"] = interval
    calendar["X-PUBLISHED-TTL"] = vDuration(REFRESH_INTERVAL)
    return calendar


def _describe_feed(feed: Feed) -> str:
    lines = [_clean(feed.description)]
    if feed.awaiting:
        lines += [f"Ждут даты: {len(feed.awaiting)}", *(f"– {_on_one_line(item)}" for item in feed.awaiting)]
    return "\n".join(line for line in lines if line)


def _start_event(entry: Entry, first: date, domain: str) -> Event:
    """The opening of the window: it says the same on every day, so that being overdue leaves its bytes alone."""
    event = _event(entry, first, first, f"{_uid(entry.uid_base)}-start@{domain}")
    event["SUMMARY"] = _line(f"{MARKS[entry.state]}Начало: № {entry.number} {entry.title}")
    return _stamp(event, 2 * entry.revision, entry.changed_at)


def _due_event(entry: Entry, domain: str, style: Style, alarms: tuple[int, ...]) -> Event:
    late = entry.overdue and entry.state is EntryState.OPEN
    mark = OVERDUE_MARK if late else MARKS[entry.state]
    is_bar = style is Style.BAR and entry.first is not None and entry.first < entry.due_on
    first = entry.first if is_bar and entry.first is not None else entry.due_on
    event = _event(entry, first, entry.due_on, f"{_uid(entry.uid_base)}-due@{domain}")
    what = f"№ {entry.number} {entry.title}"
    event["SUMMARY"] = _line(f"{mark}⏰ Срок {entry.due_on:%d.%m.%Y}: {what}" if is_bar else f"{mark}⏰ Срок: {what}")
    instants = [entry.changed_at, *([entry.overdue_since] if late and entry.overdue_since else [])]
    for days in alarms if entry.state is EntryState.OPEN and not late else ():
        event.add_component(_alarm(days, what, is_bar=is_bar))
    return _stamp(event, 2 * entry.revision + late, max(instants))


def _alarm(days: int, text: str, *, is_bar: bool) -> Alarm:
    """Ring at 09:00 *days* before the due day: before the start, since Outlook knows no other; a bar by its end."""
    alarm = Alarm()
    alarm["ACTION"] = vText("DISPLAY")
    alarm["DESCRIPTION"] = _line(f"Срок через {days} дн.: {text}")
    trigger = vDuration(_NINE_IN_THE_MORNING - (days + is_bar) * DAY)
    if is_bar:
        trigger.params["RELATED"] = "END"
    alarm["TRIGGER"] = trigger
    return alarm


def _notice_event(notice: Notice, uid: str) -> Event:
    """It may change many times a day: the number of a change is the second it was made in."""
    event = _all_day(notice.day, notice.day, uid)
    event["SUMMARY"] = _line(notice.summary)
    event["DESCRIPTION"] = _Text(_clean(notice.description))
    seconds = (notice.changed_at - _EPOCH) // timedelta(seconds=1)
    return _stamp(event, max(seconds, 0), notice.changed_at)


def _event(entry: Entry, first: date, last: date, uid: str) -> Event:
    event = _all_day(first, last, uid)
    event["DESCRIPTION"] = _Text(_describe_entry(entry))
    if entry.state is EntryState.CANCELLED:
        event["STATUS"] = vText("CANCELLED")
    return event


def _all_day(first: date, last: date, uid: str) -> Event:
    """Return an event of whole days, both inclusive, that takes nobody's time."""
    assert first <= last, "an event that ends before it begins is shown by each program in its own way"
    event = Event()
    event["UID"] = vText(uid)
    for name, value in (("DTSTART", first), ("DTEND", last + DAY)):  # RFC 5545, 3.6.1: the end is exclusive
        event[name] = vDate(value)
        event[name].params["VALUE"] = "DATE"
    event["TRANSP"] = vText("TRANSPARENT")
    event["X-MICROSOFT-CDO-BUSYSTATUS"] = vText("FREE")  # Outlook shows an all-day event as busy in spite of TRANSP
    return event


def _stamp(event: Event, sequence: int, changed_at: datetime) -> Event:
    assert changed_at.utcoffset() is not None, "an instant without a zone would be read in the zone of the machine"
    event["SEQUENCE"] = vInt(sequence)
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDatetime(changed_at.astimezone(UTC))
    return event


def _describe_entry(entry: Entry) -> str:
    facts = (
        ("План", entry.plan_title),
        ("Основание", entry.order),
        ("Срок в документе", f"«{entry.deadline_text}»" if entry.deadline_text else None),
        ("Начало", named_day(entry.first) if entry.first else None),
        ("Срок исполнения", named_day(entry.due_on)),
        (
            "Последний день по тексту срока",
            f"{named_day(entry.nominal_due_on)}; срок исполнения назван с учётом рабочего календаря"
            if entry.nominal_due_on != entry.due_on
            else None,
        ),
        ("Ответственный", entry.responsible),
        ("Ожидаемый результат", entry.result),
    )
    return "\n".join(f"{label}: {_clean(value)}" for label, value in facts if value)


class _Text(vText):
    r"""A TEXT value (RFC 5545, 3.3.11) escaped as written: icalendar makes a line break of the two characters «\N»."""

    def to_ical(self) -> bytes:
        text = str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return text.replace("\n", "\\n").encode()


def _line(text: str) -> _Text:
    return _Text(_on_one_line(text))


def _on_one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Drop what text copied from Word and PDF files brings along and no client shows: control characters."""
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text)).strip()


def _uid(key: str) -> str:
    """Return *key* in the characters that file names, addresses and UIDs share; different keys stay different."""
    return _UNSAFE_IN_UID.sub(lambda found: "".join(f"_{octet:02X}" for octet in found[0].encode()), key)
