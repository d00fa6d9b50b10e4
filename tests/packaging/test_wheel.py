"""What an office gets, wheel and sdist: the program as a whole, and nothing that lies beside it in a checkout."""

from __future__ import annotations

import email
import re
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.building import CODE, ROOT, build, copy_tree, tree

LOCAL = (
    "people.yaml", "srok.toml", "srok.db", "srok.db-wal", "srok-2026-11-27-180000.db", ".env", "secret",
    "mail/1.eml", "calendar/x.ics", "prefect/auth", "home/people.yaml",
    "plans/people.yaml", "plans/people.yaml.bak", "plans/our-2026.yaml", "plans/order.docx", "plans/.env",
    "srok/srok.db", "srok/srok.toml", "engine/notes.txt", "docs/people.yaml", "deploy/.env", "deploy/srok.db",
)  # fmt: skip
"""What an office leaves in a checkout it works in."""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path, Path]:
    """The wheel and the sdist of a checkout in use, and the wheel of that sdist."""
    folder = tmp_path_factory.mktemp("packages")
    checkout, unpacked = folder / "checkout", folder / "unpacked"
    copy_tree(checkout)
    for name in LOCAL:
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("password", encoding="utf-8")
    wheel, sdist = (build(checkout, kind, folder / kind) for kind in ("wheel", "sdist"))
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    (inside,) = unpacked.iterdir()
    return wheel, sdist, build(inside, "wheel", folder / "again")


def names_in_wheel(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def names_in_sdist(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_the_wheel_holds_the_folders_of_the_program_as_a_whole_and_nothing_else(made) -> None:
    held = {one for one in names_in_wheel(made[0]) if ".dist-info/" not in one and ".data/" not in one}
    assert held == {name for name in tree() if name.partition("/")[0] in CODE}
    assert {
        "srok/templates/board.html.j2",
        "srok/templates/srok.css",
        "notifiers/templates/letter.txt.j2",
        "engine/store/migrations/versions/0001_first_release.py",
        "plans/people.example.yaml",
        "plans/yeniseysk-2023.yaml",
        "plans/schema.json",
    } <= held


def test_the_wheel_brings_its_licence_and_its_command(made) -> None:
    with zipfile.ZipFile(made[0]) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("licenses/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
        (points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "srok = srok.__main__:main" in archive.read(points).decode()


def test_the_wheel_brings_the_units_of_systemd(made) -> None:
    held = {name.rpartition("/")[2] for name in names_in_wheel(made[0]) if ".data/data/share/srok/systemd/" in name}
    assert held == {name.rpartition("/")[2] for name in tree() if name.startswith("deploy/")}


def test_the_sdist_holds_what_the_wheel_is_made_of_the_documents_and_the_locks_but_no_tests(made) -> None:
    held = names_in_sdist(made[1])
    assert held - tree() == {"PKG-INFO"}
    wanted = {"pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "requirements.lock", "requirements-extras.lock"}
    assert wanted <= held
    assert {name for name in tree() if name.partition("/")[0] in {*CODE, "docs", "deploy"}} <= held
    assert {"Dockerfile", ".dockerignore", "compose.yaml", "prefect.yaml"} <= held
    assert {name.partition("/")[0] for name in held} & {"tests", "bench", ".ci"} == set()


@pytest.mark.parametrize("name", LOCAL)
def test_nothing_an_office_keeps_in_a_checkout_gets_into_either(made, name) -> None:
    assert name not in names_in_wheel(made[0]) | names_in_sdist(made[1])


def test_the_wheel_of_the_sdist_is_that_of_the_checkout_to_the_byte(made) -> None:
    assert made[2].name == made[0].name
    assert made[2].read_bytes() == made[0].read_bytes()


def locked(name: str) -> dict[str, str]:
    """Return the versions a lock pins, by package."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_package_the_wheel_asks_for_is_in_the_lock_at_a_version_that_fits(made) -> None:
    asked = [Requirement(one) for one in metadata(made[0]).get_all("Requires-Dist") or []]
    assert {"prefect", "typer", "alembic"} <= {one.name for one in asked}
    for one in asked:
        pins = locked("requirements-extras.lock" if one.marker else "requirements.lock")
        assert one.specifier.contains(pins[one.name.lower()]), one


def test_the_extras_are_named_and_their_lock_agrees_with_the_other(made) -> None:
    assert metadata(made[0]).get_all("Provides-Extra") == ["office", "postgres"]
    base, extras = locked("requirements.lock"), locked("requirements-extras.lock")
    assert {name for name in base.keys() & extras.keys() if base[name] != extras[name]} == set()
    of_the_backend = {"editables", "hatchling", "tomlkit", "trove-classifiers"}
    assert base.keys() - extras.keys() == of_the_backend


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-extras.lock"])
def test_a_lock_pins_every_package_by_its_hashes_and_names_no_place_to_get_it_from(name) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 100
    assert [one for one in entries if "--hash=sha256:" not in one] == []
    assert "://" not in text
    assert "--index" not in text
