"""Subscriptions over HTTP, as programs follow them: vdirsyncer and khal day after day, curl with what it has kept."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from srok import feeds
from srok.web import make_app
from tests.interop.feeds import CALENDARS, Calendar, truth
from tests.interop.reading import READERS
from tests.interop.world import NOW, Home, lived
from tests.serving import served

pytestmark = pytest.mark.interop
KHAL = next(one for one in READERS if one.name.startswith("khal"))
MEASURE = "2.4"


@dataclass
class Site:
    """A home and its server; the clock goes when it is told to."""

    home: Home
    now: datetime
    port: int = 0

    def clock(self) -> datetime:
        return self.now

    def subscribe(self, one: Calendar) -> str:
        """Return the address of a new subscription."""
        url = feeds.add(self.home.settings, one.scope, one.of, "Сроки", one.style, one.alarms)["url"]
        return f"http://127.0.0.1:{self.port}/calendar/{url.rsplit('/', 1)[1]}"

    def reword(self) -> None:
        """Give one measure of lysva-2021 another title, an hour later."""
        self.now += timedelta(hours=1)
        roadmap = self.home.plans["lysva-2021"]
        changed = tuple(
            one.model_copy(update={"title": "Иными словами"}) if one.id == MEASURE else one for one in roadmap.measures
        )
        self.home.sync(roadmap.model_copy(update={"measures": changed}), self.now)


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    one = Site(lived(tmp_path / "home"), NOW + timedelta(hours=2))
    with served(make_app(one.home.settings, one.clock)) as one.port:
        yield one


def kept(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what vdirsyncer keeps of a subscription: a file an event, and when it was written."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.glob("*.ics")}


@pytest.mark.skipif(KHAL.missing, reason="khal is not on this machine")
def test_khal_reads_what_vdirsyncer_fetches_from_srok_itself(site, tmp_path) -> None:
    ones = {one.name.removesuffix(".ics"): one for one in CALENDARS if one.scope != "plan" or one.of == "lysva-2021"}

    found = KHAL.read(["--keep", tmp_path / "khal", *(f"{name}={site.subscribe(one)}" for name, one in ones.items())])

    events = sum(map(len, found.values()))
    assert events > 400
    for name, one in ones.items():
        assert KHAL.view(found[f"{name}.ics"]) == KHAL.view(truth(site.home, one, site.now)), name


@pytest.mark.skipif(KHAL.missing, reason="khal is not on this machine")
@pytest.mark.parametrize("style", ["edges", "bar"])
def test_a_second_sync_changes_nothing_and_an_edit_only_its_own_events(style, site, tmp_path) -> None:
    calendar = next(one for one in CALENDARS if (one.of, one.style) == ("lysva-2021", style))
    asked = ["--keep", tmp_path / "khal", f"lysva={site.subscribe(calendar)}"]
    folder = tmp_path / "khal" / "vdir" / "lysva"

    KHAL.read(asked)
    first = kept(folder)
    site.now += timedelta(hours=1)
    KHAL.read(asked)
    second = kept(folder)
    site.reword()
    rows = KHAL.read(asked)["lysva.ics"]
    third = kept(folder)

    assert first
    assert second == first
    events = [row for row in rows if f"№ {MEASURE} " in row.summary]
    assert all(row.summary.endswith("Иными словами") for row in events)
    gone, come = first.keys() - third.keys(), third.keys() - first.keys()
    assert len(gone) == len(come) == len(events) > 0
    assert all(f"№ {MEASURE} ".encode() in first[name][0].replace(b"\r\n ", b"") for name in gone)
    assert all(first[name] == third[name] for name in first.keys() & third.keys())


CLIENTS = {
    "by its tag": ("--etag-save", "tag", "--etag-compare", "tag"),
    "by the date of its file": ("--remote-time", "--time-cond", "calendar.ics"),
    "by its tag, with gzip": ("--compressed", "--etag-save", "tag", "--etag-compare", "tag"),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_curl_asks_again_by_what_it_has_kept(client, site, tmp_path) -> None:
    url = site.subscribe(Calendar("plan", "lysva-2021", CALENDARS[0].style))

    def ask() -> str:
        command = [
            "curl",
            "--silent",
            "--noproxy",
            "*",
            "--write-out",
            "%{http_code}",
            "--output",
            "got",
            *CLIENTS[client],
            url,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        if done.stdout == "200":
            (tmp_path / "got").replace(tmp_path / "calendar.ics")
        return done.stdout

    (tmp_path / "tag").touch()
    answers = [ask(), ask()]
    before = (tmp_path / "calendar.ics").read_bytes()
    site.reword()
    answers += [ask(), ask()]

    assert answers == ["200", "304", "200", "304"]
    after = (tmp_path / "calendar.ics").read_bytes()
    assert "Иными словами".encode() in after.replace(b"\r\n ", b"")
    assert before.startswith(b"BEGIN:VCALENDAR")
    assert before != after
