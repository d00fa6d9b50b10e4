"""prefect.yaml, compose.yaml and the guide are held to the code: no container engine here can try them."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.settings import Settings, SettingsError, load_settings
from flows.schedules import PlanInstants
from srok.inputs import EXAMPLE_PEOPLE

ROOT = Path(__file__).parents[2]
DEPLOYED = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "scale-out.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def plan_instants(path: Path) -> PlanInstants:
    people, _ = read_people(EXAMPLE_PEOPLE.read_text(encoding="utf-8"), EXAMPLE_PEOPLE.name)
    roadmap, problems = read_plan(path.read_text(encoding="utf-8"), path.name, people)
    assert roadmap is not None, problems
    plan = roadmap.plan
    first, last = plan.escalation.working_hours
    zones = {plan.timezone, *(one.timezone for one in people.people.values() if one.timezone)}
    speaking = frozenset((zone, first.hour, last.hour) for zone in zones)
    return PlanInstants(plan.id, plan.title, plan.timezone, False, {}, speaking, plan.escalation.slot)  # noqa: FBT003


def in_words(deployment: Any) -> dict[str, Any]:
    """A deployment as prefect.yaml writes it."""
    words = {
        "name": deployment.name,
        "description": deployment.description,
        "entrypoint": deployment.entrypoint,
        "version": deployment.version,
        "tags": deployment.tags,
        "work_pool": {"name": deployment.work_pool_name},
        "schedules": [
            {
                "slug": one.slug,
                "cron": one.schedule.cron,
                "timezone": one.schedule.timezone,
                **({"parameters": one.parameters} if one.parameters else {}),
            }
            for one in deployment.schedules
        ],
    }
    return words | ({"parameters": deployment.parameters} if deployment.parameters else {})


def test_prefect_yaml_deploys_what_sync_registers_but_for_the_schedules_of_measures(deployments) -> None:
    plans = [plan_instants(path) for path in sorted((ROOT / "plans").glob("*-20*.yaml"))]
    wanted = [
        in_words(one)
        for one in [
            *(deployments.plan_deployment(plan, NOW, pool="srok") for plan in plans),
            *deployments._delivery(plans, NOW, pool="srok"),
        ]
    ]
    assert DEPLOYED["deployments"] == wanted


def environments() -> dict[str, str]:
    """Every variable set anywhere in compose.yaml, and those of the blocks of the guide."""
    found: dict[str, str] = {}
    for service in COMPOSE["services"].values():
        found |= service.get("environment", {})
    for block in re.findall(r"```\n(.*?)```", GUIDE, re.DOTALL):
        found |= dict(re.findall(r"^\s*([A-Z_]+)=(\S*)", block, re.MULTILINE))
    return found


OF_OTHERS = {"DO_NOT_TRACK", "HTTPS_PROXY", "PYTHONTZPATH", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def test_every_variable_is_a_setting_that_exists() -> None:
    from prefect.settings import Settings as PrefectSettings  # noqa: PLC0415 - 1.4 s
    from prefect.settings.legacy import _get_settings_fields  # noqa: PLC0415

    known = {f"SROK_{name.upper()}" for name in Settings.model_fields} | set(_get_settings_fields(PrefectSettings))
    assert environments().keys() - known == OF_OTHERS


def test_what_must_be_given_is_asked_for_and_named_in_the_guide() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert asked == used == {"DATABASE_PASSWORD", "PREFECT_AUTH", "SROK_SECRET_KEY", "SROK_MAIL_URL"}
    assert all(f"`{name}`" in GUIDE for name in asked)


def commands() -> set[str]:
    """The commands of Prefect in compose.yaml and in the guide."""
    services = [one.get("command", [""]) for one in COMPOSE["services"].values()]
    return {" ".join(one) for one in services if one[0] == "prefect"} | set(re.findall(r"`(prefect [^`]+)`", GUIDE))


HELP = """
import sys
from prefect.cli import app
for words in sys.argv[1:]:
    print("==", words, flush=True)
    try:
        sys.argv = ["prefect", *words.split(), "--help"]
        app()
    except SystemExit:
        pass
"""


def test_every_command_of_prefect_exists_with_its_options() -> None:
    found = {}
    for command in commands():
        words = re.match(r"prefect ((?:[a-z-]+ ?){1,2})", command.replace(" deploy --", " deploy  --"))
        assert words, command
        found[words[1].strip()] = set(re.findall(r"--[a-z-]+", command))
    assert {"server start", "worker start", "deploy", "work-pool set-concurrency-limit"} <= found.keys()
    done = subprocess.run([sys.executable, "-c", HELP, *found], capture_output=True, text=True, check=True, timeout=120)
    said = dict(re.findall(r"^== (.*?)\n(.*?)(?=^== |\Z)", done.stdout, re.MULTILINE | re.DOTALL))
    for words, options in found.items():
        assert f"prefect {words} " in said[words]
        assert options - set(re.findall(r"--[a-z-]+", said[words])) == set()


def test_the_services_of_compose_hang_together() -> None:
    services = COMPOSE["services"]
    assert services.keys() == {"postgres", "prefect", "worker", "srok"}
    for one in services.values():
        assert "image" in one
        assert {*one.get("depends_on", {})} <= services.keys()
        assert all("healthcheck" in services[name] for name in one.get("depends_on", {}))
        assert {source["source"] for source in one.get("configs", [])} <= COMPOSE["configs"].keys()
    assert services["worker"]["deploy"]["replicas"] > 1
    assert services["worker"]["environment"]["SROK_WORK_POOL"] == services["worker"]["command"][4] == "srok"


def test_with_a_store_on_a_server_the_key_must_be_set(monkeypatch) -> None:
    address = "postgresql://srok@/srok"
    monkeypatch.setenv("SROK_DATABASE_URL", address)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "с базой на сервере нужен SROK_SECRET_KEY, один на все машины" in str(caught.value)
    monkeypatch.setenv("SROK_SECRET_KEY", "a key")
    assert load_settings().database == address
