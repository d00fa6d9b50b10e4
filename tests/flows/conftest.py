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
from srok.syncing import sync_files
from srok.up import PrefectServer, _talk, server_env

ROOT = Path(__file__).parents[2]
JUNE = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with the example people, in which lysva-2021 was synced on 2021-06-01."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(ROOT / "plans" / "people.example.yaml", home / "people.yaml")
    settings = load_settings(home=home)
    sync_files([ROOT / "plans" / "lysva-2021.yaml"], settings, JUNE, "test")
    return settings


@pytest.fixture(scope="session")
def server(office: Settings) -> Iterator[PrefectServer]:
    """The server, in its environment; the runs are processes that must find the code and the home."""
    with PrefectServer(office.home, say=lambda _: None) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server_env(office.home, server.address.port).items():
            patch.setenv(name, value)
        patch.setenv("SROK_HOME", str(office.home))
        patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
        yield server


@pytest.fixture(scope="session")
def talk(server: PrefectServer) -> Callable[[Callable[[], Coroutine[None, None, Any]]], Any]:
    """Run a coroutine against the server as `srok.up` does."""
    return lambda work: _talk(server.address, work).result(timeout=180)


@pytest.fixture(scope="session")
def deployments(server: PrefectServer) -> ModuleType:
    """The module under test: Prefect reads the environment when it is imported."""
    from flows import deployments  # noqa: PLC0415 - see above

    return deployments
