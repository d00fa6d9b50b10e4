"""`srok doctor`: the last pass, the database and the chain of decisions."""

from __future__ import annotations

import re
import sqlite3

from engine.store.database import NEWEST


def alter(office, statement: str) -> None:
    base = sqlite3.connect(office.home / "srok.db")
    base.execute(statement)
    base.commit()
    base.close()


def test_doctor_says_the_pass_the_revision_and_the_head_of_a_whole_chain(office) -> None:
    done = office("doctor")
    assert (done.code, done.err) == (0, "")
    shown = done.out.splitlines()
    assert shown[:3] == ["Последний обход: ещё не было", f"Версия базы данных: {NEWEST}", "Журнал решений: цел"]
    assert re.fullmatch(r"Последнее звено: [0-9a-f]{64}", shown[3])
    assert office("tick", "--now", "2026-06-01T09:00+05:00").code == 0
    assert office("doctor").out.splitlines()[0] == "Последний обход: 01.06.2026 07:00"


def test_doctor_names_the_row_that_was_altered(office) -> None:
    assert office("report", "lysva-2021/2.4", "--text", "Готово").code == 0
    alter(office, "UPDATE journal SET facts = replace(facts, 'Готово', 'Почти'), at = '2026-06-01 04:00' WHERE id = 2")
    done = office("doctor")
    assert (done.code, "Последний обход" in done.out, "Последнее звено" in done.out) == (8, True, False)
    assert re.fullmatch(
        r"Ошибка: журнал изменён в обход srok: запись № 2 от 01\.06\.2026 07:00 \(«отчёт», lysva-2021/2\.4/1\|\S+\) "
        r"не сходится с цепочкой; сверьте её с бумагами и восстановите базу из копии \(srok restore\)\n",
        done.err,
    )


def test_doctor_needs_no_people_and_says_that_there_is_no_database(cli, office) -> None:
    (office.home / "people.yaml").unlink()
    assert office("doctor").code == 0
    (office.home / "srok.db").unlink()
    assert (office("doctor").code, "сначала внесите планы" in office("doctor").err) == (8, True)
