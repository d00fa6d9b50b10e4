"""What all tests share: golden files, rewritten by `pytest --update-golden`."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

# Other examples in every run; one that fails is printed with the line that repeats it.
hypothesis.settings.register_profile("other", database=None, deadline=None, print_blob=True)
hypothesis.settings.load_profile("other")


def pytest_configure() -> None:
    """No setting of the user reaches a test, and no test writes where the user works."""
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
