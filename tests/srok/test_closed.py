"""What `srok up` keeps to itself: from its start through a registration and a run to its end."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.clock import utc_now
from srok.server import ServerAddress, running_server
from srok.syncing import sync_files
from srok.up import _talk
from tests.faults.desk import PLAN, environment, make_home

WIRE = Path(__file__).with_name("wire")
MAIL = "smtp://srok:mail-pass-1@127.0.0.1:1?from=srok@example.org"
TOKEN = "123456:telegram-token-2"
ASKED = ["/api/flows/filter", "/api/flow_runs/filter", "/api/deployments/filter", "/api/admin/version"]


@dataclass
class Watched:
    """What was seen of an `srok up` whose mail server does not answer, and what it left behind."""

    home: Path
    auth: str
    said: str
    run: Any
    wire: list[list[str]]
    commands: list[str]
    listening: set[str]
    refused: list[int]

    def everything(self) -> str:
        """All that Prefect keeps and that is printed or logged."""
        folder = self.home / "prefect"
        kept = [path for path in folder.rglob("*") if path.is_file() and path.name not in {"auth", "up.lock"}]
        assert {"prefect.db", "server.log"} <= {path.name for path in kept}
        text = self.said + "\n".join(path.read_bytes().decode("utf-8", "replace") for path in kept)
        assert PLAN in text
        return text


def until(condition: Callable[[], Any]) -> Any:
    end = time.monotonic() + 120
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def ask(address: ServerAddress, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=10)
    connection.request("GET" if path.endswith("version") else "POST", path, "{}", {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


async def run_once() -> Any:
    """A run of the plan as its schedule asks for it; None while the plan is not registered."""
    from flows import deployments  # noqa: PLC0415 - Prefect reads the environment at import

    async with deployments.get_client() as client:
        try:
            found = await client.read_deployment_by_name(f"track-plan/{PLAN}")
        except deployments.ObjectNotFound:
            return None
        run = await client.create_flow_run_from_deployment(found.id)
        await deployments._finished(client, run.id)
        return await client.read_flow_run(run.id)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder = tmp_path_factory.mktemp("closed")
    settings = make_home(folder / "home", utc_now(), measures=6, people=3)
    second = settings.home / "second.yaml"
    text = (settings.home / "thousand.yaml").read_text(encoding="utf-8")
    second.write_text(text.replace(f"id: {PLAN}", "id: second"), encoding="utf-8")
    wire = folder / "wire.txt"
    env = environment(settings)
    env |= {"SROK_MAIL_URL": MAIL, "SROK_TELEGRAM_TOKEN": TOKEN, "SROK_TEST_WIRE": str(wire)}
    env |= {"SROK_TELEGRAM_API_BASE": "http://127.0.0.1:9"}  # the bot that the user has configured; nobody is there
    env |= {"PYTHONPATH": f"{WIRE}{os.pathsep}{env['PYTHONPATH']}", "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "srok", "up"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_HOME", os.environ.get("PREFECT_HOME") or str(folder / "prefect-of-the-test"))
        try:
            address = until(lambda: running_server(settings.home))
            sync_files([second], settings, utc_now(), "test")
            run = until(lambda: _talk(address, run_once).result(timeout=120))
            refused = [ask(address, path) for path in ASKED]
            tree = psutil.Process(process.pid)
            every = [tree, *tree.children(recursive=True)]
            commands = [" ".join(one.cmdline()) for one in every]
            listening = {
                at.laddr.ip for one in every for at in one.net_connections() if at.status == psutil.CONN_LISTEN
            }
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=60)
    noted = [line.split("\t") for line in wire.read_text(encoding="utf-8").splitlines()]
    return Watched(settings.home, address.auth, said, run, noted, commands, listening, refused)


def test_nothing_but_this_machine_is_looked_up_or_connected_to(watched):
    assert len({pid for pid, *_ in watched.wire}) >= 3  # up, its server, the run
    outside = [
        line for line in watched.wire if not re.match(r"\('127\.0\.0\.1', |(b?')?(127\.0\.0\.1|localhost)'?$", line[2])
    ]
    assert outside == []


def test_the_server_listens_to_this_machine_alone_and_refuses_who_has_not_the_secret(watched):
    assert watched.listening == {"127.0.0.1"}
    assert watched.refused == [401] * len(ASKED)


def test_a_run_names_its_plan_and_nobody(watched):
    assert watched.run.state.is_final()
    assert watched.run.parameters == {"plan_id": PLAN}
    assert (watched.run.name, sorted(watched.run.tags)) == (f"{PLAN} все меры", ["srok", PLAN])


@pytest.mark.parametrize(
    "secret", ["one-for-all-machines", "mail-pass-1", "telegram-token-2", "p1@example.org", "Условнов 1"]
)
def test_neither_secrets_nor_people_are_in_what_prefect_keeps_or_in_what_is_printed(watched, secret):
    text = watched.everything()
    assert secret not in text
    assert json.dumps(secret).strip('"') not in text
    assert not [one for one in watched.commands if secret in one]


def test_the_secret_of_the_server_is_in_its_own_file_alone(watched):
    secret = watched.auth.partition(":")[2]
    assert secret in (watched.home / "prefect" / "auth").read_text(encoding="ascii")
    assert secret not in watched.everything()
    assert not [one for one in watched.commands if secret in one]
