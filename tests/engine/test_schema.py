"""plans/schema.json is made of the shapes that read a plan."""

from __future__ import annotations

import json
from pathlib import Path

from engine.plan import Roadmap

SCHEMA = Path(__file__).parents[2] / "plans" / "schema.json"


def test_the_schema_is_that_of_the_shapes(golden) -> None:
    golden(SCHEMA, json.dumps(Roadmap.model_json_schema(by_alias=True), ensure_ascii=False, indent=1) + "\n")


def test_the_schema_knows_every_field_of_the_design() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    fields = "id number section clause title deadline event responsible controller self_control result evidence schools"
    assert set(f"{fields} completion checkpoints sub findings notes".split()) == set(
        schema["$defs"]["Measure"]["properties"]
    )
