"""Measures what a calendar costs, made and given out, beside icalendar alone and the least possible: `make bench-feed`.

All stands in one process and one run; each row is the median of turns that take turns. Nothing leaves the loopback.
"""

from __future__ import annotations

import http.client
import multiprocessing
import shutil
import socket
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Response
from icalendar import Calendar, Event
from starlette.datastructures import Headers

from engine.feed import Look, Scope, View
from engine.ics import DAY, Feed, Style, _describe_entry, _due_event, _kept, _start_event, render_calendar
from engine.people_file import read_people
from engine.settings import Settings, load_settings
from engine.store.database import Store
from engine.store.feeds import add_feed
from engine.store.installation import signing_key
from notifiers.letters import DOMAIN
from notifiers.tokens import Signer
from srok.desk import Desk
from srok.feeds import build
from srok.serving import bound, server_of
from srok.subscribed import Subscribed
from srok.syncing import sync_files
from srok.web import make_app
from srok.web_calendar import _answer

PEOPLE = Path(__file__).parents[1] / "plans" / "people.example.yaml"
SIZES = (30, 1_000, 10_000)
JUDGED = 1_000
PLAN_SIZE = 500
NOW = datetime(2021, 9, 7, 9, tzinfo=UTC)
TITLE = "Разработка и утверждение муниципальной дорожной карты системы объективности оценочных процедур, часть"
CLIENTS, SECONDS = 4, 2.0
ROWS = {
    "alone": "icalendar alone: its own events, to_ical",
    "cold": "cold: all events made, ETag",
    "floor": "floor: join of ready bytes, sha256",
    "again": "made again of kept events, ETag",
    "edit": "one edit: one event made, ETag",
    "warm": "warm: answer 200, nothing changed",
    "304": "answer 304",
    "read": "store read, entries made",
}


def main() -> None:
    """Print the tables and the ratios."""
    print(f"medians, ms; {'events':>8}" + "".join(f"{size:>10}" for size in SIZES))
    found = {}
    for size in SIZES:
        with installation(size) as (settings, path):
            found[size] = measured(settings, path, size)
            if size == JUDGED:
                speeds = requests_a_second(settings, path)
    for name, words in ROWS.items():
        print(f"{words:42}" + "".join(f"{found[size][name] * 1e3:10.3f}" for size in SIZES))
    print(f"{'peak of a cold one, MB':42}" + "".join(f"{found[size]['peak']:10.1f}" for size in SIZES))
    print(f"\n{JUDGED} events, {CLIENTS} clients: requests/s")
    for words, speed in speeds.items():
        print(f"{words:42}{speed:10.0f}")
    judged = found[JUDGED]
    print()
    print(f"feed-warm: ratio {judged['warm'] / judged['floor']:.2f}   goal ≤ 3×")
    print(
        f"feed-again: ratio {judged['again'] / judged['floor']:.2f}   made again of kept events, against the same floor"
    )
    print(f"feed-cold: ratio {judged['cold'] / judged['alone']:.2f}   goal ≤ 1.3×")


@contextmanager
def installation(events: int) -> Iterator[tuple[Settings, str]]:
    """A home whose plans make so many events in one calendar, and the path of that calendar."""
    with tempfile.TemporaryDirectory(prefix="srok-feed-") as folder:
        home = Path(folder)
        shutil.copy(PEOPLE, home / "people.yaml")
        settings = load_settings(home=home, owner="p-uslovnova")
        terms, files = events // 2, []
        for number, first in enumerate(range(0, terms, PLAN_SIZE)):
            files.append(home / f"plan-{number}.yaml")
            files[-1].write_text(_plan(f"plan-{number}", min(PLAN_SIZE, terms - first)), encoding="utf-8")
        with redirect_stdout(StringIO()):
            sync_files(files, settings, datetime(2021, 1, 11, 6, tzinfo=UTC), "bench")
        store = Store(settings.database)
        with store.writing() as session:
            _, token = add_feed(
                session, scope="all", of=None, name="Все", style="edges", alarms=(), account="bench", now=NOW
            )
        store.close()
        yield settings, f"/calendar/{token}.ics"


def _plan(name: str, measures: int) -> str:
    head = (
        f"plan: {{id: {name}, title: План мероприятий, timezone: Asia/Yekaterinburg, "
        "horizon: {from: 2021-01-01, to: 2021-12-31}}\nmeasures:\n"
    )
    months = ("март-апрель", "июль-август", "октябрь-ноябрь")
    return head + "".join(
        f'  - {{id: "{n}", title: "{TITLE} {n}", deadline: {months[n % 3]} 2021, responsible: Управление образования, '
        f"result: Утверждены цели и задачи}}\n"
        for n in range(1, measures + 1)
    )


def measured(settings: Settings, path: str, events: int) -> dict[str, float]:
    """Return the medians in seconds, and the peak in MB."""
    desk = Desk(settings, lambda: NOW, Signer(signing_key(settings)))
    subscribed, token = Subscribed(desk), path.removeprefix("/calendar/").removesuffix(".ics")
    feed = read(desk)
    ready = [_kept(entry, DOMAIN, Style.EDGES, ()) for entry in feed.entries]
    opened = subscribed.open(token)
    assert opened is not None
    assert opened[1].octets.count(b"BEGIN:VEVENT") - len(feed.notices) == events
    values = [_value(one, words) for one, words in _written(feed)]
    assert alone(values).count(b"BEGIN:VEVENT") == events
    tag = Headers({"if-none-match": f'"{opened[1].digest}"'})
    edits = iter(range(1, 10_000))

    def cold() -> None:
        _kept.cache_clear()
        sha256(render_calendar(feed, DOMAIN)).hexdigest()

    def edit() -> None:
        first, *rest = feed.entries
        changed = replace(first, title=f"Иное {next(edits)}", revision=first.revision + 1)
        sha256(render_calendar(replace(feed, entries=(changed, *rest)), DOMAIN)).hexdigest()

    def answer(headers: Headers) -> None:
        found = subscribed.open(token)
        assert found is not None
        _answer(found[1], headers, NOW)

    ways: dict[str, Callable[[], object]] = {
        "alone": partial(alone, values),
        "cold": cold,
        "floor": lambda: sha256(b"".join(ready)).hexdigest(),
        "again": lambda: sha256(render_calendar(feed, DOMAIN)).hexdigest(),
        "edit": edit,
        "warm": partial(answer, Headers({})),
        "304": partial(answer, tag),
        "read": partial(read, desk),
    }
    turns = {30: 41, 1_000: 11}.get(events, 3)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, do in ways.items():
            times[name].append(min(_seconds(do) for _ in range(1 if name in {"alone", "cold", "read"} else 5)))
    tracemalloc.start()
    cold()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    subscribed.close()
    desk.close()
    return {name: median(found) for name, found in times.items()} | {"peak": peak}


def read(desk: Desk) -> Feed:
    """Make the feed from the store, no event of it rendered."""
    directory, _ = read_people(PEOPLE.read_text(encoding="utf-8"), "people.yaml")
    with desk.store().reading() as session:
        whose = View(Scope.ALL, None, "Все планы")
        return build(session, directory, "p-uslovnova", whose, Look("x", "Все"), NOW, ZoneInfo("Europe/Moscow"))


def alone(events: list[dict[str, object]]) -> bytes:
    """Build the same events by icalendar as its documentation shows, the words being ready, and write them."""
    calendar = Calendar()
    calendar.add("prodid", "-//srok//srok//RU")
    calendar.add("version", "2.0")
    for values in events:
        event = Event()
        for name, value in values.items():
            event.add(name, value)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _written(feed: Feed) -> Iterator[tuple[Event, str]]:
    for entry in feed.entries:
        assert entry.first is not None
        words = _describe_entry(entry)
        yield _start_event(entry, entry.first, DOMAIN), words
        yield _due_event(entry, DOMAIN, Style.EDGES, ()), words


def _value(event: Event, words: str) -> dict[str, object]:
    return {
        "uid": str(event["UID"]), "dtstart": event.start, "dtend": event.start + DAY,
        "summary": str(event["SUMMARY"]), "description": words, "transp": "TRANSPARENT",
        "x-microsoft-cdo-busystatus": "FREE", "sequence": event.sequence,
        "dtstamp": event.stamp, "last-modified": event.last_modified,
    }  # fmt: skip


def _seconds(do: Callable[[], object]) -> float:
    start = perf_counter()
    do()
    return perf_counter() - start


def requests_a_second(settings: Settings, path: str) -> dict[str, float]:
    """Return the speeds of servers, each a process of its own, the answer of the same bytes."""
    context = multiprocessing.get_context("spawn")
    found = {}
    for words, bare in (("bare FastAPI route, the same bytes", True), ("srok", False)):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = context.Process(target=_serve, args=(settings.home, port, path if bare else None), daemon=True)
        process.start()
        try:
            tag = _first(port, path)
            found[f"{words}: 200"] = _speed(port, path, {})
            if not bare:
                found[f"{words}: 304"] = _speed(port, path, {"If-None-Match": tag})
                found[f"{words}: 200, gzip"] = _speed(port, path, {"Accept-Encoding": "gzip"})
        finally:
            process.terminate()
            process.join()
    return found


def _serve(home: Path, port: int, bare: str | None) -> None:
    app = make_app(load_settings(home=home, owner="p-uslovnova"), lambda: NOW)
    if bare is not None:
        desk = Desk(load_settings(home=home, owner="p-uslovnova"), lambda: NOW, Signer(b"x" * 16))
        opened = Subscribed(desk).open(bare.removeprefix("/calendar/").removesuffix(".ics"))
        assert opened is not None
        octets = opened[1].octets
        app = FastAPI()

        @app.get(bare)
        async def route() -> Response:
            return Response(octets, media_type="text/calendar")

    with bound("127.0.0.1", port) as listener:
        server_of(app).run(sockets=[listener])


def _first(port: int, path: str) -> str:
    """Wait for the server; the day of use is written after the first answer, so the second is the first warm one."""
    end = perf_counter() + timedelta(seconds=60).total_seconds()
    while True:
        try:
            for _ in range(3):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", path)
                got = connection.getresponse()
                got.read()
                connection.close()
        except ConnectionError:
            if perf_counter() > end:
                raise
        else:
            assert got.status == 200
            return got.getheader("ETag") or ""


def _speed(port: int, path: str, headers: dict[str, str]) -> float:
    counts = [0] * CLIENTS
    end = perf_counter() + SECONDS

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while perf_counter() < end:
            connection.request("GET", path, headers=headers)
            connection.getresponse().read()
            counts[number] += 1
        connection.close()

    threads = [Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts) / SECONDS


if __name__ == "__main__":
    main()
