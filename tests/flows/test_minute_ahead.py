"""A measure of lysva-2021 moved so that its last day is today and its slot a minute ahead: the clock fires it."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML
from sqlmodel import select

from engine.clock import utc_now
from engine.store.installation import open_store
from engine.store.models import ItemRow, LetterRow
from flows.passes import coming_instants
from srok.syncing import sync_files
from tests.flows.conftest import ROOT

NOON = 12


def zone_where_it_is_noon(now) -> str:
    """Etc/GMT signs are turned round: Etc/GMT-5 is UTC+5."""
    offset = NOON - now.hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


@pytest.fixture
def moved(office, tmp_path):
    """№ 1.1 «До 21 июня 2021» as «до <today>» in a plan of its own, with the instant at which it is due."""
    now = utc_now()
    zone = zone_where_it_is_noon(now)
    local = now.astimezone(ZoneInfo(zone))
    slot = (local + timedelta(seconds=95)).replace(second=0, microsecond=0)
    today = local.date()
    lysva = YAML(typ="safe").load((ROOT / "plans" / "lysva-2021.yaml").read_text("utf-8"))
    measure = next(one for one in lysva["measures"] if one["id"] == "1.1")
    plan = {
        "plan": lysva["plan"]
        | {
            "id": "minute-ahead",
            "timezone": zone,
            "horizon": {"from": today - timedelta(days=30), "to": today + timedelta(days=30)},
            "calendar": {"extra_working_days": [today]},
            "escalation": {"slot": f"{slot:%H:%M}", "hours": [f"{slot:%H:%M}", "23:59"]},
        },
        "measures": [measure | {"deadline": f"до {today:%d.%m.%Y}"}],
    }
    path = tmp_path / "minute-ahead.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(plan, file)
    sync_files([path], office, now, "test")
    return office, slot


def test_an_action_a_minute_ahead_becomes_a_run_that_completes_and_writes_to_the_outbox(talk, deployments, moved):
    office, slot = moved
    plan = coming_instants(office, "minute-ahead")
    assert slot in plan.instants["1.1"]

    async def work():
        runner = deployments.Runner(limit=1, query_seconds=1, pause_on_shutdown=False)
        deployment_id = await runner.aadd_deployment(deployments.plan_deployment(plan, utc_now()))
        running = asyncio.create_task(runner.start())
        try:
            async with deployments.get_client() as client:
                while True:
                    runs = await client.get_scheduled_flow_runs_for_deployments([deployment_id], slot)
                    mine = [run for run in runs if run.parameters.get("measure_id") == "1.1"]
                    if mine:
                        return mine[0].expected_start_time, await deployments._finished(
                            client, mine[0].id, "minute-ahead"
                        )
                    await asyncio.sleep(0.2)
        finally:
            await runner.astop()
            await running

    started, done = talk(work)

    assert started == slot
    assert (done.name, done.state) == ("minute-ahead 1.1", "Completed")
    with open_store(office) as store, store.reading() as session:
        query = select(ItemRow, LetterRow).where(ItemRow.letter == LetterRow.key, ItemRow.plan_id == "minute-ahead")
        found = [(item.measure_id, item.rung, item.at, letter.state) for item, letter in session.exec(query)]
    assert found == [("1.1", "due", slot, "sent")]
