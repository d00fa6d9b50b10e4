"""1,000 mails to a local SMTP server: srok's whole way beside one Apprise object per message and bare smtplib.

`python -m bench.delivery [--mails N] [--runs N]`; the server is a process of its own, the runs take turns.
"""

from __future__ import annotations

import argparse
import logging
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from statistics import median

from pydantic import SecretStr
from sqlmodel import func, select

from engine.people import Directory
from engine.settings import Settings, load_settings
from engine.store.database import Store
from engine.store.installation import load_people
from engine.store.models import LetterRow
from flows.passes import track, where_to_answer
from notifiers.channels import open_channel
from notifiers.outbox import deliver
from notifiers.sending import Sender
from srok.syncing import sync_files

GROUP = 25
"""People of one measure."""
SYNCED, OPENS = datetime(2026, 2, 2, 6, tzinfo=UTC), datetime(2026, 3, 2, 6, tzinfo=UTC)
SERVER = """
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Handler:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="localhost", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""
TITLE = "Осуществление перекрестной проверки работ по ВПР школьными комиссиями"


@contextmanager
def server() -> Iterator[int]:
    """Run an SMTP server that takes everything, on a free port of this machine."""
    child = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait(10)


@dataclass(frozen=True, slots=True)
class Office:
    """A home whose outbox holds so many items, each of another person."""

    settings: Settings
    store: Store
    directory: Directory

    @classmethod
    def make(cls, home: Path, port: int, mails: int) -> Office:
        """Sync a plan whose measures open for groups of people, and track it on the day they open."""
        people = [f"  - {{id: p-{n}, name: Человек {n}, email: p{n}@example.org}}" for n in range(mails)]
        groups = range(0, mails, GROUP)
        members = {n: ", ".join(f"p-{m}" for m in range(n, min(n + GROUP, mails))) for n in groups}
        roles = [f"  - {{id: r-{n}, title: Группа {n}, group: [{members[n]}]}}" for n in groups]
        (home / "people.yaml").write_text("\n".join(["people:", *people, "roles:", *roles, ""]), encoding="utf-8")
        measures = [
            f'  - {{id: "{n}", title: {TITLE}, deadline: Март 2026, responsible: Группа {n}, result: Справка}}'
            for n in groups
        ]
        head = "plan: {id: b, title: План, timezone: Europe/Moscow, horizon: {from: 2026-01-01, to: 2026-12-31}}"
        (home / "b.yaml").write_text("\n".join([head, "measures:", *measures, ""]), encoding="utf-8")
        url = SecretStr(f"smtp://127.0.0.1:{port}?from=srok@example.org")
        settings = load_settings(home=home, mail_url=url)
        sync_files([home / "b.yaml"], settings, SYNCED, "bench")
        store = Store(settings.database)
        directory = load_people(settings)
        done = track(store, directory, None, OPENS)
        assert done.queued == mails, done
        return cls(settings, store, directory)

    def send(self) -> int:
        """Do what a pass does with the outbox; return how many were sent."""
        sender = Sender(
            self.store,
            self.directory,
            None,
            lambda name: open_channel(name, self.settings),
            where_to_answer(self.settings),
        )
        return deliver(sender, lambda: OPENS).sent


def of_srok(port: int, mails: int) -> float:
    """Return how long all mails take from the outbox to «sent»."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office.make(Path(folder), port, mails)
        began = time.perf_counter()
        assert office.send() == mails
        taken = time.perf_counter() - began
        with office.store.reading() as session:
            assert session.exec(select(func.count()).where(LetterRow.state == "sent")).one() == mails
        office.store.close()
    return taken


def of_apprise(port: int, mails: int) -> float:
    """Return how long as many take with an Apprise object each, its throttle off."""
    import apprise  # noqa: PLC0415 - not timed
    from apprise.plugins.email.base import NotifyEmail  # noqa: PLC0415

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    NotifyEmail.request_rate_per_sec = 0
    began = time.perf_counter()
    for n in range(mails):
        one = apprise.Apprise()
        assert one.add(f"mailto://127.0.0.1:{port}?from=srok@example.org&to=p{n}@example.org&mode=insecure")
        assert one.notify(title=f"Поручение: «{TITLE}»", body=_TEXT)
    return time.perf_counter() - began


def of_smtplib(port: int, mails: int) -> float:
    """Return how long as many take on one connection, without records, retries or words."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for n in range(mails):
            letter = EmailMessage()
            letter["From"], letter["To"], letter["Subject"] = "srok@example.org", f"p{n}@example.org", "Поручение"
            letter.set_content(_TEXT)
            connection.send_message(letter)
    return time.perf_counter() - began


_TEXT = "Срок: 31.03.2026 (вторник). Отчитайтесь, когда сделано.\n" * 20
WAYS: dict[str, Callable[[int, int], float]] = {
    "srok: outbox, letters, records": of_srok,
    "Apprise, an object a message": of_apprise,
    "smtplib, one connection": of_smtplib,
}


def main() -> None:
    """Print the table and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    with server() as port:
        for _ in range(given.runs):
            for name, way in WAYS.items():
                taken[name].append(way(port, given.mails))
    rates = {name: given.mails / median(times) for name, times in taken.items()}
    print(f"{'way':34} {'s':>8} {'mails/s':>9}")
    for name, times in taken.items():
        print(f"{name:34} {median(times):8.2f} {rates[name]:9.0f}")
    srok, other = list(rates.values())[:2]
    print(f"delivery-apprise: ratio {srok / other:.2f}   goal ≥ 2×")


if __name__ == "__main__":
    main()
