"""recurring-ical-events: which events a calendar shows on which days, as web calendars in Python use it."""

from _lines import files, line
from icalendar import Calendar
from recurring_ical_events import of

for name, body in files():
    for event in of(Calendar.from_ical(body)).between((1990, 1, 1), (2090, 1, 1)):
        status = str(event["STATUS"]) if "STATUS" in event else None
        line(name, str(event["UID"]), event["DTSTART"].dt, event["DTEND"].dt, str(event["SUMMARY"]), status)
