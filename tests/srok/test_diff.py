"""`srok diff`: exit codes as diff(1), exact output, trouble as `srok check` prints it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LYSVA = ROOT / "plans" / "lysva-2021.yaml"


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """Write lysva with one day moved, one measure renumbered and another result."""
    text = LYSVA.read_text(encoding="utf-8").replace("deadline: Сентябрь 2021\n", "deadline: до 15 октября 2021\n")
    text = text.replace('id: "3.2"', 'id: "3.2"\n    number: "3.3"').replace("result: Справка", "result: Акт [red]!")
    path = tmp_path / "новый.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_plans_that_say_the_same_are_the_same(cli, tmp_path) -> None:
    other = tmp_path / "x.yaml"
    other.write_text("# комментарий\n" + LYSVA.read_text(encoding="utf-8"), encoding="utf-8")
    done = cli("diff", LYSVA, other)
    assert (done.code, done.out, done.err) == (0, "Планы одинаковы.\n", "")
    assert cli("diff", LYSVA, other, "--json").json == {"same": True, "moved": 0, "changes": []}


def test_what_moved_comes_first_and_each_kind_has_its_count(cli, moved) -> None:
    done = cli("diff", LYSVA, moved)
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "Другие сроки исполнения: 1\n"
        "  п. 2.8: срок «Сентябрь 2021» → «до 15 октября 2021»; исполнить до 30.09.2021 → 15.10.2021\n"
        "Другой №: 1\n"
        "  № 3.2 → № 3.3: «Представление результатов реализации системы оценки качества подготовки обучающихся на "
        "муниципальном уровне»\n"
        "Изменено: 1\n"
        "  п. 3.3 (был п. 3.2): результат «Справка» → «Акт [red]!»\n"
    )


def test_turned_round_it_says_the_way_back(cli, moved) -> None:
    done = cli("diff", moved, LYSVA)
    assert done.code == 1
    assert "срок «до 15 октября 2021» → «Сентябрь 2021»; исполнить до 15.10.2021 → 30.09.2021\n" in done.out


def test_json_has_the_days_and_the_values(cli, moved) -> None:
    done = cli("diff", LYSVA, moved, "--json")
    assert (done.code, done.json["same"], done.json["moved"]) == (1, False, 1)
    found = [(one["kind"], one["measure"], one["field"], one["before"], one["after"]) for one in done.json["changes"]]
    assert found == [
        ("moved", "2.8", "due_on", ["2021-09-30"], ["2021-10-15"]),
        ("renumbered", "3.2", "number", "3.2", "3.3"),
        ("changed", "2.8", "deadline.text", "Сентябрь 2021", "до 15 октября 2021"),
        ("changed", "3.2", "result", "Справка", "Акт [red]!"),
    ]


@pytest.mark.parametrize("columns", ["20", "40", "80"])
def test_no_word_is_lost_in_a_narrow_terminal_and_nothing_is_coloured(cli, moved, columns) -> None:
    wide = cli("diff", LYSVA, moved).out
    done = cli("diff", LYSVA, moved, COLUMNS=columns)
    assert re.sub(r"\s", "", done.out) == re.sub(r"\s", "", wide)
    assert "\x1b" not in done.out


def test_a_plan_with_errors_is_trouble_and_its_errors_are_printed_as_check_prints_them(cli, tmp_path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(LYSVA.read_text(encoding="utf-8").replace("deputy_head:", "deputi:"), encoding="utf-8")
    done = cli("diff", LYSVA, broken)
    assert done.code == 2
    assert (
        "строка 16: ошибка: неизвестный ключ «deputi»: такого поля нет, проверьте написание [unknown-key]" in done.out
    )
    assert done.err == f"Ошибка: «{broken}»: исправьте ошибки (1) и повторите\n"
    assert cli("diff", broken, LYSVA).code == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0\x00\x01", "файл не в кодировке UTF-8: пересохраните его"),
        (b"PK\x03\x04\x00\x00", "файл не читается как YAML: в нём есть недопустимые знаки"),
        (b"", "файл пуст"),
        (b"measures: []", "нет раздела plan: опишите план (id, title, timezone, horizon)"),
    ],
    ids=["binary", "zip", "empty", "no header"],
)
def test_what_is_no_plan_is_trouble(cli, tmp_path, content: bytes, why: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes(content)
    done = cli("diff", LYSVA, file)
    assert done.code == 2
    assert why in done.out
    assert "Traceback" not in done.err


def test_a_missing_file_and_a_folder_are_named(cli, tmp_path) -> None:
    for path in (tmp_path / "нет.yaml", tmp_path):
        done = cli("diff", path, LYSVA)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"Ошибка: нет файла плана «{path}»: проверьте путь\n"
