"""A real PostgreSQL for the tests, out of a wheel."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bench.cluster

WATCHDOG = """
cat > /dev/null  # until the tests end, in whatever way
if read -r pid < "$1/data/postmaster.pid"; then
    kill -QUIT "$pid"
    for _ in $(seq 100); do [ -e "$1/data/postmaster.pid" ] || break; sleep 0.1; done
fi 2> /dev/null
rm -rf "$1"
"""


@dataclass
class Cluster(bench.cluster.Cluster):
    """The server of this run of the tests; it ends with them, killed or not."""

    # What a power cut would lose is not worth the wait here; the office is not where the server is.
    options: str = "-c fsync=off -c timezone=Asia/Vladivostok"

    def start(self) -> None:
        self.watchdog = subprocess.Popen(
            ["sh", "-c", WATCHDOG, "sh", str(self.folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        super().start()

    def begins_again(self) -> bool:
        """Start the server that was killed; False while what is left of it stands in the way."""
        try:
            self.begin()
        except AssertionError:
            return False
        return True

    def stop(self) -> None:
        """Let the watchdog do what it does when the tests are killed."""
        assert self.watchdog.stdin is not None
        self.watchdog.stdin.close()
        self.watchdog.wait(60)

    @contextmanager
    def lent(self, template: str = "template0") -> Iterator[str]:
        """Lend a database for a while; a connection left open in it is a fault of the test."""
        name = self.database(template)
        yield self.url(name)
        self.drop(name)
