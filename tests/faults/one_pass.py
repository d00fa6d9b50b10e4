"""One pass as a process of its own: it says that it is ready, begins when it is told to, and says what it did."""

import sys
from datetime import datetime

from engine.settings import load_settings
from flows.passes import run_pass


def main() -> None:
    """See above; the instant of the pass is the argument."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    run_pass(load_settings(), datetime.fromisoformat(sys.argv[1]))


if __name__ == "__main__":
    main()
