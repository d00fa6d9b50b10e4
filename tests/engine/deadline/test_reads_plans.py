"""What the cells of the five plans read as, by document and №."""

import pytest

from engine.deadline import EventBound, OnDemand, Ongoing, Relation, Schedule, Term, canonical, parse_deadline
from tests.engine.deadline.shapes import all_year, by, month, months, school_year, yearly, years

FROM_THE_PLANS = [
    ("Октябрь 2020", [month(10, 2020)]),  # Артём 1
    ("по графику", [Schedule("по", "графику")]),  # Артём 4
    ("в течение учебного года", [school_year()]),  # Артём 5
    ("В течение года", [all_year()]),  # Артём 6
    ("Февраль-июль 2021", [months(2, 7, 2021)]),  # Артём 9: one year for both ends
    ("Ноябрь - декабрь 2021", [months(11, 12, 2021)]),  # Артём 16
    ("2021- 2022 уч. год", [school_year(2021)]),  # Артём 17
    ("2020 – 2021гг.", [years(2020, 2021)]),  # Весьегонск 1.1: an en dash, «гг.» glued
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
        [month(11, 2020), EventBound(Relation.DURING, "проведения ВПР", lead="в период")],
    ),
    ("По особому графику", [Schedule("по", "особому графику")]),  # Весьегонск 2.6
    ("По плану ММО 2020-2021г.", [Schedule("по", "плану ММО 2020-2021г.")]),  # Весьегонск 2.8: a name, not a span
    ("2020-2021 год", [years(2020, 2021)]),  # Весьегонск 2.9
    ("Октябрь 2020 Март - Апрель 2021г.", [month(10, 2020), months(3, 4, 2021)]),  # Весьегонск 2.11: own year stands
    ("Круглогодично", [Ongoing()]),  # Весьегонск 3.1
    ("По мере состоявшегося события", [OnDemand("по мере", "состоявшегося события")]),  # Весьегонск 3.2
    ("Сентябрь 2020 г Январь 2021 г", [month(9, 2020), month(1, 2021)]),  # Весьегонск 3.3
    ("Постоянно", [Ongoing()]),  # Весьегонск 3.6
    ("В срок до 16 марта 2021 года", [by(16, 3, 2021)]),  # Кисловодск 1.2
    ("До 21 июня 2021", [by(21, 6, 2021)]),  # Лысьва 1.1
    ("Ежегодно Июль-август", [yearly(months(7, 8))]),  # Лысьва 2.1
    ("Ежегодно Июнь, август", [yearly(month(6), month(8))]),  # Лысьва 2.4
    ("Ежегодно", [yearly()]),  # Лысьва 2.6
    ("Ежегодно (июнь-июль)", [yearly(months(6, 7))]),  # Лысьва 3.1
    ("в срок до 01.12.2023 г.", [by(1, 12, 2023)]),  # Енисейск, clause 2 of the order
    ("В соответствии с графиком проведения ВПР", [Schedule("в соответствии с", "графиком проведения ВПР")]),  # 1.2
    (
        "После окончания основного периода проведения ВПР",  # Енисейск 2.1
        [EventBound(Relation.AFTER, "окончания основного периода проведения ВПР", lead="после")],
    ),
    ("Декабрь 2023г. Ноябрь 2023г.", [month(12, 2023), month(11, 2023)]),  # Енисейск 2.3: the order of the text
]


@pytest.mark.parametrize(("cell", "terms"), FROM_THE_PLANS)
def test_a_cell_of_the_plans_reads(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)
    assert parse_deadline(canonical(parse_deadline(cell))).terms == tuple(terms)
