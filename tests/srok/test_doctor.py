"""`srok doctor`: the last pass, the database and the chain of decisions."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import utc_now
from engine.errors import StoreError
from engine.settings import load_settings
from engine.store import queries
from engine.store.database import NEWEST
from engine.store.installation import open_store
from engine.store.models import PauseRow
from srok.doctor import run_doctor


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


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE journal SET at = 'вчера' WHERE id = 1", 1),
        ("UPDATE journal SET at = 5 WHERE id = 2", 2),
        ("UPDATE journal SET facts = X'FF00' WHERE id = 2", 2),
        ("UPDATE journal SET facts = CAST(X'FF' AS TEXT) WHERE id = 2", 2),
        ("UPDATE journal SET subject = CAST(X'FF' AS TEXT) WHERE id = 2", 2),
        ("UPDATE journal SET who = 'srok', facts = 'нет', previous = '', hash = '' WHERE id = 2", 2),
    ],
)
def test_a_row_that_cannot_be_read_is_the_broken_one(tmp_path, statement, number) -> None:
    settings = load_settings(home=tmp_path)
    with open_store(settings, create=True) as store, store.writing() as session:
        for hour in range(3):
            at = datetime(2021, 6, 1, hour, tzinfo=UTC)
            queries.journal(session, at, who="a", account="", deed="report", plan_id=None, subject="п/1/1|x")
    base = sqlite3.connect(tmp_path / "srok.db")
    base.execute(statement)
    base.commit()
    base.close()
    with pytest.raises(StoreError, match=rf"изменён в обход srok: запись № {number}\b.* не читается; сверьте её"):
        run_doctor(settings)


def test_doctor_refuses_a_network_share_before_it_opens_the_file(tmp_path, monkeypatch) -> None:
    (tmp_path / "mounts").write_text("1 1 0:1 / / rw - nfs4 host:/ rw\n", encoding="utf-8")
    monkeypatch.setattr("srok.doctor.MOUNTS", tmp_path / "mounts")
    settings = load_settings(home=tmp_path)
    (tmp_path / "srok.db").write_text("не читали")
    with pytest.raises(StoreError, match=r"лежит на сетевом диске \(nfs4\), где SQLite теряет данные: перенесите"):
        run_doctor(settings)
    assert (tmp_path / "srok.db").read_text() == "не читали"


def test_doctor_sees_a_damaged_file(tmp_path) -> None:
    settings = load_settings(home=tmp_path)
    with open_store(settings, create=True) as store, store.writing() as session:
        for hour in range(20):
            at = datetime(2021, 6, 1, hour, tzinfo=UTC)
            queries.journal(session, at, who="a", account="", deed="x", plan_id=None, subject="x", text="я" * 2000)
    content = bytearray((tmp_path / "srok.db").read_bytes())
    content[-8192:] = b"\xff" * 8192
    (tmp_path / "srok.db").write_bytes(content)
    with pytest.raises(StoreError, match="файл базы данных повреждён: восстановите её из копии"):
        run_doctor(settings)


def test_warnings_stand_below_and_stop_nothing(office) -> None:
    (office.home / "people.yaml").chmod(0o600)
    (office.home / "srok.toml").write_text('office = "Отдел"\n', encoding="utf-8")
    (office.home / "srok.toml").chmod(0o644)
    done = office("doctor")
    said = [line for line in done.out.splitlines() if line.startswith("Внимание: ")]
    assert (done.code, len(said), "обходов ещё не было" in said[0], "srok.toml» доступен другим" in said[1]) == (
        0,
        2,
        True,
        True,
    )
    (office.home / "srok.toml").chmod(0o600)
    assert office("tick").code == 0
    assert "Внимание" not in office("doctor").out


def test_a_people_file_that_others_read_is_named(office) -> None:
    (office.home / "people.yaml").chmod(0o644)
    assert "people.yaml» доступен другим пользователям" in office("doctor").out.replace("\n", " ")


def test_a_channel_that_our_settings_keep_silent_is_named(tmp_path, capsys) -> None:
    settings, now = load_settings(home=tmp_path), utc_now()
    later = {"until": now + timedelta(minutes=15), "since": now}
    with open_store(settings, create=True) as store, store.writing() as session:
        session.add(PauseRow(channel="mail", why="не принял пароль", ours=True, **later))
        session.add(PauseRow(channel="telegram", why="просил подождать", ours=False, **later))
    run_doctor(settings)
    said = " ".join(capsys.readouterr().out.split())
    assert "Внимание: канал «почта» не работает, письма ждут: не принял пароль; исправьте srok.toml" in said
    assert "просил подождать" not in said


def test_doctor_needs_no_people_and_says_that_there_is_no_database(cli, office) -> None:
    (office.home / "people.yaml").unlink()
    assert office("doctor").code == 0
    (office.home / "srok.db").unlink()
    assert (office("doctor").code, "сначала внесите планы" in office("doctor").err) == (8, True)
