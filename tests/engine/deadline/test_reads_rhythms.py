"""What comes again and again; the comments name the convention."""

from dataclasses import replace

import pytest

from engine.deadline import (
    LAST,
    LAST_MONTH,
    By,
    EventBound,
    On,
    OnDemand,
    Ongoing,
    Part,
    Period,
    Piece,
    Relation,
    Rhythm,
    Schedule,
    Since,
    Term,
    Unit,
    parse_deadline,
)
from tests.engine.deadline.shapes import (
    by,
    counted,
    day,
    days,
    month,
    month_period,
    monthly,
    months,
    quarterly,
    year_period,
    yearly,
)

SAME_MEANING = [
    (
        [yearly(month(6), month(8))],
        ["ежегодно в июне, августе", "Ежегодно: июнь и август", "Июнь, август ежегодно", "июнь, август, ежегодно"],
    ),
    ([yearly(by(1, 9))], ["Ежегодно до 1 сентября", "до 1 сентября ежегодно", "ежегодно, до 1 сентября"]),  # 30
    ([yearly(day(1, 9))], ["1 сентября ежегодно", "ежегодно 1 сентября"]),  # 30
    ([yearly()], ["ежегодно", "раз в год", "1 раз в год", "не реже 1 раза в год", "не менее одного раза в год"]),  # 20
    ([monthly()], ["Ежемесячно", "1 раз в месяц", "каждый месяц", "не реже одного раза в месяц"]),
    ([quarterly()], ["ежеквартально", "1 раз в квартал", "раз в квартал", "каждый квартал"]),
    ([Rhythm(Unit.HALF_YEAR)], ["2 раза в год", "раз в полугодие", "дважды в год", "1 раз в полгода"]),
    ([Rhythm(Unit.DAY)], ["ежедневно", "каждый день", "1 раз в день"]),
    ([Rhythm(Unit.WEEK)], ["еженедельно", "раз в неделю", "каждую неделю"]),
    ([monthly(by(5))], ["ежемесячно до 5 числа", "до 5 числа каждого месяца", "ежемесячно, не позднее 5 числа"]),  # 21
    (
        [Rhythm(Unit.MONTH, items=(by(5),), following=True)],
        [
            "ежемесячно, до 5 числа месяца, следующего за отчетным",
            "Ежемесячно до 5 числа месяца, следующего за отчётным",
        ],
    ),
]


@pytest.mark.parametrize(("terms", "cell"), [(terms, cell) for terms, cells in SAME_MEANING for cell in cells])
def test_writers_differ_and_the_meaning_does_not(terms: list[Term], cell: str) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


LAST_FRIDAY = On(Period(Unit.MONTH, 0, None, Part(Piece.WEEKDAY, LAST, 4)))

READS = [
    ("2 раза в год (май, ноябрь)", [Rhythm(Unit.HALF_YEAR, items=(month(5), month(11)))]),  # 20
    ("1 раз в четверть", [Rhythm(Unit.SCHOOL_QUARTER)]),
    ("2 раза в месяц", [Rhythm(Unit.MONTH, times=(2, 2))]),
    ("1-2 раза в неделю", [Rhythm(Unit.WEEK, times=(1, 2))]),  # 19
    ("не реже 1 раза в 2 недели", [Rhythm(Unit.WEEK, every=2)]),  # 28
    ("1 раз в 3 года", [Rhythm(Unit.YEAR, every=3)]),
    ("каждый понедельник", [Rhythm(Unit.WEEK, weekdays=(0,))]),
    ("по вторникам и четвергам", [Rhythm(Unit.WEEK, weekdays=(1, 3))]),
    ("последняя пятница каждого месяца", [monthly(LAST_FRIDAY)]),
    # one month or range is the time that a daily, weekly or monthly rhythm holds, several are its months
    ("ежемесячно с сентября по май", [Rhythm(Unit.MONTH, bound=months(9, 5))]),
    ("ежемесячно (сентябрь-май)", [Rhythm(Unit.MONTH, bound=months(9, 5))]),
    ("сентябрь-май, ежемесячно", [Rhythm(Unit.MONTH, bound=months(9, 5))]),
    ("еженедельно (октябрь)", [Rhythm(Unit.WEEK, bound=month(10))]),
    ("ежемесячно (январь – июнь, август – декабрь)", [monthly(months(1, 6), months(8, 12))]),
    ("ежегодно до 2023 года", [Rhythm(Unit.YEAR, bound=By(year_period(2023), before=True))]),  # 6
    ("ежегодно с 1 по 15 мая", [yearly(days((1, 5), (15, 5)))]),
    ("3 раза в летний период", [Rhythm(Unit.SEASON, times=(3, 3), items=(counted(Unit.SEASON, 2),))]),  # 27
    (
        "2 раза в месяц в течение учебного года",
        [Rhythm(Unit.MONTH, times=(2, 2), bound=Ongoing(Period(Unit.SCHOOL_YEAR)))],
    ),
    (
        "до 10 числа месяца, следующего за отчётным кварталом",  # 21, 35
        [Rhythm(Unit.QUARTER, items=(by(10),), following=True, implied=True)],
    ),
    (
        "ежеквартально до 15 числа последнего месяца квартала",
        [quarterly(replace(by(15), period=Period(Unit.MONTH, LAST_MONTH, None, Part(Piece.DAY, 15))))],
    ),
    # two days of each month, however it is said
    ("10 и 25 числа каждого месяца", [monthly(day(10), day(25))]),
    ("ежемесячно 1 и 15 числа", [monthly(day(1), day(15))]),
    ("до 5 числа и до 20 числа ежемесячно", [monthly(by(5), by(20))]),
    ("10 числа каждого месяца и 25 числа каждого месяца", [monthly(day(10)), monthly(day(25))]),
    ("до 10 числа каждого месяца, до 25 числа каждого месяца", [monthly(by(10)), monthly(by(25))]),
    ("1 марта ежегодно и 1 сентября ежегодно", [yearly(day(1, 3)), yearly(day(1, 9))]),
    ("ежегодно 1 марта и ежегодно 1 сентября", [yearly(day(1, 3)), yearly(day(1, 9))]),
    # several terms in one cell
    ("Ежегодно, по графику", [yearly(), Schedule("по", "графику")]),
    ("май, ежегодно июнь", [month(5), yearly(month(6))]),
    # «;» keeps two works apart, in brackets it is a comma
    ("сентябрь – май; ежемесячно", [months(9, 5), monthly()]),
    ("сентябрь; январь, ежемесячно", [month(9), replace(monthly(), bound=month(1))]),
    ("ежегодно: май; июнь", [yearly(month(5)), month(6)]),
    ("ежегодно (май; июнь)", [yearly(month(5), month(6))]),
    # what holds while an event goes on stands beside it
    ("ежемесячно в течение сезона", [monthly(), EventBound(Relation.DURING, "сезона", lead="в течение")]),
    ("до 5 числа месяца включительно", [Rhythm(Unit.MONTH, items=(by(5),), implied=True)]),  # 35
    # «далее» begins with the date before it
    ("май 2021, далее ежегодно", [month(5, 2021), replace(yearly(month(5)), bound=Since(month_period(5, 2021)))]),
    ("сентябрь, далее ежемесячно", [month(9), replace(monthly(), bound=Since(month_period(9)))]),
    ("с марта, далее постоянно", [Since(month_period(3))]),
    ("ежегодно ежемесячно", [yearly(), monthly()]),
    ("По мере необходимости, но не реже раза в год", [OnDemand("по мере", "необходимости"), yearly()]),
    ("Постоянно, ежеквартально", [Ongoing(), quarterly()]),
]


@pytest.mark.parametrize(("cell", "terms"), READS)
def test_reads(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)
