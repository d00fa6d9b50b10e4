"""An administrator upgrades: a copy by the old srok, the new one installed, `srok doctor`."""

from __future__ import annotations

import shutil

from engine.store.database import NEWEST
from tests.releases import FACTS, facts, first_release


def test_the_first_command_of_the_new_srok_brings_the_database_of_the_first_release_up_to_date(cli) -> None:
    file = cli.people().home / "srok.db"
    old = first_release(f"sqlite:///{file}")
    old.dispose()
    shutil.copy(file, cli.home / "before.db")
    done = cli("doctor")
    assert (done.code, done.err) == (0, "")
    assert f"Версия базы данных: {NEWEST}" in done.out
    assert "Журнал решений: цел" in done.out
    with old.connect() as connection:
        assert facts(connection) == FACTS
    old.dispose()
    done = cli("restore", cli.home / "before.db", "--force")
    assert done.code == 0, done.err
    assert f"Версия базы данных: {NEWEST}" in cli("doctor").out
