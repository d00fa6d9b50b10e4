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


# --- how it reads


def test_what_many_measures_share_is_one_line_and_the_file_says_how_much_it_has(cli) -> None:
    done = cli("check", PLANS / "artem-2020.yaml")
    assert f"{PLANS / 'artem-2020.yaml'}: замечаний 15\n" in done.out
    together = "№ 1 (строка 30), № 3 (46), № 4 (54), № 9 (99), № 11 (114), № 12 (125), № 15 (154): замечание: контролёр"
    assert " ".join(done.out.split()).count("[self-control]") == 1
    assert together in " ".join(done.out.split())


def test_errors_stand_first_and_the_next_step_is_to_correct_them(cli, tmp_path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    done = cli("check", tmp_path / "bad.yaml")
    words = [part.split(":")[1].strip() for part in done.out.splitlines() if part.startswith(("  строка", "  файл"))]
    assert words == sorted(words, key=("ошибка", "замечание").index)
    assert {"ошибка", "замечание"} == set(words)
    assert done.out.endswith("Дальше: исправьте ошибки, с ними план не вносится, и проверьте ещё раз.\n")
    assert "bad.yaml: ошибок 4, замечаний 6\n" in done.out


def test_the_next_step_of_a_plan_with_findings_and_of_one_without(cli, tmp_path) -> None:
    (tmp_path / "мой план.yaml").write_text(GOOD, encoding="utf-8")
    done = cli("check", tmp_path / "мой план.yaml")
    named = f"'{tmp_path}/мой план.yaml'"
    steps = (
        f"посмотрите, кто и когда получит письма: srok rehearse {named}\n",
        f"внесите план в базу: srok sync {named}\n",
    )
    mend = "исправьте названное в файле плана и проверьте ещё раз"
    assert done.out.endswith(f"\n\nДальше:\n  1. {mend}\n  2. {steps[0]}  3. {steps[1]}")
    good = GOOD.replace("}}\n", "}, controller: Начальник отдела общего образования, issuer: p-primerova}\n")
    good = good.replace("responsible:", "result: Справка, responsible:")
    (tmp_path / "мой план.yaml").write_text(good, encoding="utf-8")
    done = cli("check", tmp_path / "мой план.yaml")
    assert "замечаний: 0" in done.out
    assert done.out.endswith(f"\n\nДальше:\n  1. {steps[0]}  2. {steps[1]}")


def test_a_document_read_into_two_files_is_named(cli, tmp_path) -> None:
    text = (PLANS / "lysva-2021.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text.replace("id: lysva-2021", "id: lysva-pdf"), encoding="utf-8")
    done = cli("check", tmp_path, "--json")
    (found,) = [one for one in done.json["problems"] if one["code"] == "duplicate-measure"]
    assert found["file"] == str(tmp_path / "b.yaml")
    assert found["message"].startswith(f"повторяет план {tmp_path / 'a.yaml'}, меры: 14 (№ 1.1, 1.2, 2.1 …)")


def test_a_fresh_draft_is_checked_and_told_what_to_do_next(cli, tmp_path) -> None:
    assert cli("import", PLANS.parent / "tests" / "documents" / "artem-2020.txt", "-o", tmp_path).code == 0
    done = cli("check", tmp_path / "artem-2020.yaml")
    assert done.code == 0
    assert "что считать отчётом, решит исполнитель [no-evidence]" in " ".join(done.out.split())
    assert f": srok rehearse {tmp_path}/artem-2020.yaml\n" in done.out


def test_the_help_shows_how_to_check_a_draft(cli) -> None:
    assert "Пример: srok check plans · srok check черновики/artem-2020.yaml" in cli("check", "--help").out


def test_of_very_many_measures_twenty_are_listed(cli, tmp_path) -> None:
    rows = "".join(f'  - {{id: "{n}", title: Мера {n}, responsible: Управление образования}}\n' for n in range(1, 61))
    (tmp_path / "long.yaml").write_text("".join(GOOD.splitlines(keepends=True)[:2]) + rows, encoding="utf-8")
    done = cli("check", tmp_path / "long.yaml")
    assert "№ 20 (22) и ещё 40: замечание: срок в документе не указан" in " ".join(done.out.split())
