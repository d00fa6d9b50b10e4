"""A dispatcher as a process: at each «go» one whole pass by the scripted clock; ``dispatcher.py FOLDER [MUTANT]``."""

import sys
from datetime import datetime
from pathlib import Path

import notifiers.mail
import notifiers.telegram
from engine.errors import SrokError
from engine.settings import load_settings
from engine.store.installation import load_people, open_store
from flows import passes
from tests.faults.hostile import PATIENCE_SECONDS, read_clock
from tests.faults.mutants import MUTANTS


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> None:
    """Say «ready», then after every pass «done» and what went wrong."""
    folder, mutant = Path(sys.argv[1]), sys.argv[2:]

    def clock() -> datetime:
        return read_clock(folder)[0]

    passes.utc_now = clock
    for channel in (notifiers.mail, notifiers.telegram):
        channel._TIMEOUT_SECONDS = PATIENCE_SECONDS  # type: ignore[attr-defined]
    for name in mutant:
        MUTANTS[name]()
    settings = load_settings()
    directory = load_people(settings)
    with open_store(settings) as store:
        say("ready")
        for _ in sys.stdin:
            try:
                passes.pass_over(store, directory, settings)
            except SrokError as error:
                say(f"failed {error}")
            say("done")


if __name__ == "__main__":
    main()
