"""Each code of `srok import` and of `srok check` on a row of a real document, else on a changed one."""

from __future__ import annotations

import ast
import re
from datetime import date
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from engine.errors import Level
from engine.importer.amend import amend_plan
from engine.importer.draft import Draft, draft_plan
from engine.importer.readers import read_document
from engine.importer.text import read_text
from engine.plan_file import read_plan
from tests.engine.importer.test_documents import ROOT, by_hand, content, directory, drafted

Place = tuple[int | None, str | None]
"""Line of the document and № as printed; a line of None is that of the document as a whole."""

# what `srok import` says: code, document, line, №
IMPORT: list[tuple[str, str, int | None, str | None]] = [
    ("horizon-taken", "artem-2020", None, None),
    ("outside-plan", "vesyegonsk-2020", 8, None),  # Задачи:
    ("organization-taken", "artem-2020", 5, None),
    ("issuer-taken", "yeniseysk-2023", 33, None),  # Руководитель
    ("coordinator-not-known", "yeniseysk-2023", 25, None),
    ("order-text", "artem-2020", 23, None),  # cites three other orders
    ("horizon-conflict", "artem-2020", 27, None),  # «на 2020 год», «2020-2021 уч. год», «2021-2022 уч. год»
    ("horizon-conflict", "vesyegonsk-2020", 26, None),
    ("name-in-case", "artem-2020", 29, None),  # О.Д. Лукьянову
    ("name-in-case", "kislovodsk-2021", 38, "3.1"),  # Т.Н. Сербуловой
    ("name-in-case", "kislovodsk-2021", 46, "4"),  # М.Е. Локтевой
    ("name-in-case", "yeniseysk-2023", 26, None),  # Яркову А.В.
    ("two-titles", "artem-2020", 35, None),
    ("two-titles", "yeniseysk-2023", 35, None),
    ("outside-schedule", "artem-2020", 43, "4"),  # по графику
    ("outside-schedule", "vesyegonsk-2020", 21, "4"),  # three documents
    ("outside-schedule", "vesyegonsk-2020", 32, "8"),  # По плану ММО 2020-2021г.
    ("outside-schedule", "yeniseysk-2023", 50, "2.4"),
    ("year-ambiguous", "artem-2020", 45, "6"),  # В течение года
    ("year-ambiguous", "vesyegonsk-2020", 33, "9"),  # 2020-2021 год
    ("run-together", "artem-2020", 47, "8"),
    ("run-together", "vesyegonsk-2020", 16, "1"),
    ("run-together", "yeniseysk-2023", 59, "3.6"),
    ("conditional", "artem-2020", 58, "18"),
    ("conditional", "kislovodsk-2021", 44, "3.3"),
    ("no-order", "vesyegonsk-2020", 16, None),
    ("no-order", "lysva-2021", 9, None),
    ("control-not-laid", "lysva-2021", 9, None),
    ("control-in-cell", "vesyegonsk-2020", 17, "2"),
    ("two-dates-one-cell", "vesyegonsk-2020", 17, "2"),
    ("two-dates-one-cell", "yeniseysk-2023", 49, "2.3"),  # paired with two parts by their order alone
    ("event-undated", "vesyegonsk-2020", 27, "5"),
    ("event-undated", "yeniseysk-2023", 52, "3.1"),
    ("joined-row", "vesyegonsk-2020", 19, "2"),
    ("joined-row", "yeniseysk-2023", 58, "3.5"),
    ("ellipsis-role", "vesyegonsk-2020", 20, "3"),
    ("list-of-schools-in-title", "kislovodsk-2021", 22, "2.1"),
    ("list-of-schools-in-title", "yeniseysk-2023", 52, "3.1"),
    ("deadline-not-written", "kislovodsk-2021", 18, "1.1"),
    ("first-year-unclear", "lysva-2021", 12, "2.1"),
    ("trailing-comma", "lysva-2021", 13, "2.2"),
    ("empty-result", "lysva-2021", 22, "2.9"),
    ("duplicate-of-clause", "yeniseysk-2023", 24, "1.5"),
    ("no-term-after-event", "yeniseysk-2023", 46, "2.1"),
    ("event-ambiguous", "yeniseysk-2023", 46, "2.1"),
]

# what `srok check` says of the draft as it was imported: code, document, line of the measure's row, its id
CHECK: list[tuple[str, str, int | None, str | None]] = [
    ("no-head", "lysva-2021", None, None),
    ("no-controller", "vesyegonsk-2020", None, None),
    ("no-evidence", "artem-2020", None, None),  # no such column
    ("no-evidence", "lysva-2021", 22, "2.9"),  # an empty cell
    ("self-control", "artem-2020", 40, "1"),
    ("self-control", "kislovodsk-2021", 46, "4"),  # one post in two forms
    ("outside-schedule", "vesyegonsk-2020", 30, "2.6"),
    ("outside-horizon", "artem-2020", 54, "14"),
    ("outside-horizon", "vesyegonsk-2020", 26, "2.4"),
    ("before-order", "yeniseysk-2023", 40, "1.1"),
    ("no-lead", "artem-2020", 57, "17"),
    ("no-lead", "yeniseysk-2023", 62, "4.2"),
    ("no-deadline", "kislovodsk-2021", 40, "3.1"),
    ("ambiguous", "vesyegonsk-2020", 16, "1.1"),
    ("event-undated", "yeniseysk-2023", 55, "3.4"),
]

# what `srok check` says of the plan that people made of the document: code, plan, line of the plan, id
PLANS: list[tuple[str, str, int, str | None]] = [
    ("event-undated", "yeniseysk-2023", 163, "3.1"),
    ("unused-event", "yeniseysk-2023", 18, None),
    ("document", "lysva-2021", 138, "2.9"),
]

# the sentences of a few, whole
SENTENCES = {
    ("import", "outside-schedule", "artem-2020", "4"): (
        "«по графику»: сроки задаёт другой документ, здесь его нет; внесите дни командой srok event set."
    ),
    ("import", "control-in-cell", "vesyegonsk-2020", "2"): (
        "«Руководители ОУ Контроль: общественные наблюдатели, специалисты Отдела образования»: после «Контроль:» "
        "стоят контролёры; у меры он один, записан первый."
    ),
    ("import", "joined-row", "vesyegonsk-2020", "2"): (
        "Строка без номера («образования») присоединена к мере выше: проверьте, что это её продолжение."
    ),
    ("import", "conditional", "kislovodsk-2021", "3.3"): (
        "Мера условная («в случае обнаружения признаков их недостоверности»): если случай не возник, "
        "закройте её как не наступившую."
    ),
    ("import", "trailing-comma", "lysva-2021", "2.2"): (
        "Знак после ответственного ничего не продолжает: проверьте, не пропал ли второй."
    ),
    ("check", "before-order", "yeniseysk-2023", "1.1"): (
        "срок 30.09.2023 — раньше даты приказа (08.11.2023): новый срок назначает подписавший (fix)"
    ),
    ("check", "self-control", "kislovodsk-2021", "4"): (
        "контролёр «Начальник информационно-методического отдела МБУ «Центр обслуживания образовательных "
        "учреждений»» и исполнитель «Начальник ИМО МБУ «ЦООУ»» — один человек: отчёт примет руководитель; "
        "назначьте другого (controller) или запишите self_control: true"
    ),
    ("check", "outside-horizon", "artem-2020", "14"): (
        "срок 30.09.2021 — позже конца плана (31.08.2021): исправьте год или подтвердите (confirmed)"
    ),
    ("check", "no-evidence", "lysva-2021", "2.9"): (
        "не сказано, чем подтверждается исполнение: допишите result или evidence"
    ),
    ("check", "no-lead", "artem-2020", "17"): (
        "головным названо подразделение «Управление образования», а не должность; поставьте первым одного или, "
        "если отчитывается каждый, запишите completion: all"
    ),
}

# what none of the five shows: code, document, its words, other words in their place, line, №
MADE_UP: list[tuple[str, str, str, str, int | None, str | None]] = [
    ("order-incomplete", "artem-2020", "№ 218\n", "\n", 15, None),
    ("order-incomplete", "artem-2020", "от 14.10.2020", "", 17, None),
    ("signatory-left-out", "artem-2020", "№ 218\n", "\n", 40, None),
    ("head-words", "artem-2020", "г. Артем\n", "г. Артем (копия верна)\n", 15, None),
    ("no-signatory", "artem-2020", "Н.И. Макиенко\n", "\n", None, None),
    ("controller-not-known", "artem-2020", "заместителя начальника управления образования", "советника мэра", 29, None),
    ("no-title", "lysva-2021", "Дорожная карта\n", "\n", 7, None),
    (
        "clause-outside-plan",
        "artem-2020",
        "(Приложение 1).\n",
        "(Приложение 1).\n1.1. Школам издать приказы до 15 ноября 2020 года.\n",
        28,
        None,
    ),
    (
        "row-before-header",
        "artem-2020",
        "\n№\tМероприятия",
        "\n1.\tРазработка\tОктябрь 2020\tОтдел образования\n№\tМероприятия",
        39,
        None,
    ),
    ("row-without-measure", "artem-2020", "\n1.\tРазработка", "\n\tпродолжение\t\t\n1.\tРазработка", 40, None),
    (
        "number-gap",
        "artem-2020",
        "10.\tАнализ результатов региональных оценочных процедур\tИюль 2021\tМБУО Центр образования\n",
        "",
        49,
        "11",
    ),
    (
        "extra-cell",
        "artem-2020",
        "\tНачальник управления образования",
        "\tНачальник управления образования\tв дни каникул",
        58,
        "18",
    ),
    ("no-measure-text", "artem-2020", "Анализ результатов региональных оценочных процедур", "", 49, "10"),
    ("nobody-named", "artem-2020", "Июль 2021\tМБУО Центр образования", "Июль 2021\t", 49, "10"),
    (
        "responsible-not-known",
        "artem-2020",
        "Июль 2021\tМБУО Центр образования",
        "Июль 2021\tОтдел связи с марсианами",
        49,
        "10",
    ),
]


ROW = (
    ["№", "Мероприятия", "Сроки", "Ответственные"],
    ["2.", "Составление плана", "Октябрь 2020", "МБУО Центр образования"],
)


def page(extra: str) -> bytes:
    """Артём 2 as a page of a site, with *extra* below its table."""
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROW)
    return f"<html><body><p>План на 2020 год</p><table>{rows}</table>{extra}</body></html>".encode()


def sheet(*, hidden: bool) -> bytes:
    """Артём 2 as a sheet: its row hidden, or its deadline a day shown as a month."""
    book = Workbook()
    for row in ROW:
        book.active.append(row)
    book.active.row_dimensions[2].hidden = hidden
    if not hidden:
        book.active["C2"] = date(2020, 10, 1)
        book.active["C2"].number_format = "mmmm yyyy"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def letter() -> bytes:
    """Артём 2 as a document of Word whose footer says something more."""
    document = Document()
    table = document.add_table(rows=0, cols=4)
    for row in ROW:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.sections[0].footer.paragraphs[0].text = "Срок меры 2 продлён до декабря"
    written = BytesIO()
    document.save(written)
    return written.getvalue()


# what only a format other than text shows: code, file, its bytes, the sentence
FORMATS = [
    (
        "hidden-words",
        "a.html",
        page('<p style="display:none">Отменено</p>'),
        "На странице скрыто и в план не вошло: «Отменено». Проверьте, нужно ли это, и удалите лишнее.",
    ),
    (
        "unaccepted-changes",
        "a.html",
        page("<p>Итоги <del>в мае</del></p>"),
        "На странице вычеркнуто и в план не вошло: «в мае». Проверьте, нужно ли это, и удалите лишнее.",
    ),
    (
        "unread-picture",
        "a.html",
        page('<p><img src="печать.png"></p>'),
        "На странице картинки или вставки (1): слов на них srok не читает, сверьте сами.",
    ),
    (
        "hidden-cells",
        "a.xlsx",
        sheet(hidden=True),
        "На листе «Sheet» скрыты, но прочитаны: строки 2. Проверьте, действует ли то, что в них.",
    ),
    (
        "sheet-date",
        "a.xlsx",
        sheet(hidden=False),
        (
            "Ячейка C2 листа «Sheet» хранит день 01.10.2020, а показывает не весь: прочитано «октябрь 2020». "
            "Проверьте срок."
        ),
    ),
    (
        "beside-text",
        "a.docx",
        letter(),
        (
            "В план не вошло (нижний колонтитул): «Срок меры 2 продлён до декабря». "
            "Проверьте, что это не мера и не поправка к ней."
        ),
    ),
]


@cache
def checked(name: str) -> set[tuple[str, int | None, str | None, str]]:
    """Findings of a fresh draft: a measure's with the line of its row in the document, others without."""
    lines = drafted(name).text.splitlines()
    rows: dict[str, int] = {}
    for above, line in pairwise(lines):
        place, identity = re.match(r"  # строка документа: (\d+)", above), re.match(r'  - id: "(.+)"', line)
        if place and identity:
            rows[identity[1]] = int(place[1])
    _, problems = read_plan(drafted(name).text, name, directory())
    return {(one.code, rows.get(one.measure or ""), one.measure, one.message) for one in problems}


@cache
def imported(name: str) -> set[tuple[str, int | None, str | None, str]]:
    return {(one.code, one.line, one.measure, one.message) for one in drafted(name).findings}


def sentences(tool: str, code: str, name: str, line: int | None, number: str | None) -> list[str]:
    found = {"import": imported, "check": checked}[tool](name)
    return [message for *place, message in found if place == [code, line, number]]


REAL = [("import", *row) for row in IMPORT] + [("check", *row) for row in CHECK]


@pytest.mark.parametrize(("tool", "code", "name", "line", "number"), REAL)
def test_a_code_on_a_real_row(tool, code, name, line, number) -> None:
    (told,) = sentences(tool, code, name, line, number)
    assert told == SENTENCES.get((tool, code, name, number), told)


def test_every_sentence_is_one_of_a_row_of_the_tables() -> None:
    assert set(SENTENCES) <= {(tool, code, name, number) for tool, code, name, _, number in REAL}


@pytest.mark.parametrize(("code", "name", "line", "number"), PLANS)
def test_a_code_on_a_real_plan(code, name, line, number) -> None:
    _, problems = read_plan((ROOT / "plans" / f"{name}.yaml").read_text(encoding="utf-8"), name, directory())
    assert (code, line, number) in {(one.code, one.line, one.measure) for one in problems}


def changed(name: str, before: str, after: str) -> Draft:
    text = content(name).decode()
    assert before in text
    source = read_text(text.replace(before, after, 1).encode(), f"{name}.txt")
    return draft_plan(source, directory(), name, by_hand(name)["plan"]["timezone"])


@pytest.mark.parametrize(("code", "name", "before", "after", "line", "number"), MADE_UP)
def test_a_code_on_a_changed_row(code, name, before, after, line, number) -> None:
    assert code not in {one.code for one in drafted(name).findings if one.line == line}
    told = [(one.line, one.measure) for one in changed(name, before, after).findings if one.code == code]
    assert told == [(line, number)]


@pytest.mark.parametrize(("code", "name", "document", "message"), FORMATS)
def test_a_code_that_text_cannot_show(code, name, document, message) -> None:
    told = draft_plan(read_document(document, name), directory(), "a", "Europe/Moscow").findings
    assert [one.message for one in told if one.code == code] == [message]


SECTIONS = "План на 2021 год\n\n№\tМероприятия\tСроки\tОтветственные\n"
SECTIONS += "".join(
    f"Раздел {part}\t\t\t\n{first}\tДело\tМай 2021\tОтдел образования\n{first + 1}\tДругое\tИюнь 2021\tМБУО Центр\n"
    for part, first in ((1, 1), (2, 3), (3, 5))
)
GOING_ON = [  # numbers that go on from section to section are no gap, one left out between them is
    (SECTIONS, []),
    (SECTIONS.replace("5\tДело", "6\tДело").replace("6\tДругое", "7\tДругое"), [(11, "6")]),
]


@pytest.mark.parametrize(("text", "gaps"), GOING_ON)
def test_numbers_may_go_on_from_section_to_section(text, gaps) -> None:
    told = draft_plan(read_text(text.encode(), "a.txt"), directory(), "a", "Europe/Moscow").findings
    assert [(one.line, one.measure) for one in told if one.code == "number-gap"] == gaps


# what an amended document says beside the plan it is brought onto: code, plan, its words, the new ones, the sentence
AMENDED = [
    (
        "order-of-plan-kept",
        "yeniseysk-2023",
        "08.11.2023",
        "15.01.2024",
        (
            "Документ — № 01-04-305 от 15.01.2024, в плане осталось: приказ № 01-04-305 от 08.11.2023. "
            "Если новый приказ утверждает план заново, а не изменяет его, впишите его в order."
        ),
    ),
    (
        "title-of-plan-kept",
        "lysva-2021",
        "на 2021-2024 гг.",
        "на 2021-2025 гг.",
        (
            "Заголовок документа — «Дорожная карта по реализации Концепции региональной системы объективности процедур "
            "оценки качества образования и олимпиад школьников в Лысьвенском городском округе на 2021-2025 гг.», "
            "в плане осталось «Дорожная карта по реализации Концепции региональной системы объективности процедур "
            "оценки качества образования и олимпиад школьников в Лысьвенском городском округе на 2021-2024 гг.»: "
            "проверьте."
        ),
    ),
]


@pytest.mark.parametrize(("code", "name", "before", "after", "message"), AMENDED)
def test_a_code_of_an_amended_document(code, name, before, after, message) -> None:
    text = drafted(name).text
    plan, _ = read_plan(text, name, directory())
    assert plan is not None
    told = amend_plan(text, plan, changed(name, before, after), f"{name}.txt", directory()).findings
    assert [one.message for one in told if one.code == code] == [message]


def test_twenty_codes_and_more_are_shown_by_real_rows() -> None:
    assert len({code for _, code, *_ in REAL}) >= 20
    assert len({code for code, *_ in IMPORT}) >= 20


SHOWN = {code for code, *_ in (*IMPORT, *MADE_UP, *FORMATS, *AMENDED)}


def codes_in_code() -> set[str]:
    """Codes in the code of the import: what is given to `Finding` and to the one that passes it on."""
    found: set[str] = set()
    for path in sorted((ROOT / "engine" / "importer").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                given = node.args[{"Finding": 0, "find": 0, "_leave": 2}.get(name, len(node.args)) :][:1]
                words = [one.value for part in given for one in ast.walk(part) if isinstance(one, ast.Constant)]
                found |= {str(one) for one in words if name != "find" or re.fullmatch(r"[a-z]+(-[a-z]+)+", str(one))}
    return found


def codes_documented() -> set[str]:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    table = text[text.index("## `srok import") : text.index("## `srok diff")]
    firsts = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    return {code for first in firsts for code in re.findall(r"`([a-z-]+)`", first)}


def test_every_code_of_the_import_is_documented_and_none_but_those() -> None:
    assert len(codes_in_code()) > len(IMPORT) // 2
    assert codes_in_code() | SHOWN <= codes_documented()


OTHERS = [path for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name]


@pytest.mark.parametrize("code", sorted(codes_documented()))
def test_no_code_of_the_import_is_dead(code) -> None:
    """Each is in a table above, or in the tests of the reader of its format."""
    assert code in SHOWN or any(f'"{code}"' in path.read_text(encoding="utf-8") for path in OTHERS)


def test_no_finding_of_the_check_blocks_a_draft() -> None:
    for name in {name for _, name, *_ in CHECK}:
        assert {one.level for one in read_plan(drafted(name).text, name, directory())[1]} <= {Level.FINDING, Level.NOTE}
