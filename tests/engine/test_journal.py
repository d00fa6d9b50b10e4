"""The chain of decisions: what breaks it, and where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.journal import ENGINE, GENESIS, Entry, Facts, first_broken, link

AT = datetime(2021, 6, 16, 4, tzinfo=UTC)
REPORT = Facts(AT, "p-eskizov", "root", "report", "lysva-2021", "lysva-2021/1.1/1", '{"text": "«готово»"}')


def chain(*deeds: str) -> list[Entry]:
    """Rows in order; «-» is one of the engine's own."""
    rows, head = [], GENESIS
    for number, deed in enumerate(deeds, 1):
        if deed == "-":
            rows.append(Entry(number, replace(REPORT, who=ENGINE), "", ""))
            continue
        said = replace(REPORT, deed=deed)
        rows.append(Entry(number, said, head, link(head, said)))
        head = rows[-1].hash
    return rows


def test_the_hash_is_what_other_programs_would_compute():
    """`printf '%s\\n%s' 000… '{"account":…}' | sha256sum`: the recipe of docs/json.md."""
    assert link(GENESIS, REPORT) == "13f7f9b53b92fbfb06ee20437abcd50d1027c10c14e018d59f4e7fc84438e1a0"


def test_an_instant_counts_and_not_its_zone():
    there = replace(REPORT, at=AT.astimezone(timezone(timedelta(hours=5))))
    assert link(GENESIS, there) == link(GENESIS, REPORT)


@pytest.mark.parametrize("rows", [(), ("start",), ("start", "-", "report", "-", "accept")])
def test_a_chain_as_written_is_whole_with_the_engines_rows_between(rows):
    assert first_broken(chain(*rows)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", AT + timedelta(microseconds=1)), ("who", "p-uslovnova"), ("account", "guest"), ("deed", "accept"),
        ("plan_id", None), ("subject", "lysva-2021/1.1/2"), ("facts", '{"text": "готово"}'),
    ],
)  # fmt: skip
def test_a_changed_row_breaks_the_chain_at_itself(name, value):
    rows = chain("start", "report", "accept")
    rows[1] = replace(rows[1], said=replace(rows[1].said, **{name: value}))
    assert first_broken(rows) == 2


def test_a_changed_row_with_a_hash_that_fits_breaks_the_chain_at_the_next():
    rows = chain("start", "report", "accept")
    said = replace(rows[1].said, who="p-uslovnova")
    rows[1] = replace(rows[1], said=said, hash=link(rows[1].previous, said))
    assert first_broken(rows) == 3


def test_a_row_that_names_another_before_it_is_found():
    rows = chain("start", "report", "accept")
    rows[1] = replace(rows[1], previous=GENESIS)
    assert first_broken(rows) == 2


def test_a_row_taken_out_put_in_or_out_of_turn_is_found():
    rows = chain("start", "report", "accept")
    assert first_broken([rows[0], rows[2]]) == 3
    assert first_broken(rows[1:]) == 2
    assert first_broken([rows[0], replace(rows[0], number=9), *rows[1:]]) == 9
    assert first_broken([rows[1], rows[0], rows[2]]) == 2


def test_a_decision_passed_off_as_the_engines_is_found():
    rows = chain("start", "report", "accept")
    assert first_broken([rows[0], replace(rows[1], said=replace(REPORT, who=ENGINE)), rows[2]]) == 2
    assert first_broken([rows[0], Entry(2, replace(REPORT, who=ENGINE), "", ""), rows[2]]) == 3


def test_a_decision_outside_the_chain_is_found():
    assert first_broken([Entry(1, REPORT, "", "")]) == 1
