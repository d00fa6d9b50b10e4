"""What hangs on an event, a document or a case; the phrase is kept as in the cell (conventions 22 to 24)."""

import pytest

from engine.deadline import EventBound, OnDemand, Ongoing, Relation, Rhythm, Schedule, Term, Unit, parse_deadline
from tests.engine.deadline.shapes import month

AFTER, AT, BEFORE, DURING = Relation.AFTER, Relation.AT, Relation.BEFORE, Relation.DURING

EVENTS = [
    ("в период каникул", EventBound(DURING, "каникул", lead="в период")),
    ("во время каникул", EventBound(DURING, "каникул", lead="во время")),
    ("осенние каникулы", EventBound(DURING, "осенние каникулы")),
    ("в период отопительного сезона", EventBound(DURING, "отопительного сезона", lead="в период")),  # 27
    ("после проведения ВПР", EventBound(AFTER, "проведения ВПР", lead="после")),
    ("По окончании проведения ВПР", EventBound(AFTER, "проведения ВПР", lead="по окончании")),
    ("по итогам четверти", EventBound(AFTER, "четверти", lead="по итогам")),
    ("через 2 недели после окончания четверти", EventBound(AFTER, "окончания четверти", "P2W", "после")),
    ("в течение 10 дней после получения результатов", EventBound(AFTER, "получения результатов", "P10D", "после")),
    ("после получения результатов в течение 10 дней", EventBound(AFTER, "получения результатов", "P10D", "после")),
    (
        "в течение 10 рабочих дней со дня получения запроса",
        EventBound(AFTER, "получения запроса", "P10BD", "со дня"),
    ),
    ("в семидневный срок со дня подписания", EventBound(AFTER, "подписания", "P7D", "со дня")),
    ("не позже рабочего дня, следующего за днем подписания", EventBound(AFTER, "подписания", "P1BD", "за днем")),
    ("в течение 4 часов после аварии", EventBound(AFTER, "аварии", "PT4H", "после")),  # 26
    ("в месячный срок", EventBound(AFTER, "", "P1M")),  # no event: hard
    ("до начала учебного года", EventBound(BEFORE, "начала учебного года", lead="до")),
    ("к началу отопительного сезона", EventBound(BEFORE, "началу отопительного сезона", lead="к")),
    ("за 10 дней до начала каникул", EventBound(BEFORE, "начала каникул", "P10D", "до")),
    ("не позднее чем за 3 рабочих дня до заседания", EventBound(BEFORE, "заседания", "P3BD", "до")),
    ("накануне праздников", EventBound(BEFORE, "праздников", "P1D", "накануне")),
    ("в день проведения экзамена", EventBound(AT, "проведения экзамена", lead="в день")),
    ("при приеме на работу", EventBound(AT, "приеме на работу", lead="при")),
]


@pytest.mark.parametrize(("cell", "event"), EVENTS)
def test_an_event_reads(cell: str, event: EventBound) -> None:
    assert parse_deadline(cell).terms == (event,)


OTHERS = [
    ("по мере необходимости", OnDemand("по мере", "необходимости")),
    ("При необходимости", OnDemand("при", "необходимости")),
    ("по необходимости", OnDemand("по", "необходимости")),
    ("по мере поступления", OnDemand("по мере", "поступления")),
    ("в случае необходимости", OnDemand("в случае", "необходимости")),
    ("при наличии средств", OnDemand("при", "наличии средств")),
    ("по запросу", OnDemand("по", "запросу")),
    ("согласно плану работы", Schedule("согласно", "плану работы")),
    ("в установленные сроки", Schedule("", "установленные сроки")),
    ("в сроки, установленные приказом", Schedule("в сроки, установленные", "приказом")),  # 35
    # a date after «от» belongs to the document
    (
        "в соответствии с приказом от 14 октября 2020 г. № 218",
        Schedule("в соответствии с", "приказом от 14 октября 2020 г. № 218"),
    ),
]


@pytest.mark.parametrize(("cell", "term"), OTHERS)
def test_a_document_or_a_case_reads(cell: str, term: Term) -> None:
    assert parse_deadline(cell).terms == (term,)


MIXED = [
    ("по плану работы, март 2021", [Schedule("по", "плану работы"), month(3, 2021)]),  # a comma ends the phrase
    (
        "Ноябрь 2020 в период проведения ВПР",
        [month(11, 2020), EventBound(DURING, "проведения ВПР", lead="в период")],
    ),
    (
        "при приеме на работу, далее – 1 раз в год",  # 21
        [EventBound(AT, "приеме на работу", lead="при"), Rhythm(Unit.YEAR)],
    ),
    ("Постоянно, до окончания ремонта", [Ongoing(), EventBound(BEFORE, "окончания ремонта", lead="до")]),  # 31
]


@pytest.mark.parametrize(("cell", "terms"), MIXED)
def test_a_mixture_reads_in_the_order_of_the_text(cell: str, terms: list[Term]) -> None:
    assert parse_deadline(cell).terms == tuple(terms)
