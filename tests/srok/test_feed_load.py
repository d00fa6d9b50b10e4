"""Calendars asked for by two hundred clients at once, of a server of its own, while the store is being written."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.clock import utc_now
from engine.ics import Style
from engine.settings import Settings, load_settings
from engine.store import queries
from engine.store.deeds import Act, Target, perform
from engine.store.installation import load_people, open_store, signing_key
from engine.transition import Deed
from flows.passes import pass_over
from notifiers.tokens import Signer
from srok import feeds
from srok.desk import Desk
from srok.serving import bound
from srok.subscribed import Subscribed
from srok.syncing import sync_files

ROOT = Path(__file__).parents[2]
CLIENTS = 200
SCOPES = (("all", None, Style.EDGES), ("plan", "lysva-2021", Style.BAR), ("official", "p-uslovnova", Style.EDGES))
WRITES = ("words", "report", "pass", "words", "cancel", "pass", "report", "words")


@dataclass
class Writer:
    """Writes one thing after another, and keeps what every calendar is after each.

    Attributes:
        begun: How many writes have begun.
        done: How many of them are over and seen.
    """

    settings: Settings
    tokens: list[str]
    bodies: dict[str, list[bytes]] = field(default_factory=dict)
    begun: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self.alone = Subscribed(Desk(self.settings, utc_now, Signer(signing_key(self.settings))))
        self.bodies = {token: [] for token in self.tokens}
        self.see()

    def see(self) -> None:
        for token in self.tokens:
            found = self.alone.open(token)
            assert found is not None
            self.bodies[token].append(found[1].octets)

    def write_all(self) -> None:
        for number, what in enumerate(WRITES):
            self.begun += 1
            self.write(what, number)
            self.see()
            self.done += 1

    def write(self, what: str, number: int) -> None:
        now = utc_now()
        if what == "words":
            file = self.settings.home / "lysva-2021.yaml"
            text = file.read_text(encoding="utf-8")
            words = "Разработка и утверждение муниципальной"
            file.write_text(text.replace(words, f"{number}-я {words}"), encoding="utf-8")
            sync_files([file], self.settings, now, "test")
            return
        people = load_people(self.settings)
        with open_store(self.settings) as store:
            if what == "pass":
                pass_over(store, people, self.settings, now)
                return
            deed, said = (Deed.REPORT, {"text": "Сделано"}) if what == "report" else (Deed.CANCEL, {"basis": "приказ"})
            with store.writing() as session:
                office = queries.office(queries.plan(session, "lysva-2021"), people, self.settings.owner)
                perform(session, office, Target("2.6"), Act(deed, None, None, "test", **said), now)


@pytest.fixture
def writer(tmp_path) -> Iterator[Writer]:
    plans = ROOT / "plans"
    (tmp_path / "people.yaml").write_bytes((plans / "people.example.yaml").read_bytes())
    (tmp_path / "lysva-2021.yaml").write_bytes((plans / "lysva-2021.yaml").read_bytes())
    mail = (tmp_path / "mail").as_uri()
    (tmp_path / "srok.toml").write_text(f'mail_url = "{mail}"\nowner = "p-uslovnova"\n', encoding="utf-8")
    settings = load_settings(home=tmp_path)
    sync_files([tmp_path / "lysva-2021.yaml"], settings, utc_now(), "test")
    urls = [feeds.add(settings, scope, of, None, style, ())["url"] for scope, of, style in SCOPES]
    made = Writer(settings, [url.rsplit("/", 1)[1].removesuffix(".ics") for url in urls])
    yield made
    made.alone.close()


@pytest.fixture
def port(writer) -> Iterator[int]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SROK_", "PREFECT_"))}
    with bound("127.0.0.1", 0) as probe:
        found = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "srok", "web", "--port", str(found)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env | {"SROK_HOME": str(writer.settings.home)}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("Страницы: ")
        yield found
    finally:
        process.terminate()
        process.communicate(timeout=30)


@dataclass(frozen=True)
class Seen:
    """An answer, and how far the writing was when it was asked for and when it was there."""

    status: int
    token: str
    body: bytes
    before: int
    after: int


async def client(port: int, number: int, writer: Writer, gate: asyncio.Barrier) -> list[Seen]:
    """Ask for a calendar over one connection until all is written, at least twice; every other client by gzip."""
    reader, out = await asyncio.open_connection("127.0.0.1", port)
    await gate.wait()  # all are connected
    token, seen = writer.tokens[number % len(writer.tokens)], []
    coding = "Accept-Encoding: gzip\r\n" if number % 2 else ""
    while len(seen) < 2 or writer.done < len(WRITES):
        before = writer.done
        out.write(f"GET /calendar/{token}.ics HTTP/1.1\r\nHost: 127.0.0.1\r\n{coding}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        body = await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        if "content-encoding: gzip" in head:
            body = gzip.decompress(body)
        seen.append(Seen(int(head.split(" ")[1]), token, body, before, writer.begun))
    out.close()
    return seen


async def ask(port: int, writer: Writer) -> list[Seen]:
    gate = asyncio.Barrier(CLIENTS + 1)
    clients = [asyncio.create_task(client(port, number, writer, gate)) for number in range(CLIENTS)]
    await gate.wait()
    writing = threading.Thread(target=writer.write_all)
    writing.start()
    found = await asyncio.gather(*clients)
    writing.join()
    return [one for seen in found for one in seen]


def test_two_hundred_clients_get_whole_calendars_of_before_or_after_each_write(writer, port) -> None:
    seen = asyncio.run(ask(port, writer))

    assert len(seen) >= 2 * CLIENTS
    assert Counter(one.status for one in seen) == {200: len(seen)}
    assert all(len(set(writer.bodies[token])) > 2 for token in writer.tokens), "the writes are seen in every calendar"
    for one in seen:
        assert one.body in writer.bodies[one.token][one.before : one.after + 1]
        assert one.body.count(b"BEGIN:VEVENT") > 5
