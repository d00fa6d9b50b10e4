"""libical, by GObject introspection: what GNOME Calendar, Evolution and KOrganizer read with."""

from datetime import date

import gi
from _lines import files, line

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402 - the version is asked for first


def _date(time: ICalGLib.Time) -> date:
    assert time.is_date()
    return date(time.get_year(), time.get_month(), time.get_day())


def _no_errors(component: ICalGLib.Component) -> None:
    """libical puts an X-LIC-ERROR beside each line it could not read."""
    assert component.count_errors() == 0, component.as_ical_string()


for name, body in files():
    calendar = ICalGLib.Component.new_from_string(body.decode())
    _no_errors(calendar)
    assert ICalGLib.restriction_check(calendar), f"{name}: the restrictions of RFC 5545 and 5546"
    _no_errors(calendar)
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    while event is not None:
        found = event.get_first_property(ICalGLib.PropertyKind.STATUS_PROPERTY)
        status = found.get_value_as_string() if found else None
        line(name, event.get_uid(), _date(event.get_dtstart()), _date(event.get_dtend()), event.get_summary(), status)
        event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
