"""Delivery in chaos: nothing lost, nothing doubled but once after a real doubt, nothing silent; and it can fail."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.audit import Verdict
from tests.faults.chaos import Chaos, make_home, recipients, row
from tests.faults.mutants import MUTANTS
from tests.postgres import Cluster

MANY, FEW = 320, 60
LOUD: dict[str, Any] = {"seed": 3, "n": FEW, "noisy_rounds": 6, "calm": 25}
"""A short run in which most tries fail; by its seed, each mutant meets what it cannot survive."""
FIRST_SEED = int(os.environ.get("FAULTS_SEED") or 1)
SEEDS = range(FIRST_SEED, FIRST_SEED + 5)
Runs = Callable[..., Verdict]


@pytest.fixture
def run(tmp_path: Path, chaos_table: list[tuple[str, ...]]) -> Runs:
    """Make a run and its row of the table."""

    def made(name: str, seed: int, n: int, database_url: str = "", **how: Any) -> Verdict:
        due = recipients(n)
        chaos = Chaos(seed, tmp_path, due, make_home(tmp_path / "home", due, database_url), **how)
        verdict = chaos.run()
        chaos_table.append(row(f"{name}, {seed}", chaos, verdict))
        assert chaos.failures == []
        assert chaos.killed
        return verdict

    return made


def test_sixty_messages_in_chaos_arrive_once_or_are_shown(run) -> None:
    assert run("SQLite", **LOUD).complaints() == {}


@pytest.mark.faults
@pytest.mark.parametrize("seed", SEEDS)
def test_in_chaos_every_message_arrives_once_or_is_shown(run, seed) -> None:
    assert run("SQLite", seed, MANY).complaints() == {}


@pytest.mark.faults
def test_in_chaos_every_message_arrives_once_or_is_shown_on_a_server(run, cluster: Cluster) -> None:
    with cluster.lent() as url:
        assert run("PostgreSQL", FIRST_SEED, MANY, url).complaints() == {}


FAILS = {
    "mark_first": {"silent"},
    "mark_after": {"doubled"},
    "lease_dead": {"given_up"},
    "never_in_doubt": {"doubled"},
}


@pytest.mark.faults
@pytest.mark.parametrize("mutant", MUTANTS)
def test_another_order_of_writes_fails_the_audit(run, mutant) -> None:
    assert run(mutant, mutant=mutant, **LOUD).complaints().keys() >= FAILS[mutant]
