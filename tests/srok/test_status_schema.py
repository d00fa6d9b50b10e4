"""docs/status.schema.json says what `srok status --json` prints: no key less, no key more."""

from __future__ import annotations

import copy
import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from engine.assignment import Outcome, State
from tests.srok.conftest import PLANS, ROOT

SCHEMA = json.loads((ROOT / "docs" / "status.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
ROW = SCHEMA["properties"]["assignments"]["items"]


def test_the_schema_is_one_and_knows_the_words_of_the_code() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert ROW["properties"]["state"]["enum"] == [*State]
    assert {*ROW["properties"]["outcome"]["enum"]} == {*Outcome, None}
    counts = SCHEMA["properties"]["counts"]
    assert counts["required"] == list(counts["properties"]) == [*State, "overdue", "due_soon"]
    assert (ROW["required"], SCHEMA["required"]) == (list(ROW["properties"]), list(SCHEMA["properties"]))


@pytest.fixture
def printed(office):
    """A status with closed, asked for, interim, overdue and awaiting assignments, after a pass."""
    assert office("sync", PLANS / "vesyegonsk-2020.yaml").code == 0
    for given in (
        ("report", "lysva-2021/2.4", "--text", "Готово"),
        ("accept", "lysva-2021/2.4"),
        ("report", "lysva-2021/2.4", "--interim", "--text", "Половина"),
        ("extend", "ask", "lysva-2021/2.4", "--until", "2030-12-20", "--reason", "мало дней"),
        ("tick",),
    ):
        done = office(*given)
        assert done.code == 0, done.err
    return office("status", "--json").json


def test_what_is_printed_is_what_the_schema_says(printed) -> None:
    VALIDATOR.validate(printed)
    assert printed["last_pass"]
    assert {one["state"] for one in printed["assignments"]} > {"closed", "awaiting"}
    assert any(one["extension_asked_until"] and one["interim_on"] for one in printed["assignments"])
    assert set(printed) == set(SCHEMA["properties"])
    assert {frozenset(one) for one in printed["assignments"]} == {frozenset(ROW["properties"])}
    VALIDATOR.validate(printed | {"added": 1})
    for spoil in (
        lambda shown: shown.pop("counts"),
        lambda shown: shown["counts"].pop("overdue"),
        lambda shown: shown["assignments"][0].update(state="forgotten"),
        lambda shown: shown["assignments"][0].update(due_on="21.06.2021"),
        lambda shown: shown["assignments"][0].pop("school"),
        lambda shown: shown.update(as_of=None),
    ):
        wrong = copy.deepcopy(printed)
        spoil(wrong)
        with pytest.raises(ValidationError):
            VALIDATOR.validate(wrong)


def test_an_installation_without_a_pass_fits_too(office) -> None:
    VALIDATOR.validate(office("status", "--plan", "lysva-2021", "--overdue", "--json").json)
