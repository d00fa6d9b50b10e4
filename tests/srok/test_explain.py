"""`srok explain`: one cell for a person, many for a program."""

from __future__ import annotations

import json
from pathlib import Path

SEEDS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "corpus" / "dev.jsonl").read_text("utf-8").splitlines()
    if '"id": "seed-' in line
]


def test_every_cell_of_the_five_documents_is_read_as_the_corpus_says(cli) -> None:
    asked = "".join(json.dumps({name: one[name] for name in ("id", "text", "horizon")}) + "\n" for one in SEEDS)
    done = cli("explain", "--jsonl", stdin=asked)
    answers = {one["id"]: one["parts"] for one in map(json.loads, done.out.splitlines())}
    assert (done.code, len(answers)) == (0, 61)
    assert [one["id"] for one in SEEDS if answers[one["id"]] != one["parts"]] == []


def test_a_refusal_is_unknown_and_no_failure(cli) -> None:
    line = {"id": "x", "text": "когда рак свистнет", "horizon": {"start": "2021-01-01", "end": "2021-12-31"}}
    done = cli("explain", "--jsonl", stdin=json.dumps(line) + "\n")
    assert (done.code, json.loads(done.out)) == (0, {"id": "x", "parts": [{"kind": "unknown"}]})


def test_a_line_that_is_no_record_does_not_hide_the_others(cli) -> None:
    good = {"id": "x", "text": "Май 2021", "horizon": {"start": "2021-01-01", "end": "2021-12-31"}}
    done = cli("explain", "--jsonl", stdin="не json\n" + json.dumps(good) + "\n")
    assert done.code == 2
    assert json.loads(done.out)["id"] == "x"
    assert "строка 1" in done.err


def test_a_refused_cell_names_the_place(cli) -> None:
    done = cli("explain", "до 31 июня 2021", "--from", "2021-01-01", "--to", "2021-12-31")
    place = "Ошибка: такой даты нет, не разобрано с 4-го знака: «31 июня 2021»\n"
    assert (done.code, done.err) == (4, f"{place}Исправьте день или номер.\n")


def test_a_shifted_day_is_explained(cli) -> None:
    done = cli("explain", "Октябрь 2020", "--from", "2020-09-01", "--to", "2021-08-31")
    assert "31.10.2020 — суббота, срок перенесён на пятницу 30.10.2020" in done.out


def test_days_turned_round_are_refused(cli) -> None:
    done = cli("explain", "Май", "--from", "2021-12-31", "--to", "2021-01-01")
    assert done.code == 2
    assert "проверьте --from и --to" in done.err


def test_json_names_parts_windows_and_assumptions(cli) -> None:
    done = cli("explain", "До 21 июня 2021", "--from", "2021-01-01", "--to", "2024-12-31", "--json")
    assert done.json["parts"] == [{"kind": "dated", "windows": [[None, "2021-06-21"]]}]
    assert done.json["windows"][0]["due_on"] == "2021-06-21"
    assert [one["code"] for one in done.json["assumptions"]] == ["until-included"]
    assert done.json["doubts"] == []


def test_json_names_the_doubts_by_code(cli) -> None:
    done = cli("explain", "август", "--from", "2020-09-01", "--to", "2021-08-31", "--json")
    assert [one["code"] for one in done.json["doubts"]] == ["august"]
    assert done.json["doubts"][0]["text"].startswith("«август» прочитан как конец срока плана")


def test_a_misspelt_month_is_refused_with_the_month_that_may_be_meant(cli) -> None:
    done = cli("explain", "аперль 2021", "--from", "2021-01-01", "--to", "2021-12-31")
    place = "Ошибка: не разобрано с 1-го знака: «аперль 2021»; может быть, «апрель»?\n"
    hint = "Что читается и как написать иначе — в docs/ru/soglasheniya.md.\n"
    assert (done.code, done.err) == (4, f"{place}{hint}")
