"""icalendar, with which srok writes: the base that the independent readers are compared with."""

from _lines import files, line
from icalendar import Calendar

for name, body in files():
    for event in Calendar.from_ical(body).walk("VEVENT"):
        assert not event.errors, event.errors
        status = str(event["STATUS"]) if "STATUS" in event else None
        line(name, str(event["UID"]), event["DTSTART"].dt, event["DTEND"].dt, str(event["SUMMARY"]), status)
