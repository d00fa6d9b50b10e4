"""One real Prefect server for all tests of the flows, on a free port, with a home of its own."""

import os
import shutil
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.settings import Settings, load_settings
from flows.coming import coming_instants
from flows.schedules import PlanInstants
from srok.server import PrefectServer, server_env
from srok.syncing import sync_files
from srok.up import _talk

ROOT = Path(__file__).parents[2]
JUNE = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)


def lysva_office(home: Path) -> Settings:
    shutil.copy(ROOT / "plans" / "people.example.yaml", home / "people.yaml")
    settings = load_settings(home=home)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, JUNE, "test")
    return settings


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with the example people, in which lysva-2021 was synced on 2021-06-01; the runs find it."""
    monkeypatch.setenv("SROK_HOME", str(tmp_path))
    return lysva_office(tmp_path)


@pytest.fixture(scope="session")
def lysva(tmp_path_factory: pytest.TempPathFactory) -> PlanInstants:
    """The instants of lysva-2021: 14 measures, 2020 to 2025."""
    return coming_instants(lysva_office(tmp_path_factory.mktemp("lysva")), "lysva-2021")


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, PrefectServer]]:
    """The server, and its home."""
    home = tmp_path_factory.mktemp("server")
    with PrefectServer(home, say=lambda _: None) as server:
        yield home, server


@pytest.fixture(scope="module")
def server(started: tuple[Path, PrefectServer]) -> Iterator[PrefectServer]:
    """The server, in its environment, which is this file's alone; the runs are processes that must find the code."""
    home, server = started
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server_env(home, server.address.port).items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
        yield server


@pytest.fixture(scope="module")
def talk(server: PrefectServer) -> Callable[[Callable[[], Coroutine[None, None, Any]]], Any]:
    """Run a coroutine against the server as `srok.up` does."""
    return lambda work: _talk(server.address, work).result(timeout=180)


@pytest.fixture(scope="module")
def deployments(server: PrefectServer) -> ModuleType:
    """The module under test: Prefect reads the environment when it is imported."""
    from flows import deployments  # noqa: PLC0415 - see above

    return deployments
