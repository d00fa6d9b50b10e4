"""What each form of a «Сроки» cell reads as; the cells stand in the five plans, by document and №."""

import unicodedata

import pytest

from engine.deadline import (
    Between,
    By,
    Day,
    EventBound,
    Month,
    On,
    OnDemand,
    Ongoing,
    Relation,
    Schedule,
    SchoolYear,
    Term,
    Year,
    Yearly,
    canonical,
    parse_deadline,
)


def month(number: int, year: int | None = None) -> On:
    return On(Month(number, year))


def months(first: int, last: int, year: int | None = None) -> Between:
    return Between(Month(first, year), Month(last, year))


FROM_THE_PLANS = [
    ("Октябрь 2020", [month(10, 2020)]),  # Артём 1
    ("по графику", [Schedule("по", "графику")]),  # Артём 4
    ("в течение учебного года", [Ongoing(SchoolYear())]),  # Артём 5
    ("В течение года", [Ongoing(Year())]),  # Артём 6
    ("Февраль-июль 2021", [months(2, 7, 2021)]),  # Артём 9: one year for both ends
    ("Ноябрь - декабрь 2021", [months(11, 12, 2021)]),  # Артём 16
    ("2021- 2022 уч. год", [Ongoing(SchoolYear(2021))]),  # Артём 17
    ("2020 – 2021гг.", [Between(Year(2020), Year(2021))]),  # Весьегонск 1.1: an en dash, «гг.» glued
    ("Сентябрь 2020 г. Март-Апрель 2021г.", [month(9, 2020), months(3, 4, 2021)]),  # Весьегонск 1.2
    # Весьегонск 1.4: the dash and the comma belong to the document's name
    (
        "Согласно Плану - графику, приказу Отдела образования и приказам ОУ",
        [Schedule("согласно", "Плану - графику, приказу Отдела образования и приказам ОУ")],
    ),
    ("Февраль 2021г", [month(2, 2021)]),  # Весьегонск 2.2
    ("Март 2021 год", [month(3, 2021)]),  # Весьегонск 2.3
    (
        "Ноябрь 2020 г., а также в период проведения ВПР",  # Весьегонск 2.5
        [month(11, 2020), EventBound(Relation.DURING, "проведения ВПР")],
    ),
    ("По особому графику", [Schedule("по", "особому графику")]),  # Весьегонск 2.6
    ("По плану ММО 2020-2021г.", [Schedule("по", "плану ММО 2020-2021г.")]),  # Весьегонск 2.8: a name, not a span
    ("2020-2021 год", [Between(Year(2020), Year(2021))]),  # Весьегонск 2.9
    ("Октябрь 2020 Март - Апрель 2021г.", [month(10, 2020), months(3, 4, 2021)]),  # Весьегонск 2.11: own year stands
    ("Круглогодично", [Ongoing()]),  # Весьегонск 3.1
    ("По мере состоявшегося события", [OnDemand("состоявшегося события")]),  # Весьегонск 3.2
    ("Сентябрь 2020 г Январь 2021 г", [month(9, 2020), month(1, 2021)]),  # Весьегонск 3.3
    ("Постоянно", [Ongoing()]),  # Весьегонск 3.6
    ("В срок до 16 марта 2021 года", [By(Day(16, 3, 2021))]),  # Кисловодск 1.2
    ("До 21 июня 2021", [By(Day(21, 6, 2021))]),  # Лысьва 1.1
    ("Ежегодно Июль-август", [Yearly((months(7, 8),))]),  # Лысьва 2.1
    ("Ежегодно Июнь, август", [Yearly((month(6), month(8)))]),  # Лысьва 2.4
    ("Ежегодно", [Yearly()]),  # Лысьва 2.6
    ("Ежегодно (июнь-июль)", [Yearly((months(6, 7),))]),  # Лысьва 3.1
    ("в срок до 01.12.2023 г.", [By(Day(1, 12, 2023))]),  # Енисейск, clause 2 of the order
    ("В соответствии с графиком проведения ВПР", [Schedule("в соответствии с", "графиком проведения ВПР")]),  # 1.2
    (
        "После окончания основного периода проведения ВПР",  # Енисейск 2.1
        [EventBound(Relation.AFTER, "окончания основного периода проведения ВПР")],
    ),
    ("Декабрь 2023г. Ноябрь 2023г.", [month(12, 2023), month(11, 2023)]),  # Енисейск 2.3: the order of the text
]


@pytest.mark.parametrize(("cell", "terms"), FROM_THE_PLANS)
def test_a_cell_of_the_plans_reads(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


SAME_MEANING = [
    # value first, then all the ways to write it
    (
        [months(9, 10, 2021)],
        [
            "Сентябрь-октябрь 2021 г.",
            "сентябрь - октябрь 2021",
            "СЕНТЯБРЬ – ОКТЯБРЬ 2021 ГОДА",
            "сентябрь —октябрь 2021г",
            "сентябрь\u2212 октябрь 2021гг.",
            "в сентябре-октябре 2021 года",
            "в сентябре –\nв октябре 2021 г.г.",
            "сентябрь 2021 - октябрь 2021",
            "в течение сентября-октября 2021 года",
            "Cентябрь-oктябрь 2021",  # Latin C and o
            "сен\u00adтябрь\u00a0-\u00a0октябрь\u00a02021",
        ],
    ),
    (
        [month(5), month(6)],
        ["май, июнь", "май и июнь", "Май Июнь", "май; июнь.", "в мае и в июне", "май, а также июнь"],
    ),
    ([month(3, 2021), month(5, 2021)], ["март, май 2021", "в марте и мае 2021 г.", "март 2021, май 2021"]),
    (
        [On(Day(21, 2, 2023))],
        ["21.02.2023", "21 февраля 2023 года", "21.02.23 г.", "21 февраля 23 г.", "21февраля2023г."],
    ),
    (
        [By(Day(1, 9, 2021))],
        [
            "до 1 сентября 2021",
            "не позднее 01.09.2021",
            "в срок до 1.9.2021г.",
            "В срок не позже 1 сентября 2021 года",
            "Не\u00a0позднее 1 сентября 2021",
        ],
    ),
    ([By(Day(1, 3, 2021)), By(Day(1, 6, 2021))], ["не позднее 1 марта, 1 июня 2021", "до 1 марта, до 1 июня 2021"]),
    (
        [Ongoing(SchoolYear(2020))],
        ["2020-2021уч.год", "2020/2021", "2020/21 учебный год", "в течение 2020-2021 учебного года", "2020–21 уч. год"],
    ),
    ([Between(Year(2020), Year(2021))], ["2020-2021", "2020-21 гг.", "в 2020 - 2021 годах", "в течение 2020-2021 гг."]),
    ([On(Year(2022))], ["2022", "2022 год", "в 2022 году"]),
    ([Ongoing(Year(2022))], ["в течение 2022 года", "В течении 2022 г."]),
    ([Ongoing()], ["постоянно", "Круглогодично", "Систематически."]),
    ([Ongoing(Year())], ["В течении года", "в течение всего года", "в\nтечение  года"]),
    (
        [Yearly((month(6), month(8)))],
        ["ежегодно в июне, августе", "Ежегодно: июнь и август", "Июнь, август ежегодно", "июнь, август, ежегодно"],
    ),
    ([Yearly((By(Day(1, 9)),))], ["Ежегодно до 1 сентября", "до 1 сентября ежегодно"]),
    ([month(9), Ongoing(Year())], ["сентябрь, в течение года"]),
    ([EventBound(Relation.DURING, "каникул")], ["в период каникул", "во время каникул"]),
    ([EventBound(Relation.AFTER, "проведения ВПР")], ["после проведения ВПР", "По окончании проведения ВПР"]),
    ([OnDemand("необходимости")], ["по мере необходимости", "При необходимости", "по необходимости"]),
    # a term after a comma ends the phrase; a date after «от» belongs to the document
    ([Schedule("по", "плану работы"), month(3, 2021)], ["по плану работы, март 2021"]),
    (
        [Schedule("в соответствии с", "приказом от 14 октября 2020 г. № 218")],
        ["в соответствии с приказом от 14 октября 2020 г. № 218"],
    ),
]


@pytest.mark.parametrize(("terms", "cell"), [(terms, cell) for terms, cells in SAME_MEANING for cell in cells])
def test_writers_differ_and_the_meaning_does_not(terms: list[Term], cell: str) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


YEARS = [
    # convention 10: the last year covers those before it only while that keeps the order of time
    ("март, май-июнь 2021", [month(3, 2021), months(5, 6, 2021)]),
    ("сентябрь, январь 2021", [month(9), month(1, 2021)]),
    ("март, сентябрь, январь 2021", [month(3), month(9), month(1, 2021)]),
    ("Июнь 2024 Декабрь 2024", [month(6, 2024), month(12, 2024)]),
    ("ноябрь – январь", [months(11, 1)]),
    ("декабрь 2023 – январь 2024", [Between(Month(12, 2023), Month(1, 2024))]),
]


@pytest.mark.parametrize(("cell", "terms"), YEARS)
def test_a_year_is_inherited_from_the_right_only(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


def test_an_inherited_year_is_marked_as_implied() -> None:
    (term,) = parse_deadline("Февраль-июль 2021").terms  # Артём 9
    assert isinstance(term, Between)
    assert isinstance(term.first, Month)
    assert isinstance(term.last, Month)
    assert (term.first.implied, term.last.implied) == (True, False)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_spans_are_places_in_the_cell_as_written(form: str) -> None:
    cell = unicodedata.normalize("NFD" if form == "NFD" else "NFC", "Ма\u00adй 2021 г., по плану, маЙ 2022")
    first, plan, last = parse_deadline(cell).terms
    assert isinstance(first, On)
    spans = [cell[slice(*span)] for span in (first.span, first.period.span, plan.span, last.span)]
    assert [unicodedata.normalize("NFC", text).replace("\u00ad", "") for text in spans] == [
        "Май 2021 г.",
        "Май 2021 г.",
        "по плану",
        "маЙ 2022",
    ]


def test_a_phrase_is_kept_with_single_spaces_and_combined_letters() -> None:
    cell = unicodedata.normalize("NFD", "По\u00a0особому\n  гра\u00adфику с изюминкой й")
    assert parse_deadline(cell).terms == (Schedule("по", "особому графику с изюминкой й"),)
    assert canonical(parse_deadline(cell)) == "по особому графику с изюминкой й"
