"""`srok import --onto` as processes: an amended order keeps ids, `srok diff` says exactly what it changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from pydantic import SecretStr

from engine.settings import Settings
from flows.passes import run_pass
from srok.syncing import sync_files

ROOT = Path(__file__).parents[2]
YENISEYSK = ROOT / "plans" / "yeniseysk-2023.yaml"
LYSVA = ROOT / "plans" / "lysva-2021.yaml"
NEW = "Проверка протоколов оценивания муниципальной комиссией"


def document(name: str) -> list[str]:
    return (ROOT / "tests" / "documents" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def amended_yeniseysk() -> list[str]:
    """One date changed (1.4), one measure struck (2.2), one added (3.3), the rest renumbered; an order of its own."""
    moved = {"2.3": "2.2", "2.4": "2.3", "3.3": "3.4", "3.4": "3.5", "3.5": "3.6", "3.6": "3.7"}
    lines = []
    for line in document("yeniseysk-2023"):
        number, tab, rest = line.partition("\t")
        if number == "2.2":
            continue
        if number == "1.4":
            rest = rest.replace("Февраль 2024", "Март 2024")
        lines.append(moved.get(number, number) + tab + rest)
        if number == "3.2":
            lines.append(f"3.3\t{NEW}\tСправка\tАпрель 2024\tМуниципальный координатор")
    return [one.replace("01-04-305", "01-04-017").replace("08.11.2023", "15.01.2024") for one in lines]


def amended_lysva() -> list[str]:
    """The same of a road map without an order: 1.1 has another day, 2.7 is struck, 2.10 is new."""
    moved = {"2.8.": "2.7.", "2.9.": "2.8.", "2.10": "2.9."}
    lines = []
    for line in document("lysva-2021"):
        number, tab, rest = line.partition("\t")
        if number == "2.7.":
            continue
        if number == "1.1.":
            rest = rest.replace("До 21 июня 2021", "до 30 июля 2021")
        lines.append(moved.get(number, number) + tab + rest)
        if number == "2.10":
            lines.append(f"2.10\t{NEW}\tУправление образования\tАпрель 2022\tСправка")
    return lines


def as_text(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def as_docx(lines: list[str]) -> bytes:
    made, rows = Document(), []
    for line in [*lines, ""]:
        cells = line.split("\t")
        if len(cells) > 1:
            rows.append(cells)
            continue
        if rows and line.strip():
            table = made.add_table(0, len(rows[0]))
            for row in rows:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = words
            rows = []
        if line.strip():
            made.add_paragraph(line)
    if rows:
        table = made.add_table(0, len(rows[0]))
        for row in rows:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = words
    saved = BytesIO()
    made.save(saved)
    return saved.getvalue()


YENISEYSK_SAID = """\
Другие сроки исполнения: 1
  п. 1.4: срок «Февраль 2024» → «Март 2024»; исполнить до 29.02.2024 → 29.03.2024
Добавлено: 1
  п. 3.3 «Проверка протоколов оценивания муниципальной комиссией»: срок «Апрель 2024», исполнить до 27.04.2024, \
ответственный «Муниципальный координатор»
Снято: 1
  п. 2.2 «Совещание руководителей ОУ по вопросам объективности проведения и анализа результатов оценочных процедур»: \
срок «Январь 2024г.», исполнить до 31.01.2024, ответственный «Муниципальный координатор», «Руководители ОУ»
Другой №: 6
  № 2.3 → № 2.2, так же в пункте приказа: «Проведение педагогических советов в общеобразовательных учреждениях по \
объективности оценивания - посещение педагогического совета в МБОУ Озерновская СОШ № 47»
  № 2.4 → № 2.3, так же в пункте приказа: «Рассмотрение вопросов объективного оценивания на школе заместителей \
руководителя»
  № 3.3 → № 3.4, так же в пункте приказа: «Организация контроля при проведении оценочных процедур, проверки работ, \
загрузки результатов на сайт в соответствии со сроками и порядком проведения»
  № 3.4 → № 3.5, так же в пункте приказа: «Привлечение квалифицированных специалистов на всех этапах проведения \
оценочных процедур»
  № 3.5 → № 3.6, так же в пункте приказа: «Устранение конфликта интересов в отношении специалистов, привлекаемых к \
проведению оценочных процедур»
  № 3.6 → № 3.7, так же в пункте приказа: «Мониторинг выполнения регламентных работ при проведении оценочных процедур»
"""
LYSVA_SAID = """\
Другие сроки исполнения: 1
  п. 1.1: срок «До 21 июня 2021» → «до 30 июля 2021»; исполнить до 21.06.2021 → 30.07.2021
Добавлено: 1
  п. 2.10 «Проверка протоколов оценивания муниципальной комиссией»: срок «Апрель 2022», исполнить до 29.04.2022, \
ответственный «Управление образования»
Снято: 1
  п. 2.7 «Разработка и утверждение методических рекомендаций по объективности процедур оценки качества образования и \
олимпиад школьников на муниципальном уровне (введение общественного наблюдения)»: срок «Июль-август 2021», исполнить \
до 31.08.2021, ответственный «Управление образования»
Другой №: 3
  № 2.8 → № 2.7: «Разработка и утверждение инструкций (актов) для общественных наблюдателей по объективности процедур \
оценки качества образования и олимпиад школьников на муниципальном уровне»
  № 2.9 → № 2.8: «Проведение инструктажей с ответственными за проведение мероприятий по оценочным процедурам и \
олимпиадам школьников в образовательных организациях»
  № 2.10 → № 2.9: «Разработка модели независимых проверок оценочных процедур и олимпиадных работ школьников \
(двухуровневая)»
"""
AMENDED = [
    (YENISEYSK, amended_yeniseysk, "3.3-2", "2.2", YENISEYSK_SAID),
    (LYSVA, amended_lysva, "2.10-2", "2.7", LYSVA_SAID),
]


@pytest.mark.parametrize(("suffix", "write"), [("txt", as_text), ("docx", as_docx)])
@pytest.mark.parametrize(("plan", "lines", "new", "struck", "said"), AMENDED, ids=["yeniseysk", "lysva"])
def test_an_amended_order_keeps_the_ids_and_diff_says_exactly_what_it_changed(
    cli,
    tmp_path: Path,
    plan: Path,
    lines: Callable[[], list[str]],
    new: str,
    struck: str,
    said: str,
    suffix: str,
    write: Callable[[list[str]], bytes],
) -> None:
    order, output = tmp_path / f"изменения.{suffix}", tmp_path / "out" / plan.name
    order.write_bytes(write(lines()))
    before = plan.read_bytes()
    done = cli("import", order, "--onto", plan, "-o", tmp_path / "out", COLUMNS="1000")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"«{order.name}»: прежних мер ")
    assert done.out.endswith(
        f"{said}Срок, который уже внесён в базу, сдвинется только по решению: впишите fix (to, by, why) к мере.\n"
        f"Дальше: проверьте «{output}», перенесите его на место «{plan}», затем srok check и srok sync.\n"
    )
    assert plan.read_bytes() == before
    compared = cli("diff", plan, output, COLUMNS="1000")
    assert (compared.code, compared.out, compared.err) == (1, said, "")
    changes = cli("diff", plan, output, "--json").json["changes"]
    assert [one["measure"] for one in changes if one["kind"] == "added"] == [new]
    assert [one["measure"] for one in changes if one["kind"] == "struck"] == [struck]
    assert not [one for one in changes if one["kind"] == "id-changed"]
    assert cli("check", output).code == 0
    again = cli("import", order, "--onto", output, "-o", tmp_path / "again", COLUMNS="1000")
    assert again.out.endswith("\nПланы одинаковы.\nДокумент ничего в плане не меняет: переносить нечего.\n")
    assert (tmp_path / "again" / plan.name).read_bytes() == output.read_bytes()


def test_the_answer_in_json_names_what_became_of_every_measure(cli, tmp_path) -> None:
    order = tmp_path / "new.txt"
    order.write_bytes(as_text(amended_yeniseysk()))
    done = cli("import", order, "--onto", YENISEYSK, "-o", tmp_path, "--json")
    assert done.code == 0
    told = done.json
    assert (told["file"], told["onto"], told["plan"]) == (
        str(order), str(YENISEYSK), str(tmp_path / "yeniseysk-2023.yaml"),
    )  # fmt: skip
    assert (told["kept"], told["added"], told["struck"], told["undecided"]) == (16, ["3.3-2"], ["2.2"], [])
    assert (told["diff"]["same"], told["diff"]["moved"]) == (False, 1)
    assert told["findings"][0] == {
        "code": "order-of-plan-kept",
        "line": None,
        "measure": None,
        "message": "Документ — № 01-04-017 от 15.01.2024, в плане осталось: приказ № 01-04-305 от 08.11.2023. Если "
        "новый приказ утверждает план заново, а не изменяет его, впишите его в order.",
    }


def occurrences(home: Path) -> dict[str, tuple[str, int]]:
    """Return the occurrences that are not cancelled: due day and revision by key."""
    with closing(sqlite3.connect(home / "srok.db")) as store:
        return {
            key: (due, revision)
            for key, due, revision in store.execute("select key, due_on, revision from occurrence where not cancelled")
        }


def messages(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "srok.db")) as store:
        return {key for (key,) in store.execute("select key from item")}


def test_a_sync_of_the_amended_plan_keeps_occurrences_and_guards_moved_days(cli, tmp_path, capsys) -> None:
    """The old plan was synced and reminded; what the amendment does not touch is neither renamed nor told again."""
    home = cli.people().home
    settings = Settings(home=home, mail_url=SecretStr(f"file://{tmp_path / 'mail'}"))
    order, output = tmp_path / "new.txt", tmp_path / "out" / YENISEYSK.name
    order.write_bytes(as_text(amended_yeniseysk()))
    sync_files([YENISEYSK], settings, morning(2023, 11, 10), "тест")
    for day in (morning(2023, 11, 13), morning(2023, 12, 1), morning(2024, 1, 15), morning(2024, 1, 16)):
        run_pass(settings, day)
    before, told = occurrences(home), messages(home)
    assert len(told) > 20

    assert cli("import", order, "--onto", YENISEYSK, "-o", tmp_path / "out").code == 0
    sync_files([output], settings, morning(2024, 1, 16), "тест")
    kept = "№ 1.4: срок 29.02.2024 остаётся: в файле теперь 29.03.2024, но перенос не оформлен (fix: to, by, why)"
    assert kept in " ".join(capsys.readouterr().out.split())
    after = occurrences(home)
    same = before.keys() - {"yeniseysk-2023/2.2/1"}
    assert after.keys() == same | {"yeniseysk-2023/3.3-2/1"}
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    run_pass(settings, morning(2024, 1, 16))
    assert {key.split("|")[0].split("/")[1] for key in messages(home) - told} == {"2.2"}  # it is taken off

    decided = output.read_text(encoding="utf-8").replace(
        'deadline: "Март 2024"',
        "deadline:\n      text: Март 2024\n"
        "      fix: {to: 2024-03-29, by: Руководитель МКУ «Управление образования», why: приказ}",
    )
    output.write_text(decided, encoding="utf-8")
    sync_files([output], settings, morning(2024, 1, 16), "тест")
    assert "перенесено: yeniseysk-2023/1.4/1: 29.02.2024 → 29.03.2024" in capsys.readouterr().out
    assert occurrences(home) == after | {"yeniseysk-2023/1.4/1": ("2024-03-29", 1)}


def morning(year: int, month: int, day: int) -> datetime:
    """Return half past nine in Krasnoyarsk."""
    return datetime(year, month, day, 2, 30, tzinfo=UTC)


REFUSED = [
    (b"PK\x03\x04\x00", "x.docx"),
    (b"\x00\x01\x02\xff\xfe" * 50, "x.txt"),
    (LYSVA.read_bytes(), "x.txt"),
    ("№\tМероприятие\tСроки\tОтветственные\n1\tУборка снега\tмай 2024\tДворник\n".encode(), "x.txt"),
]


@pytest.mark.parametrize(("content", "name"), REFUSED, ids=["broken docx", "binary", "a plan", "another document"])
def test_what_is_not_the_document_of_the_plan_is_refused_and_nothing_is_written(cli, tmp_path, content, name) -> None:
    (tmp_path / name).write_bytes(content)
    done = cli("import", tmp_path / name, "--onto", YENISEYSK, "-o", tmp_path / "out")
    assert done.code == 1
    assert done.err.startswith(f"Ошибка: «{name}»: ")
    assert "Traceback" not in done.err
    assert not (tmp_path / "out").exists()


def test_the_plan_itself_and_a_file_that_is_there_are_never_replaced(cli, tmp_path) -> None:
    plan, order = tmp_path / "p.yaml", tmp_path / "x.txt"
    plan.write_bytes(YENISEYSK.read_bytes())
    order.write_bytes(as_text(amended_yeniseysk()))
    done = cli("import", order, "--onto", plan, "-o", tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"Ошибка: «x.txt»: файл «{plan}» уже есть: укажите другую папку, он не заменяется\n"
    assert plan.read_bytes() == YENISEYSK.read_bytes()


def test_a_plan_with_errors_or_a_missing_one_is_named(cli, tmp_path) -> None:
    order = ROOT / "tests" / "documents" / "yeniseysk-2023.txt"
    broken = tmp_path / "broken.yaml"
    broken.write_text(YENISEYSK.read_text(encoding="utf-8").replace("timezone:", "zone:"), encoding="utf-8")
    done = cli("import", order, "--onto", broken, "-o", tmp_path / "out")
    assert done.code == 3
    assert "ошибка: неизвестный ключ «zone»" in done.out
    done = cli("import", order, "--onto", tmp_path / "нет.yaml", "-o", tmp_path / "out")
    assert (done.code, done.err) == (5, f"Ошибка: нет файла плана «{tmp_path / 'нет.yaml'}»: проверьте путь\n")
    done = cli("import", tmp_path / "нет.txt", "--onto", YENISEYSK, "-o", tmp_path / "out")
    assert (done.code, done.err) == (5, f"Ошибка: нет файла «{tmp_path / 'нет.txt'}»: проверьте путь\n")
    done = cli("import", order, order, "--onto", YENISEYSK, "-o", tmp_path / "out")
    assert (done.code, done.err.split(";")[0]) == (
        2, "Ошибка: с --onto нужен один документ: весь план в новой редакции",
    )  # fmt: skip


def test_line_ends_of_windows_stay(cli, tmp_path) -> None:
    plan = tmp_path / "yeniseysk-2023.yaml"
    plan.write_bytes(b"\xef\xbb\xbf" + YENISEYSK.read_bytes().replace(b"\n", b"\r\n"))
    order = tmp_path / "x.txt"
    order.write_bytes(as_text(amended_yeniseysk()))
    assert cli("import", order, "--onto", plan, "-o", tmp_path / "out").code == 0
    made = (tmp_path / "out" / plan.name).read_bytes()
    assert made.count(b"\n") == made.count(b"\r\n") > 200
