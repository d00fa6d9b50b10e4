"""An amended order shifts numbers and leaves ids: people say the № of the document, commands are given the id."""

from __future__ import annotations

import pytest

PLAN = """\
plan:
  id: demo-2027
  title: План
  timezone: Europe/Moscow
  horizon: {from: 2027-01-01, to: 2027-12-31}
  issuer: Начальник управления образования
  controller: Начальник отдела общего образования
measures:
  - {id: "1.9", title: Справка, deadline: Апрель 2027, responsible: Муниципальный координатор}
  - {id: "1.11", number: "1.10", title: Сверка, deadline: Май 2027, responsible: Муниципальный координатор}
  - {id: "1.12", number: "1.11", title: Собрания, deadline: Июнь 2027, responsible: Руководители ММО}
"""


@pytest.fixture
def amended(cli, tmp_path):
    """A plan of which 1.10 was struck: what was 1.11 is № 1.10 now, what was 1.12 is № 1.11."""
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    assert cli.people()("sync", tmp_path / "plan.yaml").code == 0
    return cli


def test_the_screen_names_the_number_of_the_document_and_the_word_for_commands(amended) -> None:
    done = amended("status")
    assert "  demo-2027 № 1.9, 1.10 (в командах 1.11), 1.11 (в командах 1.12)\n" in done.out
    assert amended("report", "demo-2027/1.11", "--text", "Сверено").code == 0
    assert "demo-2027 № 1.10 (в командах 1.11)  Сверка" in amended("status").out


def test_what_was_entered_is_named_by_the_title_where_the_number_is_another(amended) -> None:
    done = amended("report", "demo-2027/1.11", "--text", "Сверено")
    what = "demo-2027/1.11 (в плане № 1.10 «Сверка»), срок 31.05.2027, Муниципальный координатор"
    assert done.out == f"Внесено: {what} — отчитаться. Теперь: на проверке.\n"
    done = amended("report", "demo-2027/1.9", "--text", "Готово")
    assert "Внесено: demo-2027/1.9, срок 30.04.2027" in done.out


def test_a_number_that_is_no_id_is_refused_with_the_id(amended) -> None:
    done = amended("report", "demo-2027/1.10", "--text", "Сверено")
    struck = "мероприятия «1.10» нет в плане «demo-2027» или оно снято: см. srok status"
    assert done.err == f"Ошибка: {struck}; № 1.10 в плане теперь у мероприятия demo-2027/1.11\n"
    assert done.code == 5


def test_of_a_group_each_person_is_named(amended) -> None:
    assert amended("report", "demo-2027/1.12", "--for", "p-etalonova", "--text", "Проведено").code == 0
    said = "Руководители ММО: 1 из 2, не представили: Задачников Н. О.: на проверке"
    assert said in amended("status").out
