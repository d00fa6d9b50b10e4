"""The commands of daily work: status, transitions, events, feeds, init."""

from __future__ import annotations

import re
import stat

from tests.srok.conftest import PLANS


def states(cli) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in cli("status", "--json").json["assignments"]:
        found.setdefault(one["measure"], set()).add(one["state"])
    return found


def test_status_json_has_its_documented_shape(plan) -> None:
    shown = plan("status", "--json").json
    assert set(shown) == {"as_of", "last_pass", "counts", "undelivered", "assignments"}
    assert {"overdue", "due_soon", "awaiting", "scheduled"} <= set(shown["counts"])
    wanted = (
        "plan measure occurrence responsible school state overdue nominal_due_on due_on original_due_on awaiting_reason"
    )
    assert set(wanted.split()) <= set(shown["assignments"][0])


def test_a_measure_goes_from_start_over_return_to_accepted(plan) -> None:
    assert plan("start", "demo-2027/1").code == 0
    assert plan("report", "demo-2027/1", "--text", "Готово").code == 0
    assert states(plan)["1"] == {"reported"}
    refused = plan("return", "demo-2027/1")
    assert (refused.code, "без причины" in refused.err) == (6, True)
    assert plan("return", "demo-2027/1", "--reason", "нет подписи").code == 0
    assert states(plan)["1"] == {"returned"}
    assert plan("report", "demo-2027/1", "--text", "Подписано").code == 0
    assert plan("accept", "demo-2027/1").code == 0
    assert states(plan)["1"] == {"closed"}
    refused = plan("accept", "demo-2027/1")
    assert (refused.code, "в состоянии «закрыто»" in refused.err) == (6, True)


def test_the_executor_may_not_accept_his_own_report(plan) -> None:
    empty = plan("report", "demo-2027/1", "--by", "p-uslovnova")
    assert (empty.code, "что сделано: укажите --text" in empty.err) == (6, True)
    plan("report", "demo-2027/1", "--by", "p-uslovnova", "--text", "Готово")
    refused = plan("accept", "demo-2027/1", "--by", "p-uslovnova")
    assert refused.code == 6
    assert states(plan)["1"] == {"reported"}


def test_an_interim_report_changes_no_state(plan) -> None:
    assert plan("report", "demo-2027/1", "--interim", "--text", "Половина").code == 0
    assert states(plan)["1"] == {"scheduled"}


def test_not_done_is_closed_with_a_reason_only(plan) -> None:
    assert plan("close", "demo-2027/1", "--not-done").code == 6
    assert plan("close", "demo-2027/1", "--reason", "нет").code == 2
    assert plan("close", "demo-2027/1", "--not-done", "--reason", "не проводилось").code == 0
    assert plan("status", "--json").json["assignments"][-1]["outcome"] == "not_done"


def test_what_never_arose_is_taken_off_with_a_reason_only(plan) -> None:
    refused = plan("not-triggered", "demo-2027/1")
    assert (refused.code, "без причины: укажите --reason" in refused.err) == (6, True)
    assert plan("not-triggered", "demo-2027/1", "--reason", "обращений не было").code == 0
    assert states(plan)["1"] == {"not_triggered"}


def test_a_school_reports_for_itself_with_the_evidence_prescribed(plan) -> None:
    refused = plan("report", "demo-2027/4", "--school", "sosh-7")
    assert (refused.code, "с подтверждением (протокол)" in refused.err) == (6, True)
    several = plan("report", "demo-2027/4", "--evidence", "протокол № 1 от 20.05.2027")
    assert (several.code, "подходит несколько поручений" in several.err) == (5, True)
    done = plan("report", "demo-2027/4", "--school", "sosh-7", "--evidence", "протокол № 1 от 20.05.2027")
    assert done.code == 0
    assert states(plan)["4"] == {"reported", "scheduled"}


def test_an_event_dates_what_waited_for_it_and_says_so(plan) -> None:
    done = plan(
        "event", "set", "demo-2027/vpr", "--start", "2027-04-12", "--end", "2027-05-21", "--basis", "приказ № 1"
    )
    assert done.code == 0
    assert "получили дату: demo-2027/2/1" in done.out
    due = {one["measure"]: one["due_on"] for one in plan("status", "--json").json["assignments"]}
    assert due["2"] == "2027-05-21"


def test_a_measure_by_schedule_gets_its_own_dates(plan) -> None:
    done = plan("event", "set", "demo-2027/3", "--start", "2027-03-01", "--end", "2027-03-05")
    assert "получили дату: demo-2027/3/1" in done.out


def test_a_measure_with_a_date_of_its_own_is_not_dated_by_an_event(plan) -> None:
    refused = plan("event", "set", "demo-2027/1", "--start", "2027-03-01")
    assert (refused.code, "не по графику: другую дату ставит fix" in refused.err) == (6, True)


def test_an_event_moved_says_which_terms_move_from_which_day_to_which(plan) -> None:
    plan("event", "set", "demo-2027/vpr", "--start", "2027-04-12", "--end", "2027-05-21", "--basis", "приказ № 1")
    again = plan("event", "set", "demo-2027/vpr", "--start", "2027-04-12", "--end", "2027-05-28")
    assert (again.code, "перенести их — srok event move" in again.err) == (6, True)
    bare = plan("event", "move", "demo-2027/vpr", "--start", "2027-04-12", "--end", "2027-05-28")
    assert (bare.code, "без документа даты не меняются: укажите --basis" in bare.err) == (6, True)
    moved = plan("event", "move", "demo-2027/vpr", "--start", "2027-04-12", "--end", "2027-05-28", "--basis", "№ 2")
    assert "перенесено: demo-2027/2/1: 21.05.2027 → 28.05.2027" in moved.out
    assert "сообщим: 1 чел. (p-uslovnova)" in moved.out
    gone = plan("event", "cancel", "demo-2027/vpr", "--basis", "приказ № 3")
    assert "снова ждут даты: demo-2027/2/1: срок был 28.05.2027" in gone.out


def test_dates_are_not_moved_by_an_executor(plan) -> None:
    refused = plan("event", "set", "demo-2027/vpr", "--start", "2027-04-12", "--by", "p-uslovnova")
    assert (refused.code, "даты вносит координатор или контролёр плана" in refused.err) == (6, True)


def test_an_extension_is_asked_for_and_granted_by_the_issuer(plan) -> None:
    asked = plan("extend", "ask", "demo-2027/1", "--until", "2027-05-14", "--reason", "отпуск")
    assert "Внесено: demo-2027/1, срок 30.04.2027" in asked.out
    refused = plan("extend", "grant", "demo-2027/1", "--basis", "резолюция", "--by", "p-uslovnova")
    assert (refused.code, "нельзя «продлить»: это делает давший поручение" in refused.err) == (6, True)
    granted = plan("extend", "grant", "demo-2027/1", "--basis", "резолюция от 01.04.2027")
    assert "demo-2027/1, срок 14.05.2027" in granted.out
    row = next(one for one in plan("status", "--json").json["assignments"] if one["measure"] == "1")
    assert (row["due_on"], row["original_due_on"], row["extension_asked_until"]) == ("2027-05-14", "2027-04-30", None)
    assert "продлено до 14.05.2027, было 30.04.2027" not in plan("status").out  # it is not urgent


def test_the_issuer_cancels_for_all_schools_at_once(plan) -> None:
    several = plan("cancel", "demo-2027/4", "--basis", "приказ № 9")
    assert (several.code, "подходит несколько поручений" in several.err) == (5, True)
    assert plan("cancel", "demo-2027/4", "--basis", "приказ № 9", "--all").out.count("отменить. Теперь: отменено") == 4
    assert states(plan)["4"] == {"cancelled"}


def test_what_was_closed_is_reopened_with_a_reason(plan) -> None:
    plan("close", "demo-2027/1", "--not-done", "--reason", "не проводилось")
    assert (plan("reopen", "demo-2027/1").code, states(plan)["1"]) == (6, {"closed"})
    assert plan("reopen", "demo-2027/1", "--reason", "провели").code == 0
    assert states(plan)["1"] == {"in_progress"}


def test_an_unknown_event_measure_plan_or_person_is_named(plan) -> None:
    assert "ни события, ни мероприятия «нет»" in plan("event", "set", "demo-2027/нет", "--start", "2027-03-01").err
    assert "мероприятия «99» нет" in plan("start", "demo-2027/99").err
    assert "плана «нет» нет в базе" in plan("start", "нет/1").err
    assert "человека «никто» нет" in plan("start", "demo-2027/1", "--by", "никто").err


def test_status_refuses_a_day_before_the_last_fact(plan) -> None:
    plan("start", "demo-2027/1")
    refused = plan("status", "--as-of", "2020-01-01")
    assert (refused.code, "последнее событие было" in refused.err) == (2, True)


def test_status_filters_by_official_plan_and_overdue(plan) -> None:
    assert plan("status", "--official", "p-uslovnova", "--json").json["assignments"]
    assert (
        plan("status", "--plan", "demo-2027", "--overdue", "--as-of", "2027-12-31", "--json").json["counts"]["overdue"]
        > 0
    )
    assert "нет в справочнике людей" in plan("status", "--official", "никто").err


def test_a_feed_is_written_whole(plan, tmp_path) -> None:
    target = tmp_path / "out" / "срок.ics"
    done = plan("feed", "export", "--scope", "official", "--of", "p-uslovnova", "-o", target)
    assert (done.code, "Записано сроков: 1" in done.out) == (0, True)
    assert target.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert not list(tmp_path.glob("out/*.part"))
    assert plan("feed", "export", "--scope", "official", "--of", "никто", "-o", target).code == 5


def test_tick_refuses_an_instant_without_a_zone(plan) -> None:
    assert plan("tick", "--now", "2027-04-01T09:00").code == 2
    assert plan("tick", "--now", "вчера").code == 2


def test_tick_counts_what_waits_when_nothing_could_be_sent(plan) -> None:
    done = plan("tick", "--now", "2027-04-01T09:00+03:00", SROK_MAIL_URL="smtp://127.0.0.1:1")
    counted = re.fullmatch(r"Поставлено: (\d+), писем отправлено: 0, не отправлено: .+, ждут: (\d+)\n", done.out)
    assert counted, done
    assert counted[1] == counted[2] != "0"


def test_init_writes_a_private_file_and_does_not_overwrite_it(cli) -> None:
    asked = ("init", "--office", "Отдел «А\\Б»", "--zone", "Asia/Omsk", "--owner", "p-primerova")
    assert cli(*asked).code == 0
    path = cli.home / "srok.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert 'office = "Отдел «А\\\\Б»"' in path.read_text("utf-8")
    assert "уже есть" in cli(*asked).err
    assert "часового пояса «Нет/Такого» нет" in cli("init", "--zone", "Нет/Такого", "--force").err
    assert cli("init", "--mail", "ftp://x", "--force").code == 7


def test_a_broken_settings_file_is_named_without_its_content(cli) -> None:
    (cli.home / "srok.toml").write_text('mail_url = "smtp://u:тайна@h\n', encoding="utf-8")
    done = cli("status")
    assert (done.code, "тайна" in done.err + done.out) == (2, False)
    (cli.home / "srok.toml").write_text("mail = 'smtp://u:тайна@h'\n", encoding="utf-8")
    done = cli("status")
    assert (done.code, "тайна" in done.err + done.out, "mail" in done.err) == (2, False, True)


def test_rehearsal_covers_four_years_and_repeats_byte_for_byte(cli) -> None:
    asked = ("rehearse", PLANS / "lysva-2021.yaml", "--from", "2021-06-01", "--to", "2024-12-31", "--jsonl")
    first, second = cli(*asked), cli(*asked)
    assert first.code == 0
    assert first.out == second.out
    assert len(first.out.splitlines()) > 500
    assert not (cli.home / "srok.db").exists()
