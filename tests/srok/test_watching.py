"""A home that cannot be written to is said once, and what was missed is done when it can be again."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import utc_now
from engine.settings import Settings
from srok.watching import Watch
from tests.faults.desk import make_home, outbox


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    return make_home(tmp_path / "home", utc_now(), measures=6, people=3)


def test_trouble_is_said_once_and_its_end_makes_up_for_it(office):
    said: list[str] = []
    watch = Watch(office, said.append)
    watch.look(seconds=0)
    away = office.home.with_name("away")
    for _ in range(2):  # an occurrence each
        office.home.rename(away)
        watch.look(seconds=0)
        watch.look(seconds=0)
        away.rename(office.home)
        watch.look(seconds=0)
    trouble = f"В папку «{office.home}» не записать: такого файла или папки нет: проверьте путь; до тех пор письма ждут"
    assert said == [trouble, "Запись снова возможна"] * 2
    assert set(outbox(office).states.values()) == {"sent"}


def test_a_pass_that_fails_after_the_trouble_is_said_and_tried_again(office):
    said: list[str] = []
    watch = Watch(office, said.append)
    away = office.home.with_name("away")
    shutil.copytree(office.home, away)
    shutil.rmtree(office.home)
    watch.look(seconds=0)
    away.rename(office.home)
    people = office.people_file.rename(office.home / "people.txt")
    watch.look(seconds=0)
    assert said[-1].startswith("нет файла людей")
    people.rename(office.people_file)
    watch.look(seconds=0)
    assert said[-1] == "Запись снова возможна"
    assert set(outbox(office).states.values()) == {"sent"}


def test_it_looks_only_now_and_then(office):
    said: list[str] = []
    watch = Watch(office, said.append)
    watch.look(seconds=timedelta(days=1).total_seconds())
    office.home.rename(office.home.with_name("away"))
    watch.look()
    assert said == []
