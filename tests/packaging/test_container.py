"""The image: no engine here builds it, so its file is linted, and what goes into it is held to what a wheel holds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from engine.settings import Settings
from srok.serving import PORT
from srok.web import make_app
from tests.packaging.building import CODE, ROOT, tree
from tests.packaging.test_wheel import LOCAL

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """Return name and words of every instruction, lines that go on joined."""
    lines = [line for line in TEXT.splitlines() if not line.startswith("#")]
    joined = re.sub(r" *\\\n *", " ", "\n".join(lines))
    return [(name, words) for name, _, words in (line.partition(" ") for line in joined.splitlines() if line)]


def said(name: str) -> list[str]:
    return [words for one, words in instructions() if one == name]


def lint(text: str) -> list[dict[str, str]]:
    """Return what hadolint has against a Dockerfile; it comes with the development lock."""
    folder = Path(sys.executable).parent
    hadolint = shutil.which("hadolint", path=folder) or shutil.which("hadolint")
    assert hadolint, "hadolint is missing: make env installs it"
    command = [hadolint, "--no-color", "--format", "json", "-"]
    return json.loads(subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout)


def test_hadolint_has_nothing_against_it_and_would_say_so() -> None:
    assert lint(TEXT) == []
    assert {one["code"] for one in lint(TEXT.replace(" --no-cache-dir", ""))} == {"DL3042"}


def test_both_stages_stand_on_the_same_python_which_is_named_and_is_the_one_of_the_tests() -> None:
    images = [words.split()[0] for words in said("FROM")]
    assert images == ["python:3.11-slim-bookworm"] * 2


def test_it_runs_as_nobody_in_particular_and_its_commands_need_no_shell() -> None:
    assert said("USER") == ["1000:1000"]
    assert json.loads(said("CMD")[-1]) == ["srok", "up", "--web-port", str(PORT)]
    assert instructions().index(("USER", "1000:1000")) > instructions().index(
        ("COPY", "--from=build /opt/srok /opt/srok")
    )


def test_it_asks_its_own_pages_how_it_is(tmp_path) -> None:
    (check,) = said("HEALTHCHECK")
    code = json.loads(check.partition(" CMD ")[2])[2]
    url = re.search(r"'http://127\.0\.0\.1:(\d+)(/\w+)'", code)
    assert url
    assert int(url[1]) == PORT
    assert url[2] in {route.path for route in make_app(Settings(home=tmp_path)).routes}  # type: ignore[attr-defined]


def test_everything_is_installed_by_the_hashes_of_a_lock() -> None:
    runs = " ".join(said("RUN"))
    installs = re.findall(r"pip install ([^&]+)", runs)
    assert len(installs) == 3
    for one in installs:
        assert "--no-deps" in one
        assert ("--require-hashes" in one and re.search(r"requirements(-extras)?\.lock", one)) or "--no-index" in one


def test_no_secret_stands_in_it() -> None:
    settings = {f"SROK_{name.upper()}" for name in Settings.model_fields}
    assert said("ARG") == []
    assert settings & set(re.findall(r"(\w+)=", " ".join(said("ENV")))) == {"SROK_HOME"}


def copied() -> set[str]:
    """Return the files and folders of the checkout that are copied, each by its name."""
    return {one for words in said("COPY") if not words.startswith("--from") for one in words.split()[:-1]}


def test_only_what_is_named_is_copied() -> None:
    assert said("ADD") == []
    assert copied() == {
        *CODE, "deploy", "pyproject.toml", "README.md", "LICENSE", "requirements.lock", "requirements-extras.lock"
    }  # fmt: skip


IGNORED = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]


def reaches_the_builder(name: str) -> bool:
    """Read .dockerignore as Docker does: the last line that fits a file or a folder it lies in decides."""
    sent = True
    for line in IGNORED:
        pattern = re.escape(line.removeprefix("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if re.fullmatch(f"{pattern}(/.*)?", name):
            sent = line.startswith("!")
    return sent


def test_the_builder_gets_what_it_copies_and_nothing_else() -> None:
    assert {name for name in tree() if reaches_the_builder(name)} == {
        name for name in tree() if any(name == one or name.startswith(f"{one}/") for one in copied())
    }


@pytest.mark.parametrize("name", [*LOCAL, "tests/conftest.py", ".git/config", ".venv/bin/srok", "home/secret"])
def test_the_builder_gets_nothing_of_an_office(name) -> None:
    assert not reaches_the_builder(name)


def test_compose_runs_the_image_of_this_file_and_asks_for_pages_where_there_are_some() -> None:
    services = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "srok"}
    assert services.keys() == {"prefect", "worker", "srok"}
    for one in services.values():
        assert (one["build"], one["init"]) == (".", True)
        assert "user" not in one
        own = one["healthcheck"]
        assert own == {"disable": True} or "4200" in str(own["test"])
