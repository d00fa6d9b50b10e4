"""ics.py: its events have an end of their own; of an all-day event it is the day after the last."""

from _lines import files, line
from ics import Calendar

for name, body in files():
    for event in Calendar(body.decode()).events:
        assert event.all_day
        line(name, event.uid, event.begin.date(), event.end.date(), event.name, event.status)
