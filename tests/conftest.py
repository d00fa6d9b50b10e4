"""What all tests share: databases of both kinds, and golden files, rewritten by `pytest --update-golden`.

Every test that asks for `address` or `migrated` runs twice: on a SQLite file and on a PostgreSQL server that the first
such test starts. A server that does not start is a failure.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from engine.store.database import Store
from tests.postgres import Cluster

# Other examples in every run; one that fails is printed with the line that repeats it.
hypothesis.settings.register_profile("other", database=None, deadline=None, print_blob=True)
hypothesis.settings.load_profile("other")


def pytest_configure() -> None:
    """No setting of the user reaches a test, and no test writes where the user works.

    A shell that starts the tests in the background has Ctrl-C ignored; processes that a test stops by it would inherit
    that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in os.environ if name.startswith(("SROK_", "PREFECT_"))]:
        del os.environ[name]
    os.environ["SROK_HOME"] = tempfile.mkdtemp(prefix="srok-tests-")


def pytest_unconfigure() -> None:
    """Nothing is left behind."""
    shutil.rmtree(os.environ["SROK_HOME"], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; review the difference")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with its golden file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL; nothing of it is left behind."""
    found = Cluster(Path(tempfile.mkdtemp(prefix="srok-pg-")))
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """An empty database of the newest schema."""
    name = cluster.database()
    Store(cluster.url(name)).close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database the test runs on."""
    return str(request.param)


@pytest.fixture
def address(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database in which nothing is yet."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.lent() as url:
        yield url


@pytest.fixture
def migrated(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the newest schema."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'srok.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.lent(request.getfixturevalue("template")) as url:
        yield url
