"""One installation for all; nothing here is run but by `make test-interop`."""

from __future__ import annotations

import pytest

from tests.interop.reading import READERS, Reader
from tests.interop.world import Home, lived


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    return lived(tmp_path_factory.mktemp("interop") / "home")


@pytest.fixture(params=READERS, ids=lambda one: one.name)
def reader(request) -> Reader:
    found: Reader = request.param
    if found.missing:
        pytest.skip(f"{found.name} is not on this machine")
    return found
