"""How much of the corpus is read exactly, by the definitions of its own scorer (bench.scoring)."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.scoring import Score, score
from engine.calendar import Horizon, resolve
from engine.deadline import DeadlineError, parse_deadline

HERE = Path(__file__).parent
Record = dict[str, Any]


class Floor(NamedTuple):
    """What a file must score: shares of exact answers, among all records and among those that are not hard."""

    records: int
    not_hard: float
    everything: float


FLOORS = {
    "dev": Floor(166, 0.99, 0.96),
    "madeup": Floor(97, 0.97, 0.97),
    "own": Floor(377, 0.97, 0.94),
}

# Windows that are not the right ones are the worst fault; each of these has its reason.
WRONG: dict[str, set[str]] = {
    "dev": set(),
    "madeup": set(),
    # «каждая последняя пятница месяца»: the record takes the whole month by analogy with convention 19,
    # srok names the Friday itself, which lies in that month
    "own": {"ub-105"},
}


@cache
def records(name: str) -> list[Record]:
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


def answer(record: Record) -> list[dict[str, object]]:
    try:
        deadline = parse_deadline(record["text"])
    except DeadlineError:
        return []
    horizon = Horizon(*(date.fromisoformat(record["horizon"][end]) for end in ("start", "end")))
    return [part.as_json() for part in resolve(deadline, horizon).parts]


@cache
def scores(name: str) -> dict[str, Score]:
    return {record["id"]: score(record["parts"], answer(record)) for record in records(name)}


def failing(name: str, wrong: Callable[[Score], bool]) -> list[str]:
    return [f"{one['id']} {one['text']!r}" for one in records(name) if wrong(scores(name)[one["id"]])]


@pytest.mark.parametrize("name", FLOORS)
def test_the_corpus_is_read_as_exactly_as_it_was(name: str) -> None:
    floor = FLOORS[name]
    assert len(scores(name)) == floor.records  # no id twice
    easy = [record["id"] for record in records(name) if not record.get("hard")]
    failed = failing(name, lambda one: not one.exact)
    assert sum(one.exact for one in scores(name).values()) >= floor.everything * floor.records, failed
    assert sum(scores(name)[one].exact for one in easy) >= floor.not_hard * len(easy), failed


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_is_silently_wrong(name: str) -> None:
    assert {line.split()[0] for line in failing(name, lambda one: one.silently_wrong)} == WRONG[name]


# The definitions of the scorer, each broken on purpose.
MAY = {"kind": "dated", "windows": [["2021-05-01", "2021-05-31"]]}
DAILY = {"kind": "recurring", "freq": "daily", "windows": [["2021-05-01", "2021-05-31"]]}
EVENT = {"kind": "event", "relation": "after", "offset": "P10D", "event": "получения результатов"}

JUDGED = [
    ([MAY], [MAY], "exact"),
    ([MAY], [], "gave_up"),
    ([MAY], [{"kind": "unknown"}], "gave_up"),
    ([MAY], [{"kind": "dated", "windows": [[None, "2021-05-31"]]}], "silently_wrong"),
    ([{"kind": "unknown"}], [], "exact"),
    ([{"kind": "unknown"}], [MAY], "silently_wrong"),
    ([EVENT], [EVENT | {"event": "после получения всех результатов"}], "exact"),
    ([EVENT], [EVENT | {"offset": None}], ""),
    ([EVENT], [EVENT | {"event": "подписания приказа"}], ""),
    ([DAILY], [DAILY | {"freq": "weekly"}], ""),
    ([DAILY | {"freq": "monthly"}], [DAILY | {"freq": "quarterly"}], "exact"),  # the windows tell them apart
    ([MAY], [MAY, EVENT], ""),
]


@pytest.mark.parametrize(("gold", "given", "verdict"), JUDGED)
def test_an_answer_is_judged_by_the_definitions_of_the_corpus(
    gold: list[Record], given: list[Record], verdict: str
) -> None:
    found = score(gold, given)
    assert [name for name in ("exact", "silently_wrong", "gave_up") if getattr(found, name)] == [verdict] * bool(
        verdict
    )
