"""The Russian explanation of a deadline, line by line."""

from datetime import date

from engine.calendar import CalendarRules, Event, Horizon, Shift, WorkCalendar, explain, plan_windows, resolve
from engine.deadline import parse_deadline

SCHOOL_YEAR = Horizon(date(2020, 9, 1), date(2021, 8, 31))
AUGUST = "«август» прочитан как конец срока плана, но часто имеют в виду август перед его началом"


def lines(text: str, horizon: Horizon = SCHOOL_YEAR, shift: Shift = Shift.PREVIOUS, *events: Event) -> list[str]:
    calendar = WorkCalendar(CalendarRules(shift=shift))
    deadline = parse_deadline(text)
    reading = resolve(deadline, horizon)
    return explain(deadline, reading, plan_windows(reading, horizon, events, calendar, None), calendar)


def test_a_month_that_ends_on_a_day_off() -> None:
    assert lines("Октябрь 2020") == [  # Артём 1
        "Прочитано: октябрь 2020 года.",
        "Принято: срок месяца — его последний день (соглашение 1).",
        "Окно: 01.10.2020 – 31.10.2020, срок 30.10.2020.",
        "31.10.2020 — суббота, срок перенесён на пятницу 30.10.2020 (правило: предыдущий рабочий день).",
    ]


def test_a_day_off_that_is_no_weekend_is_called_so() -> None:
    moved = "срок перенесён на понедельник 10.01.2022 (правило: следующий рабочий день)"
    assert lines("Ноябрь - декабрь 2021", shift=Shift.NEXT)[-1] == (  # Артём 16
        f"31.12.2021 — пятница, выходной день, {moved}."
    )


def test_a_day_named_in_the_text_stays() -> None:
    assert lines("31.10.2020")[1:] == [
        "Окно: 31.10.2020 – 31.10.2020, срок 31.10.2020.",
        "31.10.2020 — суббота, срок не переносится.",
    ]


def test_a_doubt_asks_for_a_decision() -> None:
    assert lines("август") == [
        "Прочитано: август.",
        "Принято: срок месяца — его последний день (соглашение 1).",
        "Принято: год в тексте не назван и взят из срока плана (соглашение 12).",
        f"Сомнение: {AUGUST}. Подтвердите чтение.",
        "Окно: 01.08.2021 – 31.08.2021, срок 31.08.2021.",
    ]


def test_what_awaits_says_why_and_when_it_opens() -> None:
    assert lines("по графику")[1:] == ["Ждёт даты: по графику: «графику»."]  # Артём 4
    vpr = Event("vpr", "ВПР", date(2021, 3, 15), date(2021, 5, 21), phrases=("проведения ВПР",))
    assert lines("после проведения ВПР", SCHOOL_YEAR, Shift.PREVIOUS, vpr)[1:] == [
        "Ждёт даты: после «проведения ВПР»: день срока не назначен. Открывается 22.05.2021."
    ]


def test_a_year_without_a_decree_is_said() -> None:
    assert lines("Декабрь 2028", Horizon(date(2028, 1, 1), date(2028, 12, 31)))[2:] == [
        "Окно: 01.12.2028 – 31.12.2028, срок 29.12.2028.",
        "31.12.2028 — воскресенье, срок перенесён на пятницу 29.12.2028 (правило: предыдущий рабочий день).",
        "Выходные 2028 года ещё не утверждены, день срока может измениться.",
    ]
