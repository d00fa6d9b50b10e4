"""What a deadline means within a horizon: the cells of the five plans, and the conventions by number."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.calendar import Horizon, resolve
from engine.deadline import parse_deadline

DEV = Path(__file__).parents[2] / "corpus" / "dev.jsonl"
RECORDS = [json.loads(line) for line in DEV.read_text("utf-8").splitlines() if '"id": "seed-' in line]

SCHOOL_YEAR = Horizon(date(2020, 9, 1), date(2021, 8, 31))
YEAR_2021 = Horizon(date(2021, 1, 1), date(2021, 12, 31))
FOUR_YEARS = Horizon(date(2021, 1, 1), date(2024, 12, 31))


def parts(text: str, horizon: Horizon) -> list[dict[str, object]]:
    return [part.as_json() for part in resolve(parse_deadline(text), horizon).parts]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_a_cell_of_the_plans_means_exactly_its_gold(record: dict[str, Any]) -> None:
    horizon = Horizon(date.fromisoformat(record["horizon"]["start"]), date.fromisoformat(record["horizon"]["end"]))
    assert parts(record["text"], horizon) == record["parts"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_a_cell_of_the_plans_with_days_is_doubted_only_when_it_is_hard(record: dict[str, Any]) -> None:
    horizon = Horizon(date.fromisoformat(record["horizon"]["start"]), date.fromisoformat(record["horizon"]["end"]))
    hard = record.get("hard", False) and "windows" in record["parts"][0]
    assert bool(resolve(parse_deadline(record["text"]), horizon).doubts) == hard


# text, horizon, kind, windows, number of doubts; the first word of the comment is the convention
MEANS = [
    ("август", SCHOOL_YEAR, "dated", [("2021-08-01", "2021-08-31")], 1),  # 12: the August that ends it, hard
    ("август", YEAR_2021, "dated", [("2021-08-01", "2021-08-31")], 0),  # 12
    ("сентябрь, январь", SCHOOL_YEAR, "dated", [("2020-09-01", "2020-09-30"), ("2021-01-01", "2021-01-31")], 0),  # 12
    ("сентябрь январь", SCHOOL_YEAR, "dated", [("2020-09-01", "2020-09-30"), ("2021-01-01", "2021-01-31")], 1),  # 33
    ("май июнь", YEAR_2021, "dated", [("2021-05-01", "2021-05-31"), ("2021-06-01", "2021-06-30")], 0),  # 33: neighbours
    ("ноябрь – январь", SCHOOL_YEAR, "dated", [("2020-11-01", "2021-01-31")], 0),  # 12
    ("август-сентябрь", SCHOOL_YEAR, "dated", [("2020-08-01", "2020-09-30")], 1),  # 12: overlaps twice, the earlier
    ("декабрь-январь", YEAR_2021, "dated", [("2020-12-01", "2021-01-31")], 1),  # 12: crosses the edge
    ("март", FOUR_YEARS, "recurring", [(f"{y}-03-01", f"{y}-03-31") for y in range(2021, 2025)], 1),  # 12: several
    ("до 1 марта", FOUR_YEARS, "recurring", [(None, f"{y}-03-01") for y in range(2021, 2025)], 1),  # 12
    ("до 1 марта", SCHOOL_YEAR, "dated", [(None, "2021-03-01")], 0),
    ("1 сентября", SCHOOL_YEAR, "dated", [("2020-09-01", "2020-09-01")], 0),  # 7
    ("1 октября", Horizon(date(2021, 1, 11), date(2021, 6, 30)), "dated", [("2021-10-01", "2021-10-01")], 1),  # 34
    ("29 февраля", YEAR_2021, "dated", [("2020-02-29", "2020-02-29")], 1),  # 34
    (
        "март",
        Horizon(date(2021, 3, 12), date(2021, 12, 31)),
        "dated",
        [("2021-03-01", "2021-03-31")],
        0,
    ),  # 12: cut, whole
    ("март 2022", YEAR_2021, "dated", [("2022-03-01", "2022-03-31")], 0),  # 13: an own year stands
    ("25 апреля – 8 мая 2021", YEAR_2021, "dated", [("2021-04-25", "2021-05-08")], 0),  # 10
    ("2021 год", FOUR_YEARS, "dated", [("2021-01-01", "2021-12-31")], 1),  # 17: hard
    ("в течение 2022 года", FOUR_YEARS, "continuous", [("2022-01-01", "2022-12-31")], 0),  # 17
    ("2021-2022 гг.", FOUR_YEARS, "continuous", [("2021-01-01", "2022-12-31")], 0),  # 17
    ("2023-2026 гг.", FOUR_YEARS, "continuous", [("2023-01-01", "2024-12-31")], 1),  # 14: clipped
    ("2020/2021", YEAR_2021, "continuous", [("2021-01-01", "2021-08-31")], 1),  # 5, 14
    ("2025-2026 гг.", FOUR_YEARS, "continuous", [("2025-01-01", "2026-12-31")], 0),  # 14: does not meet, kept
    ("В течение года", FOUR_YEARS, "continuous", [("2021-01-01", "2024-12-31")], 1),  # 16: hard
    ("В течение учебного года", YEAR_2021, "continuous", [("2021-01-01", "2021-12-31")], 1),  # 16: hard
    ("Постоянно", FOUR_YEARS, "continuous", [("2021-01-01", "2024-12-31")], 0),  # 16
    ("в течение апреля", YEAR_2021, "dated", [("2021-04-01", "2021-04-30")], 0),  # 9
    ("Ежегодно", SCHOOL_YEAR, "recurring", [("2020-09-01", "2021-08-31")], 0),  # 20: one window
    ("Ежегодно Июль-август", SCHOOL_YEAR, "recurring", [("2021-07-01", "2021-08-31")], 0),  # 20
    (
        "Ежегодно ноябрь-январь",  # 14, 20: clipped at both edges
        Horizon(date(2021, 1, 1), date(2022, 12, 31)),
        "recurring",
        [("2021-01-01", "2021-01-31"), ("2021-11-01", "2022-01-31"), ("2022-11-01", "2022-12-31")],
        0,
    ),
    ("Ежегодно до 1 сентября", FOUR_YEARS, "recurring", [(None, f"{y}-09-01") for y in range(2021, 2025)], 0),  # 30
    ("29 февраля ежегодно", FOUR_YEARS, "recurring", [("2024-02-29", "2024-02-29")], 0),  # 30
    ("май 2021, май 2021", YEAR_2021, "dated", [("2021-05-01", "2021-05-31")], 0),  # equal windows once
    ("до 1 марта 2021, 1 июня 2021", YEAR_2021, "dated", [(None, "2021-03-01"), ("2021-06-01", "2021-06-01")], 1),  # 6
]


@pytest.mark.parametrize(
    ("text", "horizon", "kind", "windows", "doubts"), MEANS, ids=[f"{row[0]} {row[1].start}" for row in MEANS]
)
def test_means(text: str, horizon: Horizon, kind: str, windows: list[tuple[str | None, str]], doubts: int) -> None:
    reading = resolve(parse_deadline(text), horizon)
    shape = {"kind": kind, "windows": [list(window) for window in windows]}
    if kind == "recurring":
        shape["freq"] = "yearly"
    assert [part.as_json() for part in reading.parts] == [shape]
    assert len(reading.doubts) == doubts


@pytest.mark.parametrize("text", ["май", "май-июнь", "Ежегодно май"])
def test_a_month_outside_the_horizon_is_not_guessed(text: str) -> None:
    reading = resolve(parse_deadline(text), Horizon(date(2021, 9, 1), date(2021, 12, 31)))
    assert [part.as_json() for part in reading.parts] == [{"kind": "unknown"}]
    assert reading.doubts


def test_parts_of_several_kinds_keep_the_order_of_the_text() -> None:
    assert parts("сентябрь, в течение года, по мере необходимости, по графику, октябрь", SCHOOL_YEAR) == [
        {"kind": "dated", "windows": [["2020-09-01", "2020-09-30"], ["2020-10-01", "2020-10-31"]]},  # 18
        {"kind": "continuous", "windows": [["2020-09-01", "2021-08-31"]]},
        {"kind": "on_demand"},
        {"kind": "schedule", "ref": "графику"},
    ]


SAID = [
    ("Февраль-июль 2021", SCHOOL_YEAR, ["month-last-day", "year-from-text"]),  # Артём 9
    ("до 1 марта", SCHOOL_YEAR, ["until-included", "year-from-horizon"]),
    ("2021-2022 уч. год", SCHOOL_YEAR, ["school-year", "outside-horizon"]),  # Артём 18
    ("2020 – 2021гг.", SCHOOL_YEAR, ["clipped"]),  # Весьегонск 1.1
    ("Ежегодно Июнь, август", FOUR_YEARS, ["each-year", "month-last-day"]),  # Лысьва 2.4
    ("Постоянно", SCHOOL_YEAR, ["whole-horizon"]),  # Весьегонск 3.6
    ("21.02.2021", SCHOOL_YEAR, []),
]


@pytest.mark.parametrize(("text", "horizon", "codes"), SAID)
def test_what_is_implied_is_said(text: str, horizon: Horizon, codes: list[str]) -> None:
    assert [assumption.code for assumption in resolve(parse_deadline(text), horizon).assumptions] == codes


def test_a_doubt_is_a_russian_sentence() -> None:
    (doubt,) = resolve(parse_deadline("2020 – 2021гг."), SCHOOL_YEAR).doubts  # Весьегонск 1.1
    assert doubt.code == "clipped"
    assert doubt.text_ru == "«2020 – 2021 годы» обрезано сроком плана: 01.09.2020 – 31.08.2021"


def test_a_horizon_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"срок плана кончается \(01\.01\.2021\) раньше, чем начинается \(02\.01\.2021\)"
    ):
        Horizon(date(2021, 1, 2), date(2021, 1, 1))
    with pytest.raises(ValueError, match="срок плана должен лежать между 1950 и 2150 годом"):
        Horizon(date(1, 1, 1), date(2021, 1, 1))
