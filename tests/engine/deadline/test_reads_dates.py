"""What months, days, pieces of months, quarters, seasons and years read as; the comments name the convention."""

import pytest

from engine.deadline import (
    LAST,
    NEXT_YEAR,
    THIS_YEAR,
    Between,
    By,
    Heading,
    On,
    Ongoing,
    Part,
    Period,
    Piece,
    Term,
    Unit,
    parse_deadline,
)
from tests.engine.deadline.shapes import (
    all_year,
    by,
    counted,
    day,
    days,
    month,
    month_period,
    months,
    piece,
    school_year,
    since,
    year,
    year_period,
    years,
)

SAME_MEANING = [
    # value first, then all the ways to write it
    (
        [month(5), month(6)],
        ["май, июнь", "май и июнь", "Май Июнь", "май; июнь.", "в мае и в июне", "май, а также июнь"],
    ),
    ([month(3, 2021), month(5, 2021)], ["март, май 2021", "в марте и мае 2021 г.", "март 2021, май 2021"]),
    ([month(3, 2021)], ["март 2021", "2021 март", "Март, 2021", "2021 год март", "03.2021", "март 2021г"]),
    ([day(21, 2, 2023)], ["21.02.2023", "21 февраля 2023 года", "21.02.23 г.", "21 февраля 23 г.", "21февраля2023г."]),
    (
        [by(1, 9, 2021)],
        [
            "до 1 сентября 2021",
            "не позднее 01.09.2021",
            "в срок до 1.9.2021г.",
            "В срок не позже 1 сентября 2021 года",
            "Не\u00a0позднее 1 сентября 2021",
            "до «01» сентября 2021 г.",
            "до первого сентября 2021 года",
            "к 1 сентября 2021",
            "по 1 сентября 2021 года включительно",
        ],
    ),
    ([by(1, 3, 2021), by(1, 6, 2021)], ["не позднее 1 марта, 1 июня 2021", "до 1 марта, до 1 июня 2021"]),  # 6
    (
        [school_year(2020)],
        ["2020-2021уч.год", "2020/2021", "2020/21 учебный год", "в течение 2020-2021 учебного года", "2020–21 уч. год"],
    ),
    ([years(2020, 2021)], ["2020-2021", "2020-21 гг.", "в 2020 - 2021 годах", "в течение 2020-2021 гг."]),
    ([year(2022)], ["2022", "2022 год", "в 2022 году", "на 2022 год"]),
    ([all_year(2022)], ["в течение 2022 года", "В течении 2022 г."]),
    ([all_year()], ["В течении года", "в течение всего года", "в\nтечение  года"]),
    ([Ongoing()], ["постоянно", "Круглогодично", "Систематически.", "весь период", "в течение месячника"]),  # 16
    ([month(9), all_year()], ["сентябрь, в течение года"]),  # 18
    ([days((25, 4), (8, 5), 2013)], ["С 25.04. – 8.05.13.", "с 25 апреля по 8 мая 2013"]),  # 10
    ([days((1, 3), (15, 3), 2021)], ["1-15 марта 2021", "в период с 1 по 15 марта 2021", "с 1 до 15 марта 2021"]),  # 9
    ([counted(Unit.QUARTER, 2, 2021)], ["2 квартал 2021", "II квартал 2021 г.", "во втором квартале 2021 года"]),  # 1
    ([counted(Unit.HALF_YEAR, 1, 2022)], ["I полугодие 2022 г.", "первое полугодие 2022", "1-е полугодие 2022 года"]),
]


@pytest.mark.parametrize(("terms", "cell"), [(terms, cell) for terms, cells in SAME_MEANING for cell in cells])
def test_writers_differ_and_the_meaning_does_not(terms: list[Term], cell: str) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


READS = [
    # refused by the first grammar, read by this one
    ("до мая 2021", [By(month_period(5, 2021), before=True)]),  # 6: hard
    ("до конца декабря 2023 года", [By(month_period(12, 2023))]),
    ("к концу сентября", [By(month_period(9))]),
    ("до середины мая", [By(piece(Piece.MIDDLE, 1, 5))]),  # 3
    ("в начале сентября", [On(piece(Piece.START, 1, 9))]),
    ("середина октября 2021", [On(piece(Piece.MIDDLE, 1, 10, 2021))]),
    ("конец мая", [On(piece(Piece.END, 1, 5))]),
    ("3-я декада марта", [On(piece(Piece.DECADE, 3, 3))]),  # 1
    ("вторая половина апреля", [On(piece(Piece.HALF, 2, 4))]),
    ("1-2 неделя сентября", [Between(piece(Piece.WEEK, 1, 9), piece(Piece.WEEK, 2, 9))]),  # 2
    ("последняя неделя мая", [On(piece(Piece.WEEK, LAST, 5))]),
    ("последний день мая", [On(piece(Piece.DAY, LAST, 5))]),
    ("вторая суббота мая", [On(Period(Unit.MONTH, 5, None, Part(Piece.WEEKDAY, 2, 5)))]),
    ("вторая неделя", [On(piece(Piece.WEEK, 2, 0))]),  # a plan of one month
    ("1 квартал 2021", [counted(Unit.QUARTER, 1, 2021)]),
    ("до 1 полугодия", [By(Period(Unit.HALF_YEAR, 1), before=True)]),
    ("1 четверть", [counted(Unit.SCHOOL_QUARTER, 1)]),
    ("осень 2021", [counted(Unit.SEASON, 3, 2021)]),  # 4
    ("летний период", [counted(Unit.SEASON, 2)]),
    ("зимой", [counted(Unit.SEASON, 4)]),
    ("Август 31.08.2023", [Heading("Август"), day(31, 8, 2023)]),  # 8
    ("1 квартал 15 апреля", [Heading("1 квартал"), day(15, 4)]),  # 8
    ("отчёт – до 5 мая 2021", [Heading("отчёт"), by(5, 5, 2021)]),
    ("с 4 сентября 2023 года", [since(4, 9, 2023)]),  # 7
    ("30 и 31 августа", [day(30, 8), day(31, 8)]),
    ("25.09 24.09 23.09", [day(25, 9), day(24, 9), day(23, 9)]),
    ("до 20 мая, но не ранее 5 мая", [days((5, 5), (20, 5))]),  # 32
    ("В период с 1 по 15 число", [days((1, 0), (15, 0))]),
    ("до 5 числа", [by(5)]),
    ("до 1 ноября т.г.", [by(1, 11, THIS_YEAR)]),  # 12
    ("текущий год", [On(year_period(THIS_YEAR))]),
    ("в следующем году", [On(year_period(NEXT_YEAR))]),
    ("2011 2013 годы", [years(2011, 2013)]),  # 33
    ("до конца учебного года", [By(Period(Unit.SCHOOL_YEAR))]),
    ("в течение месяца", [Ongoing(month_period(0))]),  # 16
    ("в течение апреля", [month(4)]),  # 9
    ("до 1 февраля 2025 года 18:00", [by(1, 2, 2025)]),  # the time of day is dropped
    ("в срок до 12.00 часов 15.01.2025 г.", [by(15, 1, 2025)]),
    ("май,", [month(5)]),
]


@pytest.mark.parametrize(("cell", "terms"), READS)
def test_reads(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


YEARS = [
    # convention 10: the last year covers those before it only while that keeps the order of time
    ("март, май-июнь 2021", [month(3, 2021), months(5, 6, 2021)]),
    ("сентябрь, январь 2021", [month(9), month(1, 2021)]),
    ("март, сентябрь, январь 2021", [month(3), month(9), month(1, 2021)]),
    ("Июнь 2024 Декабрь 2024", [month(6, 2024), month(12, 2024)]),
    ("ноябрь – январь", [months(11, 1)]),
    # whatever stands between the dates
    ("до 1 мая; до 1 июня 2021", [by(1, 5, 2021), by(1, 6, 2021)]),
    ("май, в срок до 1 июня 2022", [month(5, 2022), by(1, 6, 2022)]),
    ("сентябрь; май 2020-2021 учебного года", [month(9, 2020), month(5, 2021)]),
    ("декабрь 2023 – январь 2024", [Between(month_period(12, 2023), month_period(1, 2024))]),
    ("Ноябрь – январь 2021", [Between(month_period(11, 2020), month_period(1, 2021))]),  # doubted when resolved
]


@pytest.mark.parametrize(("cell", "terms"), YEARS)
def test_a_year_is_inherited_from_the_right_only(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


def test_an_inherited_year_is_marked_as_implied() -> None:
    (term,) = parse_deadline("Февраль-июль 2021").terms  # Артём 9
    assert isinstance(term, Between)
    assert (term.first.implied, term.last.implied) == (True, False)
