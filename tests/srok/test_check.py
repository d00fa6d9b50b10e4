"""`srok check` and `srok sync` on the five plans and on broken ones: all problems, in one run, nothing half-synced."""

from __future__ import annotations

import sqlite3

import pytest

from tests.srok.conftest import PLANS

GOOD = """\
plan: {id: demo-2021, title: План, timezone: Asia/Vladivostok, horizon: {from: 2020-09-01, to: 2021-08-31}}
measures:
  - {id: "9", title: Мониторинг, deadline: ежегодно июнь, responsible: Управление образования}
"""
BAD = """\
plan:
  id: bad-2021
  title: План
  timezone: Asia/Vladivostock
  horizon: {from: 2020-09-01, to: 2021-08-31}
measures:
  - {id: "1", title: Первое, deadline: Апрель 2021, responsible: Управление образования}
  - {id: "1", title: Второе, deadline: до 31 июня 2021, responsible: Отдел связи с марсианами}
  - {id: "3", title: Третье, dedline: Май 2021}
  - {id: 4, title: Четвёртое}
"""


def rows(done) -> set[tuple]:
    return {(one["line"], one["measure"], one["code"], one["level"]) for one in done.json["problems"]}


def test_the_five_plans_have_86_measures_and_no_error(cli) -> None:
    done = cli("check", PLANS, "--json")
    assert done.code == 0
    assert done.json["measures"] == 86
    assert [one for one in done.json["problems"] if one["level"] == "error"] == []


def test_the_screen_counts_them_too(cli) -> None:
    done = cli("check", PLANS)
    assert "Мероприятий: 86, планов: 5. Ошибок: 0" in done.out
    assert "Файла людей нет: взяты люди из примера" in done.out


def test_every_fault_of_a_broken_plan_is_named_in_one_run(cli, tmp_path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    done = cli("check", tmp_path / "bad.yaml", "--json")
    assert done.code == 3
    assert rows(done) >= {
        (4, None, "unknown-zone", "error"),
        (8, "1", "duplicate-id", "error"),
        (9, "3", "unknown-key", "error"),
        (10, "4", "wrong-type", "error"),
    }
    messages = " ".join(one["message"] for one in done.json["problems"])
    assert "часового пояса «Asia/Vladivostock» нет" in messages
    assert "неизвестный ключ «dedline»" in messages


def test_refused_deadline_and_unknown_responsible_are_findings_with_line_and_number(cli, tmp_path) -> None:
    text = BAD.replace("Vladivostock", "Vladivostok").replace('- {id: "1", title: Второе', '- {id: "2", title: Второе')
    (tmp_path / "bad.yaml").write_text("\n".join(text.splitlines()[:8]) + "\n", encoding="utf-8")
    done = cli("check", tmp_path / "bad.yaml", "--json")
    assert done.code == 0
    found = {(one["line"], one["measure"], one["code"]): one["message"] for one in done.json["problems"]}
    assert "не разобрано с 4-го знака: «31 июня 2021»" in found[8, "2", "deadline-refused"]
    assert "«Отдел связи с марсианами» нет в справочнике" in found[8, "2", "unknown-responsible"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("plan: [1\nmeasures: 2\n", 2, "не читается как YAML"),
        ("", None, "файл пуст"),
        ("- 1\n", 1, "должны быть разделы plan и measures"),
        ("plan: !!python/object/apply:os.system [id]\n", 1, "метка"),
    ],
)
def test_broken_yaml_is_named_with_its_line(cli, tmp_path, text, line, message) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    done = cli("check", tmp_path / "bad.yaml", "--json")
    assert done.code == 3
    assert any(one["line"] == line and message in one["message"] for one in done.json["problems"])


def test_a_file_that_is_not_utf8_is_named(cli, tmp_path) -> None:
    (tmp_path / "bad.yaml").write_bytes(GOOD.encode("cp1251"))
    done = cli("check", tmp_path / "bad.yaml", "--json")
    assert (done.code, done.json["problems"][0]["code"]) == (3, "unreadable")


def test_a_path_that_does_not_exist_is_refused(cli) -> None:
    done = cli("check", "нет-такого.yaml")
    assert (done.code, done.err) == (5, "Ошибка: нет файла или папки «нет-такого.yaml»: проверьте путь\n")


def test_one_broken_file_keeps_the_good_one_out_too(cli, tmp_path) -> None:
    cli.people()
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "plans" / "bad.yaml").write_text(BAD, encoding="utf-8")
    done = cli("sync", tmp_path / "plans")
    assert done.code == 3
    assert "ничего не внесено" in done.err
    assert not (cli.home / "srok.db").exists()


def test_the_same_plan_id_in_two_files_is_an_error(cli, tmp_path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    done = cli("check", tmp_path / "a.yaml", tmp_path / "b.yaml", "--json")
    errors = [one["code"] for one in done.json["problems"] if one["level"] == "error"]
    assert (done.code, errors) == (3, ["duplicate-id"])


def test_without_people_sync_and_tick_fail_and_name_the_file_to_copy(cli, tmp_path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    done = cli("sync", tmp_path / "good.yaml")
    assert done.code == 3
    assert "скопируйте people.example.yaml" in done.out
    assert not (cli.home / "srok.db").exists()
    done = cli("tick")
    assert done.code == 3
    assert "скопируйте сюда people.example.yaml" in done.err


def test_findings_do_not_block_a_sync(cli, tmp_path) -> None:
    cli.people()
    text = GOOD + '  - {id: "10", title: Ещё, deadline: когда рак свистнет, responsible: Никто}\n'
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    assert cli("sync", tmp_path / "plan.yaml").code == 0
    with sqlite3.connect(cli.home / "srok.db") as database:
        awaiting = database.execute("select measure_id, awaiting from occurrence where due_on is null").fetchall()
    assert [(number, "не разобрано с 1-го знака" in reason) for number, reason in awaiting] == [("10", True)]


def test_a_broken_people_file_stops_a_sync_with_its_line(cli, tmp_path) -> None:
    (cli.home / "people.yaml").write_text("people:\n  - {id: a, name: А, email: не-адрес}\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    done = cli("sync", tmp_path / "good.yaml")
    assert done.code == 3
    assert "строка 2" in done.out
    assert "не похоже на адрес почты" in done.out
