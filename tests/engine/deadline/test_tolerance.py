"""What changes nothing: case, spaces, dashes, twins of letters, line breaks; the place in the cell stays true."""

import unicodedata

import pytest

from engine.deadline import DeadlineError, On, Schedule, Term, canonical, parse_deadline
from tests.engine.deadline.shapes import by, month, monthly, months, quarterly, since

SAME_MEANING = [
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
            "сентябрь _ октябрь 2021".replace("_", "-"),
            "  сентябрь-октябрь\n2021\u00a0г. \n",
        ],
    ),
    (
        [by(15, 5, 2021)],
        ["до15мая2021", "до 15. 05. 2021 г.", "до 15,05,2021", "ДО «15» МАЯ 2021 Г.", "до 15-го мая 2021"],
    ),
    ([quarterly()], ["ежеквар-\nтально", "ЕЖЕКВАРТАЛЬНО", "Ежеквартально."]),  # a word broken by the end of a line
    ([monthly()], ["ежемесячно", "1 раз(а) в месяц", "1 раз в мес.", "ежемесячно;"]),
    ([since(4, 9, 2023)], ["с 4 сентября 2023", "C 4 сентября 2023 г."]),  # Latin C
    (
        [month(11, 2020)],
        ["нояб. 2020", "ноя 2020 г.", "Ноябрь  2020", "(ноябрь 2020)", "ноябрь\u00ad 2020", "ноябрь* 2020"],
    ),
]


@pytest.mark.parametrize(("terms", "cell"), [(terms, cell) for terms, cells in SAME_MEANING for cell in cells])
def test_how_it_is_typed_changes_nothing(terms: list[Term], cell: str) -> None:
    assert parse_deadline(cell).terms == tuple(terms)


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


def test_a_refusal_gives_the_place_in_the_cell_as_written() -> None:
    cell = unicodedata.normalize("NFD", "Ма\u00adй\u00a0 2021 ?")
    with pytest.raises(DeadlineError) as error:
        parse_deadline(cell)
    assert cell[error.value.start :] == "?"


def test_a_phrase_is_kept_with_single_spaces_and_combined_letters() -> None:
    cell = unicodedata.normalize("NFD", "По\u00a0особому\n  гра\u00adфику с изюминкой й")
    assert parse_deadline(cell).terms == (Schedule("по", "особому графику с изюминкой й"),)
    assert canonical(parse_deadline(cell)) == "по особому графику с изюминкой й"
