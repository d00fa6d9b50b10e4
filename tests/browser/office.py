"""An office that lived its five plans for weeks until the morning of a day; a process of its own serves its pages."""

import email
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email import policy
from functools import cached_property
from pathlib import Path

import requests

from engine.assignment import Assignment, Case
from engine.calendar import WorkCalendar
from engine.office import Office as PlanOffice
from engine.people import Directory
from engine.plan import Roadmap
from engine.settings import Settings, load_settings
from engine.store.database import Store
from engine.store.feeds import add_feed
from engine.store.installation import load_people, signing_key
from engine.transition import Deed
from flows.passes import pass_over
from notifiers.answers import open_link
from notifiers.tokens import Signer
from srok.demo import MOSCOW, World
from srok.inputs import EXAMPLE_PEOPLE, PLANS, read_inputs

ROOT = Path(__file__).parents[2]
FIRST, DAY = date(2021, 3, 8), date(2021, 4, 28)
NOW = datetime.combine(DAY, time(10), MOSCOW).astimezone(UTC)
"""A Wednesday, in working hours of all five zones: what is told at once goes out at once."""


@dataclass
class Office:
    """Links are taken out of the letters that were really written."""

    settings: Settings
    store: Store
    url: str
    log: Path
    read: set[Path] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @cached_property
    def people(self) -> Directory:
        """The example people."""
        return load_people(self.settings)

    def tick(self) -> list[str]:
        """Make a pass; return the links of what it wrote, the newest kinds last."""
        pass_over(self.store, self.people, self.settings, NOW)
        return self.post()

    def post(self) -> list[str]:
        """Read the letters that were not read yet; return their links."""
        new = sorted(set((self.settings.home / "mail").glob("*.eml")) - self.read)
        self.read.update(new)
        letters = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in new]
        link = re.compile(re.escape(self.url) + r"/a/([A-Za-z0-9_-]{40})(?![A-Za-z0-9_-])")
        found = [one for letter in letters for one in link.findall(letter.get_body(("plain",)).get_content())]  # type: ignore[union-attr]
        self.tokens += found
        return found

    def link(self, *deeds: Deed, among: list[str] | None = None) -> str:
        """Return the address in a letter by which just *deeds* may be done, about a term no other test has taken."""
        signer = Signer(signing_key(self.settings))
        with self.store.reading() as session:
            for token in self.tokens if among is None else among:
                number = signer.read(token, NOW)
                found = number and open_link(session, self.people, self.settings.owner, number, NOW)
                if found and found.deeds == deeds and (among or found.case.occurrence.key not in self.taken):
                    self.taken.add(found.case.occurrence.key)
                    return f"{self.url}/a/{token}"
        raise AssertionError(f"no letter offers {deeds}")

    def answer(self, address: str, **form: str) -> None:
        """Fill in a form of a page without a browser."""
        seen = re.search(r'name="seen" value="(\w+)"', requests.get(address, timeout=20).text)
        assert seen is not None
        headers = {"Sec-Fetch-Site": "same-origin"}
        done = requests.post(address, {"seen": seen[1], **form}, headers=headers, timeout=20)
        assert done.url.endswith("?r=ok#outcome")

    def feed(self, scope: str, of: str | None = None, name: str = "Сроки") -> str:
        """Return the token of a new subscription, as `srok feed add` makes it."""
        with self.store.writing() as session:
            return add_feed(
                session, scope=scope, of=of, name=name, style="edges", alarms=[5, 1], account="tests", now=NOW
            )[1]


class _Weeks(World):
    """The demonstration without its first half year: what was due before is to be reconciled."""

    def schedule_plan(self, file: str, roadmap: Roadmap) -> None:
        if roadmap.first_day >= FIRST:
            super().schedule_plan(file, roadmap)
            return
        office = PlanOffice(roadmap, self.directory, WorkCalendar(roadmap.rules), self.settings.owner)
        begin = datetime.combine(FIRST, time(8), office.zone)
        self.happenings.append((begin, lambda now: self._sync(file, office, now)))

    def _script(self, office: PlanOffice, case: Case, one: Assignment) -> None:
        due = case.occurrence.due_on
        if due is not None and due > FIRST:
            super()._script(office, case, one)


@contextmanager
def lived(home: Path, world: type[World] = _Weeks) -> Iterator[Office]:
    """The five plans lived in *home*, and their pages served inside."""
    shutil.copy(EXAMPLE_PEOPLE, home / "people.yaml")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        (home / "srok.toml").write_text(f'public_url = "{url}"\nowner = "p-primerova"\n', encoding="utf-8")
        settings = load_settings(home=home, public_url=url, owner="p-primerova")
        office = Office(settings, Store(settings.database), url, home / "web.log")
        _live(office, world)
        office.tick()
        with _served(office, listener):
            yield office
        office.store.close()


def _live(office: Office, kind: type[World]) -> None:
    inputs = read_inputs([PLANS], office.settings, real_people=True)
    world = kind(office.settings, office.store, inputs.directory, DAY)
    for file, roadmap in sorted(inputs.plans.items()):
        world.schedule_plan(file, roadmap)
    world.live()


@contextmanager
def _served(office: Office, listener: socket.socket) -> Iterator[None]:
    env = os.environ | {"SROK_HOME": str(office.settings.home)}
    fd = listener.fileno()
    with office.log.open("wb") as log:
        command = [sys.executable, "-m", "tests.browser.serving", str(fd), NOW.isoformat()]
        server = subprocess.Popen(command, cwd=ROOT, env=env, pass_fds=[fd], stdout=log, stderr=log)
        try:
            yield
        finally:
            server.terminate()
            server.wait(20)
