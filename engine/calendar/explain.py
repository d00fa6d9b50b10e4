"""How a deadline was read, in Russian, for the person who has to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from engine.calendar.shapes import PlannedWindow, Reading, Shift
from engine.calendar.workdays import WorkCalendar
from engine.deadline import Deadline, canonical

_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_ON_WEEKDAYS = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_RULES = {
    Shift.PREVIOUS: "предыдущий рабочий день",
    Shift.NEXT: "следующий рабочий день",
    Shift.NONE: "без переноса",
}
_SATURDAY = 5


def explain(
    deadline: Deadline, reading: Reading, windows: Sequence[PlannedWindow], calendar: WorkCalendar
) -> list[str]:
    """Lines on how the cell was read, what was assumed, what stays in doubt, and each window with its due day."""
    lines = [f"Прочитано: {canonical(deadline)}."]
    lines += [f"Принято: {assumption.text_ru}." for assumption in reading.assumptions]
    lines += [f"Сомнение: {doubt.text_ru}. Подтвердите чтение." for doubt in reading.doubts]
    for window in windows:
        lines += _window(window, calendar)
    return lines


def _window(window: PlannedWindow, calendar: WorkCalendar) -> list[str]:
    if window.due_on is None or window.nominal_due_on is None:
        opens = f" Открывается {_day(window.first)}." if window.first else ""
        return [f"Ждёт даты: {window.awaiting}.{opens}"]
    due = window.due_on
    lines = [f"Окно: {_day(window.first)} – {_day(window.last)}, срок {_day(due)}."]
    if window.nominal_due_on != due:
        lines.append(_shift(window.nominal_due_on, due, calendar))
    elif not calendar.is_working(due):
        lines.append(f"{_day(due)} — {_weekday(due)}, срок не переносится.")
    if window.provisional:
        lines.append(f"Выходные {window.nominal_due_on.year} года ещё не утверждены, день срока может измениться.")
    return lines


def _shift(nominal: date, due: date, calendar: WorkCalendar) -> str:
    moved = f"{_ON_WEEKDAYS[due.weekday()]} {_day(due)}"
    rule = _RULES[calendar.rules.shift]
    return f"{_day(nominal)} — {_weekday(nominal)}, срок перенесён на {moved} (правило: {rule})."


def _weekday(day: date) -> str:
    """Name of the week day of a day off; one that is no weekend by itself is said to be a day off."""
    name = _WEEKDAYS[day.weekday()]
    return name if day.weekday() >= _SATURDAY else f"{name}, выходной день"


def named_day(day: date) -> str:
    """Write a day as «21.06.2021 (понедельник)»."""
    return f"{day:%d.%m.%Y} ({_WEEKDAYS[day.weekday()]})"


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else "…"
