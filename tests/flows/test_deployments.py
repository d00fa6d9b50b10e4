"""Registration and runs on a real Prefect server, with the plan of lysva-2021 as stored on 2021-06-01."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML
from sqlmodel import select

from engine.clock import utc_now
from engine.errors import DeliveryError
from engine.store.installation import open_store
from engine.store.models import ItemRow, LetterRow
from flows.coming import coming_instants
from flows.schedules import PlanInstants, artifact_key, coming
from srok.syncing import sync_files
from tests.flows.conftest import ROOT

JUNE = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)
LYSVA = ["1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "3.1", "3.2"]
DAY = timedelta(days=1)
NOON = 12


@pytest.fixture
def plan(lysva, request) -> PlanInstants:
    """The plan under the test's own id, its first instants a year from now: Prefect makes runs of the near ones."""
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    near = {key: [now + (2 + number) * DAY, *lysva.instants[key]] for number, key in enumerate(LYSVA)}
    return replace(lysva, plan_id=request.node.name.replace("_", "-"), instants=near)


async def seen(deployments, plan_id):
    """The deployment and its coming runs by measure, as soon as every schedule has one."""
    async with deployments.get_client() as client:
        while True:
            deployment = await client.read_deployment_by_name(f"track-plan/{plan_id}")
            runs = await client.get_scheduled_flow_runs_for_deployments([deployment.id], utc_now() + 90 * DAY)
            by_slug = {run.parameters.get("measure_id", "daily"): run for run in runs[::-1]}
            if by_slug.keys() == {schedule.slug for schedule in deployment.schedules}:
                return deployment, by_slug
            await asyncio.sleep(0.5)


@pytest.fixture
def requests(monkeypatch, deployments) -> list[str]:
    """The requests Prefect's client sends."""
    from prefect.client.base import PrefectHttpxAsyncClient  # noqa: PLC0415 - after the environment is set

    sent: list[str] = []
    send = PrefectHttpxAsyncClient.send

    async def record(self, request, *args, **kwargs):
        sent.append(f"{request.method} {request.url.path.partition('/api')[2]}")
        return await send(self, request, *args, **kwargs)

    monkeypatch.setattr(PrefectHttpxAsyncClient, "send", record)
    return sent


def test_lysva_has_a_deployment_with_a_schedule_for_each_measure(talk, deployments, lysva):
    done = talk(lambda: deployments.register(lysva, JUNE))
    assert (done.outcome, done.added) == ("created", (*LYSVA, "daily"))

    async def read():
        async with deployments.get_client() as client:
            return await client.read_deployment_by_name("track-plan/lysva-2021")

    deployment = talk(read)
    schedules = {schedule.slug: schedule for schedule in deployment.schedules}
    assert sorted(deployment.tags) == ["lysva-2021", "srok"]
    assert deployment.description == lysva.title
    assert deployment.entrypoint == "flows.deployments.track_plan"
    assert schedules.keys() == {*LYSVA, "daily"}
    assert {schedule.schedule.timezone for schedule in schedules.values()} == {"Asia/Yekaterinburg"}
    assert schedules["2.4"].parameters == {"plan_id": "lysva-2021", "measure_id": "2.4"}
    zone = ZoneInfo("Asia/Yekaterinburg")
    local = [f"{instant.astimezone(zone):%Y%m%dT%H%M%S}" for instant in lysva.instants["2.4"]]
    assert schedules["2.4"].schedule.rrule == f"DTSTART:{local[0]}\nRDATE:{','.join(local)}"
    assert local[0] == "20210601T090000"  # «Ежегодно Июнь, август»: the window of June opens


def test_an_unchanged_registration_writes_nothing(talk, deployments, plan, requests):
    talk(lambda: deployments.register(plan, JUNE))
    before, runs = talk(lambda: seen(deployments, plan.plan_id))
    requests.clear()
    assert talk(lambda: deployments.register(plan, JUNE)).outcome == "unchanged"
    assert {request.partition(" ")[0] for request in requests} == {"GET"}
    after, same_runs = talk(lambda: seen(deployments, plan.plan_id))
    assert after.updated == before.updated
    assert after.schedules == before.schedules
    assert {slug: run.id for slug, run in same_runs.items()} == {slug: run.id for slug, run in runs.items()}


def test_one_measure_edited_and_one_struck_leave_the_others_as_they_were(talk, deployments, plan, requests):
    talk(lambda: deployments.register(plan, JUNE))
    before, runs = talk(lambda: seen(deployments, plan.plan_id))
    edited = [instant + DAY for instant in plan.instants["2.4"]]
    kept = {key: edited if key == "2.4" else instants for key, instants in plan.instants.items() if key != "3.1"}
    requests.clear()

    done = talk(lambda: deployments.register(replace(plan, instants=kept), JUNE))

    assert (done.outcome, done.added, done.removed, done.edited) == ("changed", (), ("3.1",), ("2.4",))
    writes = [request.partition(" ")[0] for request in requests if "/schedules/" in request or "PATCH" in request]
    assert writes == ["DELETE", "PATCH"]
    after, new_runs = talk(lambda: seen(deployments, plan.plan_id))
    old = {schedule.slug: schedule for schedule in before.schedules}
    new = {schedule.slug: schedule for schedule in after.schedules}
    assert new.keys() == {*LYSVA, "daily"} - {"3.1"}
    assert {schedule.id for schedule in new.values()} == {old[slug].id for slug in new}
    untouched = new.keys() - {"2.4"}
    for slug in untouched:
        assert (new[slug].schedule, new[slug].parameters) == (old[slug].schedule, old[slug].parameters)
        assert new_runs[slug].expected_start_time == runs[slug].expected_start_time
    assert new_runs["2.4"].expected_start_time == runs["2.4"].expected_start_time + DAY


def test_a_plan_shows_its_coming_instants_anew_when_they_change(talk, deployments, plan):
    async def shown():
        async with deployments.get_client() as client:
            one = (await client._client.get(f"/artifacts/{artifact_key(plan.plan_id)}/latest")).json()
            return one["id"], one["description"], json.loads(one["data"])

    now = utc_now()
    talk(lambda: deployments.register(plan, now))
    first = talk(shown)
    assert first[1:] == (plan.title, coming(plan, now))
    talk(lambda: deployments.register(plan, now))
    assert talk(shown) == first
    fewer = replace(plan, instants={key: plan.instants[key] for key in LYSVA[:3]})
    talk(lambda: deployments.register(fewer, now))
    assert [row["мероприятие"] for row in talk(shown)[2]] == LYSVA[:3]


def test_a_measure_added_becomes_a_schedule_beside_the_others(talk, deployments, plan):
    fewer = {key: instants for key, instants in plan.instants.items() if key != "2.10"}
    talk(lambda: deployments.register(replace(plan, instants=fewer), JUNE))
    done = talk(lambda: deployments.register(plan, JUNE))
    assert (done.outcome, done.added, done.removed, done.edited) == ("changed", ("2.10",), (), ())


def test_a_new_title_is_written(talk, deployments, plan):
    talk(lambda: deployments.register(plan, JUNE))
    done = talk(lambda: deployments.register(replace(plan, title="План мероприятий"), JUNE))
    assert (done.outcome, done.added, done.removed, done.edited) == ("changed", (), (), ())


def test_the_deployment_of_a_plan_that_is_gone_is_deleted(talk, deployments, plan, lysva):
    talk(lambda: deployments.register(lysva, JUNE))
    talk(lambda: deployments.register(plan, JUNE))
    assert plan.plan_id in talk(lambda: deployments.unregister(["lysva-2021"]))
    assert talk(lambda: deployments.unregister(["lysva-2021"])) == []


def test_all_plans_of_the_store_and_the_delivery_are_registered(talk, deployments, office):
    talk(lambda: deployments.unregister([]))
    first = talk(lambda: deployments.register_all(office, JUNE))
    assert [(one.name, one.outcome) for one in first[:1]] == [("lysva-2021", "created")]
    assert first[1].name == "deliver"
    again = talk(lambda: deployments.register_all(office, JUNE))
    assert [(one.name, one.outcome) for one in again] == [("lysva-2021", "unchanged"), ("deliver", "unchanged")]


def test_an_action_that_comes_becomes_a_run_that_completes_and_writes_to_the_outbox(talk, deployments, office, lysva):
    """№ 1.1 «До 21 июня 2021»: the run is told the morning of its reminder, since on a day off nothing goes out.

    Of several coming instants the first that the server sees in time is taken: no clock decides the test.
    """
    start = utc_now().replace(microsecond=0)
    coming = [start + timedelta(seconds=seconds) for seconds in (12, 30, 60, 120)]
    reminder = datetime(2021, 6, 16, 4, 0, tzinfo=UTC)
    assert reminder in lysva.instants["1.1"]

    async def work():
        runner = deployments.Runner(limit=1, query_seconds=1, pause_on_shutdown=False)
        deployment = deployments.plan_deployment(replace(lysva, plan_id="coming", instants={"1.1": coming}), start)
        deployment.parameters["now"] = reminder.isoformat()
        deployment_id = await runner.aadd_deployment(deployment)
        running = asyncio.create_task(runner.start())
        try:
            async with deployments.get_client() as client:
                first = await first_run(client, deployment_id, coming[-1])
                return first, await deployments._finished(client, first.id)
        finally:
            await runner.astop()
            await running

    first, done = talk(work)

    assert first.expected_start_time in coming
    assert (done.name, done.state) == ("coming 1.1", "Completed")
    with open_store(office) as store, store.reading() as session:
        items = session.exec(select(ItemRow).where(ItemRow.measure_id == "1.1")).all()
        assert [(item.at, item.letter is not None) for item in items] == [(reminder, True)]


async def first_run(client, deployment_id, before):
    """The first scheduled run; with SQLAlchemy 2.1 there is none for ever (docs/adr/0002)."""
    while True:
        runs = await client.get_scheduled_flow_runs_for_deployments([deployment_id], before)
        if runs:
            return min(runs, key=lambda run: run.expected_start_time)
        await asyncio.sleep(0.2)


def test_a_rehearsed_day_runs_at_once_and_its_schedules_rest(talk, deployments, office):
    assert [(one.name, one.state) for one in talk(lambda: deployments.run_now(office, ["lysva-2021"], JUNE))] == [
        ("lysva-2021 все меры", "Completed")
    ]

    async def read():
        async with deployments.get_client() as client:
            return await client.read_deployment_by_name("track-plan/lysva-2021")

    assert talk(read).paused


CHANNELS = [
    ("nonsense://example.org", "Канал не работает: SROK_MAIL_URL не понят"),  # nobody's letter can go: an alarm
    ("smtp://127.0.0.1:1?from=srok@example.org", "Не отправлено сообщений: 3; какие и почему, покажет «srok outbox»"),
]


@pytest.mark.parametrize(("mail", "message"), CHANNELS)
def test_a_pass_whose_channel_does_not_work_fails_the_run(talk, deployments, office, monkeypatch, mail, message):
    monkeypatch.setenv("SROK_MAIL_URL", mail)
    with pytest.raises(DeliveryError) as refused:
        talk(lambda: deployments.track_plan("lysva-2021", now=JUNE))
    assert str(refused.value).startswith(message)


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
                        return mine[0].expected_start_time, await deployments._finished(client, mine[0].id)
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
