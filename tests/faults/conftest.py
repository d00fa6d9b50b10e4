"""The store with 1,000 due actions that every fault starts from, and the table that they make."""

import os
import secrets

import pytest

from engine.clock import utc_now
from tests.faults.chaos import HEAD
from tests.faults.desk import copy_home, make_home, outbox
from tests.faults.passing import Line, Trial, run_one
from tests.postgres import Cluster

TRIAL = pytest.StashKey[Trial]()
CHAOS = pytest.StashKey[list[tuple[str, ...]]]()


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Trial:
    """The template and its undisturbed pass; FAULTS_SEED repeats a run."""
    seed = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**6))
    folder = tmp_path_factory.mktemp("faults")
    now = utc_now()
    template = make_home(folder / "template", now)
    calm = copy_home(template, folder / "calm")
    seconds = min(run_one(copy_home(template, folder / "warm"), now), run_one(calm, now))
    found = Trial(seed, now, template, outbox(calm), seconds)
    pytestconfig.stash[TRIAL] = found
    return found


@pytest.fixture(scope="session")
def server_template(trial: Trial, cluster: Cluster) -> str:
    """The same store on PostgreSQL, as a template of databases."""
    name = cluster.database()
    make_home(trial.template.home.with_name("server"), trial.now, cluster.url(name))
    return name


@pytest.fixture(scope="session")
def chaos_table(pytestconfig: pytest.Config) -> list[tuple[str, ...]]:
    """The table of the chaos runs, printed at the end."""
    return pytestconfig.stash.setdefault(CHAOS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the tables of faults."""
    trial, rows = config.stash.get(TRIAL, None), config.stash.get(CHAOS, [])
    if trial is not None:
        terminalreporter.section("сбои")
        terminalreporter.write_line(f"FAULTS_SEED={trial.seed}; без сбоя: {trial.expected}, {trial.seconds:.1f} с")
        head = Line("сбой", "момент", "в очереди при сбое", "после следующего прохода", 0.0)
        for line in [head, *trial.lines]:
            seconds = "секунд" if line is head else f"{line.seconds:.1f}"
            terminalreporter.write_line(
                f"{line.fault:34} | {line.moment:14} | {line.at_kill:44} | {line.after:28} | {seconds:>6}"
            )
    if rows:
        terminalreporter.section("доставка при сбоях")
        for cells in [HEAD, *rows]:
            terminalreporter.write_line(
                " | ".join(f"{cell:>{len(name)}}" for cell, name in zip(cells, HEAD, strict=True))
            )
