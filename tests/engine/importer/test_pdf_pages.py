"""Pages written by hand: lines as strokes and as thin rectangles, rows that no line closes, words beside the table."""

from itertools import pairwise

import pytest

from engine.importer.layout import arranged
from engine.importer.pdf_child import CROSSED, NO_SIGNS, NOT_CYRILLIC, SCAN, UNRULED, RefusedError, read_parts
from engine.importer.pdf_grid import Grid, Rule, find_grids, merged
from engine.importer.pdf_lines import Line, Word, joined
from engine.importer.pdf_parts import LostWordsError, Sheet, _check, _Page
from engine.importer.rows import Paragraph, Row
from tests.engine.importer.pdf_bytes import A4, Box, cells, document, drawn, ruled

XS = [50.0, 180.0, 300.0, 330.0, 540.0]
HEADER = ["Ответственные", "Сроки", "№", "Мероприятия"]
HEAD_ROW = tuple(HEADER)


def parts(file: bytes) -> list[Row | Paragraph]:
    blocks = [[one] if isinstance(one, Row) else one for one in read_parts(file)]
    return list(arranged(blocks))


def rows(file: bytes) -> list[tuple[str, ...]]:
    return [one.cells for one in parts(file) if isinstance(one, Row)]


def texts(file: bytes) -> list[str]:
    return [one.text for one in parts(file) if isinstance(one, Paragraph)]


def first_page(*, thin: bool = False) -> bytes:
    """A header, a whole row, and one whose upper half alone is there."""
    words = cells(XS, 100, HEADER) + cells(XS, 120, ["Отдел", "май\n2021", "1", "Совещание"])
    words += cells(XS, 160, ["Руководители", "до 21 июня", "2", "Проверка работ\nкомиссией"])
    return drawn(words, ruled(XS, [100, 120, 160, 200], bottom=False), thin=thin)


def second_page(shift: float = 0) -> bytes:
    xs = [one + shift for one in XS]
    words = cells(xs, 50, ["ОУ", "2021", "", "района"]) + cells(xs, 80, ["Отдел", "август", "3", "Отчёт"])
    return drawn(words, ruled(xs, [50, 80, 110], top=False))


CUT = [
    HEAD_ROW,
    ("Отдел", "май 2021", "1", "Совещание"),
    ("Руководители", "до 21 июня", "2", "Проверка работ комиссией"),
    ("ОУ", "2021", "", "района"),
    ("Отдел", "август", "3", "Отчёт"),
]


@pytest.mark.parametrize("thin", [False, True], ids=["strokes", "thin rectangles"])
def test_a_row_that_no_line_closes_is_read_and_goes_on_over_the_page(thin: bool) -> None:
    assert rows(document([first_page(thin=thin), second_page()])) == CUT


def test_every_cell_may_be_a_rectangle_of_its_own() -> None:
    boxes = [(x0, top, x1 - x0, 20) for top in (100, 120) for x0, x1 in pairwise(XS)]
    around = "".join(f" {x} {A4[1] - top - height} {width} {height} re S" for x, top, width, height in boxes)
    shaded = f" 0.9 g 50 {A4[1] - 120} 490 20 re f 0 g"
    words = cells(XS, 100, HEADER) + cells(XS, 120, list(CUT[1]))
    assert rows(document([shaded.encode() + b" " + drawn(words) + around.encode()])) == CUT[:2]


def test_a_line_left_free_counts_and_ends_a_title() -> None:
    words = [(50.0, 50.0, "План"), (50.0, 62.0, "на 2021 год"), (50.0, 90.0, "Задачи")]
    assert [one.line for one in parts(document([drawn(words)]))] == [1, 2, 4]


def test_pages_may_have_mirrored_margins() -> None:
    assert rows(document([first_page(), second_page(shift=14)])) == CUT


def test_a_page_that_a_row_fills_alone_has_no_line_across() -> None:
    middle = drawn(cells(XS, 50, ["и", "июля", "", "школ"]), [(x, 50, x, 300) for x in XS])
    assert rows(document([first_page(), middle, second_page()])) == [*CUT[:3], ("и", "июля", "", "школ"), *CUT[3:]]


def test_a_header_that_no_line_parts_from_the_rest_of_a_row_is_taken_off() -> None:
    words = cells(XS, 50, [f"{one}\n{rest}" for one, rest in zip(HEADER, ["ОУ", "2021", "", "района"], strict=True)])
    page = drawn(words, ruled(XS, [50, 110]))
    assert rows(document([first_page(), page])) == [*CUT[:3], HEAD_ROW, CUT[3]]


def test_cells_that_nearly_touch_are_two() -> None:
    words = [
        (69.5, 103.0, "Исполнитель"),
        (121.0, 103.0, "Сроки"),
        (174.5, 103.0, "№"),
        (181.0, 103.0, "Мероприятия ОУ"),
    ]
    page = drawn(words, ruled([50, 120, 160, 180, 300], [100, 120]), size=9)
    assert rows(document([page])) == [("Исполнитель", "Сроки", "№", "Мероприятия ОУ")]


def test_a_table_of_other_columns_below_is_told_and_not_read_by_the_header_above() -> None:
    other = drawn(
        cells([50, 200, 400], 400, ["Ознакомлен", "15 мая 2021", "Иванов"]), ruled([50, 200, 400, 540], [400, 430])
    )
    file = document([first_page() + b"\n" + other])
    assert rows(file) == CUT[:3]
    assert "Ознакомлен | 15 мая 2021 | Иванов" in texts(file)


def test_a_section_is_merged_over_all_columns_and_a_cell_over_rows() -> None:
    lines: list[Box] = [(x, 100, x, 120) for x in XS] + [(XS[0], 120, XS[0], 140), (XS[-1], 120, XS[-1], 140)]
    lines += [(x, 140, x, 200) for x in XS] + [(XS[0], y, XS[-1], y) for y in (100, 120, 140, 200)]
    lines += [(XS[2], 170, XS[-1], 170)]
    words = [
        *cells(XS, 100, HEADER),
        (150.0, 123.0, "Раздел первый"),
        *cells(XS, 140, ["Отдел", "май 2021", "1", "Совет"]),
    ]
    words += cells(XS, 170, ["", "", "2", "Отчёт"])
    file = document([drawn(words, lines)])
    assert rows(file)[1:] == [
        ("Раздел первый", "", "", ""),
        ("Отдел", "май 2021", "1", "Совет"),
        ("Отдел", "май 2021", "2", "Отчёт"),
    ]
    assert parts(file)[-1].carried == {0, 1}


def test_a_section_of_a_table_with_open_sides_has_lines_above_and_below_alone() -> None:
    lines = [(x, top, x, bottom) for top, bottom in [(100.0, 120.0), (140.0, 160.0)] for x in XS[1:-1]]
    lines += [(XS[0], y, XS[-1], y) for y in (100, 120, 140, 160)]
    words = [*cells(XS, 100, HEADER), (150.0, 123.0, "Раздел"), *cells(XS, 140, ["Отдел", "май 2021", "1", "Совет"])]
    assert rows(document([drawn(words, lines)])) == [
        HEAD_ROW,
        ("Раздел", "", "", ""),
        ("Отдел", "май 2021", "1", "Совет"),
    ]


def test_the_header_of_a_narrow_column_may_run_upwards() -> None:
    words = cells(XS, 100, [*HEADER[:2], "", HEADER[3]]) + cells(XS, 140, ["Отдел", "май", "1", "Совет"])
    shown = "№ п/п".encode("utf-16-be").hex().encode()
    upwards = b" BT /F 10 Tf 0 1 -1 0 320 706 Tm <" + shown + b"> Tj ET"
    file = document([drawn(words, ruled(XS, [100, 140, 160])) + upwards])
    assert rows(file) == [("Ответственные", "Сроки", "№ п/п", "Мероприятия"), ("Отдел", "май", "1", "Совет")]


def test_a_lone_first_cell_goes_on_and_is_no_section_where_the_number_stands_elsewhere() -> None:
    page = drawn(cells(XS, 50, ["образования", "", "", ""]), ruled(XS, [50, 80], top=False))
    file = document([first_page(), page])
    assert rows(file) == CUT[:3]
    assert "образования" in texts(file)


@pytest.mark.parametrize("down", [24, 0], ids=["in the middle", "at the top"])
def test_the_number_of_a_cut_row_may_stand_in_its_lower_part_where_it_stands_in_the_middle_of_rows(down: int) -> None:
    """Where it stands at the top, a last row without one goes on with the row above, and the next page begins anew."""

    def row(top: float, number: str, title: str) -> list[tuple[float, float, str]]:
        return cells(XS, top, ["Отдел", "май", "", title]) + cells(XS, top + down, ["", "", number, ""])

    words = cells(XS, 100, HEADER) + row(120, "1", "а\nб\nв\nг\nд") + row(190, "", "е\nж\nз")
    file = document(
        [
            drawn(words, ruled(XS, [100, 120, 190, 230])),
            drawn(cells(XS, 50, HEADER) + row(70, "2", "и\nк\nл\nм\nн"), ruled(XS, [50, 70, 140])),
        ]
    )
    numbers = [(one[2], one[3]) for one in rows(file) if one != HEAD_ROW]
    second = [("2", "е ж з"), ("", "и к л м н")] if down else [("", "е ж з"), ("2", "и к л м н")]
    assert numbers == [("1", "а б в г д"), *second]


def test_a_frame_around_the_page_and_a_line_below_words_make_no_cells() -> None:
    frame: list[Box] = [
        (20, 20, 20, 800),
        (575, 20, 575, 800),
        (20, 20, 575, 20),
        (20, 800, 575, 800),
        (53, 131, 90, 131),
    ]
    file = document([first_page() + b"\n" + drawn([], frame)])
    assert rows(file) == CUT[:3]


def test_paragraphs_go_on_over_lines_and_pages_and_begin_at_an_indent_a_gap_or_a_number() -> None:
    full = "слово " * 15 + "слово"
    indented, clause = "слово " * 14 + "конец", "1.1. " + "слово " * 14 + "раз"
    first = [
        (80.0, 50.0, indented),
        (50.0, 62.0, "его."),
        (80.0, 74.0, indented),
        (80.0, 86.0, "ПРИКАЗ"),
        (50.0, 120.0, full),
    ]
    second = [(50.0, 50.0, "дальше"), (50.0, 62.0, f"1. {full[3:]}"), (50.0, 74.0, clause), (50.0, 86.0, "2021")]
    found = texts(document([drawn(first), drawn(second)]))
    assert found == [f"{indented} его.", indented, "ПРИКАЗ", f"{full} дальше", f"1. {full[3:]}", f"{clause} 2021"]


def test_words_that_a_wide_gap_parts_are_two_paragraphs() -> None:
    assert texts(document([drawn([(50.0, 50.0, "Начальник"), (400.0, 50.0, "Н.И. Макиенко")])])) == [
        "Начальник",
        "Н.И. Макиенко",
    ]


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        (["прове\u00ad", "дение"], "проведение"),
        (["Август-", "сентябрь"], "Август-сентябрь"),
        (["2021 -", "2022"], "2021 - 2022"),
        (["до 21", "июня"], "до 21 июня"),
    ],
)
def test_lines_of_a_cell_are_joined_and_only_a_soft_hyphen_goes(ends: list[str], text: str) -> None:
    lines = [Line([Word(one, 0, 10 * at, 50, 10 * at + 9)]) for at, one in enumerate(ends)]
    assert joined(lines) == text


def test_letters_set_apart_are_one_word_and_a_word_printed_twice_stands_once() -> None:
    letters = [(50 + 7.5 * at, 50.0, letter) for at, letter in enumerate("ПРИКАЗ")]
    twice = [(50.0, 80.0, "Раз два"), (50.3, 80.0, "Раз два")]
    assert texts(document([drawn(letters + twice)])) == ["ПРИКАЗ", "Раз два"]


PICTURE = b"q %d 0 0 %d 50 100 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q\n"


def test_a_picture_beside_the_words_is_told() -> None:
    found = texts(document([PICTURE % (200, 200) + first_page()]))
    assert found == ["Картинка на странице 1: слова на ней не прочитаны"]


def test_remarks_and_fields_are_told() -> None:
    note = (
        b"/Annots [<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (\xfe\xff\x04\x1d\x04\x35\x04\x42) >>]"
    )
    assert texts(document([drawn([(50.0, 50.0, "Приказ")])], page=note)) == [
        "Приказ",
        "Примечание на странице 1: Нет",
    ]


def unruled() -> bytes:
    return drawn(cells(XS, 100, HEADER) + cells(XS, 120, ["Отдел", "май 2021", "1", "Совещание"]))


def columns_without_header() -> bytes:
    return drawn([one for top in (100, 120, 140) for one in cells(XS, top, ["Отдел", "май", "1", "Совещание"])])


def across_a_line() -> bytes:
    words = [*cells(XS, 100, HEADER), (150.0, 123.0, "Муниципальный")]
    return drawn(words, ruled(XS, [100, 120, 140]))


WORDLESS = [
    ("empty", document([b""]), SCAN),
    ("a page is a picture", document([first_page(), PICTURE % (500, 700)]), SCAN),
    ("a stamp on a picture", document([PICTURE % (595, 842) + drawn([(50.0, 50.0, "Стр. 1")])]), SCAN),
    ("letters as curves", document([first_page(), b"0 0 m 10 10 20 20 30 5 c S"]), SCAN),
    ("no lines", document([unruled()]), UNRULED),
    ("columns", document([columns_without_header()]), UNRULED),
    ("a word across a line", document([across_a_line()]), CROSSED),
    ("no table of signs", document([first_page()], to_unicode=False), NO_SIGNS),
    ("Latin", document([drawn([(50.0, 50.0, "Order no. 5")])]), NOT_CYRILLIC),
    ("look-alikes", document([drawn([(50.0, 50.0, "Пpикaз o пpoвepкe paбoт")])]), NOT_CYRILLIC),
]


@pytest.mark.parametrize(("file", "why"), [row[1:] for row in WORDLESS], ids=[row[0] for row in WORDLESS])
def test_what_has_no_words_or_no_columns_is_refused(file: bytes, why: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_parts(file)
    assert str(refused.value) == why


def test_a_sign_that_is_in_no_part_refuses_the_file() -> None:
    sheet = Sheet(A4, [Word("Приказ", 0, 0, 9, 9)])
    page = _Page([], [], sheet)
    _check([page], ["При каз"])
    with pytest.raises(LostWordsError):
        _check([page], ["При", Row(("аз",), 0)])


def test_pieces_of_a_line_are_one_and_short_ones_none() -> None:
    pieces = [Rule(10, 0, 20), Rule(10.7, 20.5, 40), Rule(10, 100, 120), Rule(50, 0, 3)]
    assert merged(pieces) == [
        Rule(pytest.approx(10.23, abs=0.01), 0, 40),
        Rule(pytest.approx(10.23, abs=0.01), 100, 120),
    ]


def test_a_table_in_a_cell_is_no_table() -> None:
    outer = ([Rule(x, 0, 100) for x in (0, 50, 100)], [Rule(y, 0, 100) for y in (0, 100)])
    inner = ([Rule(x, 20, 40) for x in (60, 70, 80)], [Rule(y, 60, 80) for y in (20, 40)])
    grids = find_grids(outer[0] + inner[0], outer[1] + inner[1])
    assert [(one.xs, one.ys) for one in grids] == [([0, 50, 100], [0, 100])]
    assert isinstance(grids[0], Grid)
