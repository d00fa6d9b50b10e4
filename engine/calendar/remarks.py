"""What the conventions of the deadline corpus say where a cell says nothing, in the words a person reads.

«соглашение 12» is rule 12 of the conventions (docs/ru/soglasheniya.md).
"""

from __future__ import annotations

from engine.calendar.shapes import Remark
from engine.deadline import Piece, Unit

SCHOOL_YEAR = Remark("school-year", "учебный год — с 1 сентября по 31 августа (соглашение 5)")
UNTIL = Remark("until-included", "день после «до» входит в срок (соглашение 6)")
BEFORE = Remark("before-period", "«до» месяца, квартала или года — день перед его началом (соглашение 6)")
YEAR_LENT = Remark("year-from-text", "год взят из следующей даты того же перечня (соглашение 10)")
YEAR_OF_PLAN = Remark("year-from-horizon", "год в тексте не назван и взят из срока плана (соглашение 12)")
THIS_YEAR = Remark("this-year", "«текущий год» — первый год срока плана (соглашение 12)")
WHOLE_PLAN = Remark("whole-horizon", "работа идёт весь срок плана (соглашение 16)")
SPACED = Remark("spaced", "раз в несколько дней, недель, месяцев или лет — весь срок плана (соглашения 19, 28)")
CLIPPED = Remark("clipped", "период обрезан сроком плана (соглашение 14)")
OUTSIDE = Remark("outside-horizon", "период лежит вне срока плана и оставлен как написан (соглашения 13, 14)")

ENDS: dict[Piece | Unit, Remark] = {
    Unit.MONTH: Remark("month-last-day", "срок месяца — его последний день (соглашение 1)"),
    Unit.QUARTER: Remark("quarter-last-day", "кварталы календарные, срок квартала — его последний день (соглашение 1)"),
    Unit.HALF_YEAR: Remark("half-year-last-day", "полугодия календарные, срок — последний день (соглашение 1)"),
    Piece.DECADE: Remark("decade", "декады — 1–10, 11–20, с 21-го до конца месяца (соглашение 1)"),
    Piece.HALF: Remark("half-month", "половины месяца — 1–15 и с 16-го до конца (соглашение 1)"),
    Piece.WEEK: Remark(
        "week", "недели месяца — 1–7, 8–14, 15–21, 22–28; последняя — последние семь дней (соглашение 2)"
    ),
    Piece.START: Remark("start-of-month", "начало месяца — 1–10 число (соглашение 3)"),
    Piece.MIDDLE: Remark("middle-of-month", "середина месяца — 11–20 число (соглашение 3)"),
    Piece.END: Remark("end-of-month", "конец месяца — с 21-го числа (соглашение 3)"),
    Unit.SEASON: Remark("season", "времена года — по три месяца, зима — с декабря по февраль (соглашение 4)"),
    Unit.SCHOOL_QUARTER: Remark("school-quarter", "четверти — IX–X, XI–XII, I–III, IV–V (соглашение 20)"),
    Unit.SCHOOL_HALF: Remark("school-half", "учебные полугодия — IX–XII и I–VIII (соглашение 20)"),
}
RHYTHMS: dict[Unit, Remark] = {
    Unit.DAY: Remark("each-day", "«ежедневно» — весь срок плана (соглашение 19)"),
    Unit.WEEK: Remark("each-week", "«еженедельно» — весь срок плана (соглашение 19)"),
    Unit.MONTH: Remark("each-month", "«ежемесячно» — в каждом месяце срока плана (соглашение 20)"),
    Unit.QUARTER: Remark("each-quarter", "«ежеквартально» — в каждом календарном квартале срока плана (соглашение 20)"),
    Unit.HALF_YEAR: Remark("each-half-year", "«раз в полугодие» — в каждом полугодии срока плана (соглашение 20)"),
    Unit.SCHOOL_QUARTER: Remark("each-school-quarter", "«раз в четверть» — IX–X, XI–XII, I–III, IV–V (соглашение 20)"),
    Unit.SEASON: Remark("each-season", "«в летний период» — в каждом году срока плана (соглашение 27)"),
    Unit.YEAR: Remark("each-year", "«ежегодно» — в каждом году срока плана (соглашение 20)"),
}
