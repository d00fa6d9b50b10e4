"""`srok import`: drafts of the five documents; a refusal keeps no other from being read, and nothing is replaced."""

import html
import re
from collections import Counter
from pathlib import Path

import pytest

from engine.importer.draft import draft_plan
from engine.importer.readers import read_document
from engine.people import Directory
from srok.importing import CHECKED_AGAIN

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "tests" / "documents").glob("*.txt"))
ARTEM = ROOT / "tests" / "documents" / "artem-2020.txt"


def test_the_five_documents_become_plans_that_check_reads_without_an_error(cli, tmp_path) -> None:
    done = cli("import", *DOCUMENTS, "-o", tmp_path / "out", "--json")
    assert (done.code, done.err) == (0, "")
    assert [one["measures"] for one in done.json["drafts"]] == [18, 13, 14, 24, 17]
    assert done.json["example_people"] is True
    checked = cli("check", tmp_path / "out", "--json")
    assert checked.code == 0
    assert checked.json["measures"] == 86


def test_the_screen_says_what_to_look_at_and_where(cli, tmp_path) -> None:
    done = cli.people()("import", ARTEM, "-o", tmp_path)
    assert done.out.startswith("«artem-2020.txt»: мер 18, замечаний ")
    assert f"Черновик: {tmp_path / 'artem-2020.yaml'}\n" in done.out
    message = "Ответственные напечатаны подряд: разделены по названиям ролей, головной — первый."
    assert f"№ 15 (55), № 17 (57): {message}\n" in done.out
    assert "Файла людей нет" not in done.out


def test_a_plan_that_is_there_is_never_replaced(cli, tmp_path) -> None:
    plan = tmp_path / "artem-2020.yaml"
    plan.write_text("решения людей", encoding="utf-8")
    done = cli("import", ARTEM, "-o", tmp_path)
    assert done.code == 1
    assert done.err == (
        f"«artem-2020.txt»: файл «{plan}» уже есть, решения людей не заменяются: укажите другую папку; изменённый "
        f"приказ вносится в план так: srok import {ARTEM} --onto {plan} -o ПАПКА\n"
    )
    assert plan.read_text(encoding="utf-8") == "решения людей"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("приказ.doc", "формат .doc не читается: сохраните документ как .docx"),
        ("приказ.ODT", "формат .odt не читается: сохраните документ как .docx"),
        ("приказ.rtf", "формат .rtf не читается: сохраните документ как .docx"),
        ("приказ", "формат не известен, читаются .txt, .tsv, .docx, .xlsx, .html, .htm, .pdf: сохраните как .docx"),
    ],
)
def test_a_document_no_reader_reads_is_refused_and_the_others_are_read(cli, tmp_path, name: str, why: str) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0")
    done = cli("import", tmp_path / name, ARTEM, "-o", tmp_path / "out")
    assert done.code == 1
    assert done.err == f"«{name}»: {why}\n"
    assert (tmp_path / "out" / "artem-2020.yaml").exists()


def test_a_file_too_long_is_not_opened(cli, tmp_path) -> None:
    with (tmp_path / "long.txt").open("wb") as file:
        file.truncate(100_000_001)
    done = cli("import", tmp_path / "long.txt", "-o", tmp_path)
    assert (done.code, done.err) == (1, "«long.txt»: файл больше 100 МБ: оставьте в нём только приказ и план\n")


@pytest.mark.parametrize(("name", "plan"), [("приказ 218-од", "prikaz-218-od"), ("№ «»", "plan-1")])
def test_a_name_that_can_be_no_id_is_put_in_latin_letters_or_gets_a_number(cli, tmp_path, name, plan) -> None:
    (tmp_path / f"{name}.txt").write_bytes(ARTEM.read_bytes())
    done = cli("import", tmp_path / f"{name}.txt", "-o", tmp_path / "out", "--json")
    assert done.json["drafts"][0]["plan"] == str(tmp_path / "out" / f"{plan}.yaml")


def test_no_mark_of_the_terminal_comes_out_of_a_document(cli, tmp_path) -> None:
    table = "№\tМероприятие\tСроки\tОтветственные\n1\tСверка\tмай 2021\tДворник \x1b]0;x\x07\n\x1b[2Jпривет\n"
    (tmp_path / "esc.txt").write_text(f"План на 2021 год\n\n{table}", encoding="utf-8")
    done = cli("import", tmp_path / "esc.txt", "-o", tmp_path / "out")
    assert "В план не вошло: «�[2Jпривет»" in done.out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out + done.err)


def test_a_missing_file_is_named(cli, tmp_path) -> None:
    done = cli("import", tmp_path / "нет.txt", "-o", tmp_path)
    assert done.code != 0
    assert f"нет файла «{tmp_path / 'нет.txt'}»: проверьте путь" in done.err


def test_a_folder_that_is_a_file_is_refused_in_words(cli, tmp_path) -> None:
    (tmp_path / "out").write_bytes(b"")
    done = cli("import", ARTEM, "-o", tmp_path / "out")
    assert done.code != 0
    assert "Traceback" not in done.err


def as_html(text: str) -> str:
    """Return a document as a page: its rows as tables, section rows over all columns, the rest as paragraphs."""
    parts = []
    for line in filter(str.strip, text.splitlines()):
        cells = [html.escape(re.sub("</?b>", "", cell)) for cell in line.split("\t")]
        if len(cells) == 1:
            parts.append(f"<p>{cells[0]}</p>")
        elif any(cells[1:]):
            parts.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
        else:
            parts.append(f'<tr><td colspan="{len(cells)}">{cells[0]}</td></tr>')
    body = re.sub(r"(?<!</tr>)<tr>", "<table><tr>", "".join(parts))
    return re.sub(r"</tr>(?!<tr)", "</tr></table>", body)


@pytest.mark.parametrize(
    "document", [one for one in DOCUMENTS if "\t" in one.read_text("utf-8")], ids=lambda one: one.stem
)
def test_the_same_document_as_a_page_gives_the_same_measures(document: Path) -> None:
    page = f"<html><meta charset=utf-8><body>{as_html(document.read_text('utf-8'))}</body></html>".encode()
    made = [
        draft_plan(read_document(content, name), Directory({}), "p", "Europe/Moscow").measures
        for content, name in ((document.read_bytes(), "план.txt"), (page, "план.html"))
    ]
    assert cells(made[0]) == cells(made[1])


def cells(measures: tuple[dict[str, object], ...]) -> list[dict[str, object]]:
    return [{name: value for name, value in one.items() if name != "findings"} for one in measures]


SAID_BY_CHECK = {
    "outside-schedule": {"outside-schedule"},
    "event-undated": {"event-undated"},
    "deadline-not-written": {"no-deadline"},
    "nobody-named": {"no-responsible"},
    "responsible-not-known": {"unknown-responsible"},
}


def test_what_several_measures_share_is_one_line_with_all_its_places(cli, tmp_path) -> None:
    done = cli("import", ARTEM.with_name("vesyegonsk-2020.txt"), "-o", tmp_path)
    together = (
        "№ 1 (строка 16), № 1 (23), № 2 (24), № 4 (26), № 5 (27), № 11 (35), № 13 (37), № 14 (38), № 3 (43), "
        "№ 4 (44), № 6 (46): Ответственные напечатаны подряд: разделены по названиям ролей, головной — первый."
    )
    assert together in " ".join(done.out.split())
    assert done.out.count("напечатаны подряд") == 1


def test_what_check_says_of_the_draft_is_counted_and_not_said_twice(cli, tmp_path) -> None:
    """Also of a made-up order where a term, a responsible and a known role are missing."""
    assert set(CHECKED_AGAIN) == set(SAID_BY_CHECK)
    rows = "1\tСверка\t\tМуниципальный координатор\tСправка\n2\tОтчёт\tМай 2027\t\tСправка\n"
    rows += "3\tАнализ\tМай 2027\tЗвездочёт\tСправка\n"
    order = "План мероприятий на 2027 год\n№\tМероприятие\tСроки\tОтветственный\tРезультат\n"
    (tmp_path / "own.txt").write_text(order + rows, encoding="utf-8")
    seen = set()
    for file in (*DOCUMENTS, tmp_path / "own.txt"):
        asked = ("import", file, "-o", tmp_path / file.stem)
        found = cli(*asked, "--json").json["drafts"][0]["findings"]
        again = [one for one in found if one["code"] in CHECKED_AGAIN]
        checked = {one["code"] for one in cli("check", tmp_path / file.stem, "--json").json["problems"]}
        for one in again:
            assert checked & SAID_BY_CHECK[one["code"]], one
        said = cli("import", file, "-o", tmp_path / f"{file.stem}-2", COLUMNS="5000").out
        for one in found:
            assert (one["message"] in said) == (one["code"] not in CHECKED_AGAIN), one
        seen |= {one["code"] for one in again}
        tally = ", ".join(f"{CHECKED_AGAIN[code]} — {n}" for code, n in Counter(one["code"] for one in again).items())
        assert f"\n  Скажет srok check: {tally}.\n" in said or not again
    assert seen == set(CHECKED_AGAIN)
