"""Calendars over real HTTP (notes/calendar.md 4): what programs ask, what they get, what they must never get."""

import gzip
import http.client
import json
import logging
import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import icalendar
import pytest

import srok.subscribed
from engine.ics import Style, render_calendar
from engine.office import Office
from engine.settings import Settings, load_settings
from engine.store import queries
from engine.store.deeds import Act, Target, perform
from engine.store.installation import load_people, open_store
from engine.transition import Deed
from srok import feeds
from srok.syncing import sync_files
from srok.web import make_app
from tests.serving import served

PLANS = Path(__file__).parents[2] / "plans"
SYNCED = datetime(2021, 6, 1, 4, tzinfo=UTC)
SEPTEMBER = datetime(2021, 9, 7, 9, tzinfo=UTC)
TRIES = 500


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Site:
    """A home with lysva-2021 and its calendars on an ephemeral port; the clock stands."""

    settings: Settings
    now: datetime = SEPTEMBER
    port: int = 0

    def clock(self) -> datetime:
        return self.now

    def sync(self, edit: Any = str) -> None:
        file = self.settings.home / "lysva-2021.yaml"
        file.write_text(edit((PLANS / "lysva-2021.yaml").read_text(encoding="utf-8")), encoding="utf-8")
        sync_files([file], self.settings, self.now, "test")

    def add(self, scope: str = "all", of: str | None = None, style: Style = Style.EDGES, *alarms: int) -> str:
        """Return the path of a new subscription."""
        url = feeds.add(self.settings, scope, of, None, style, alarms)["url"]
        assert url.startswith("https://srok.example.org/office/calendar/")
        return url.removeprefix("https://srok.example.org/office")

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): given for name, given in headers.items()})
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def warmed(self, path: str) -> Answer:
        """Ask until the day of use, written after the first answer, stands: from now on nobody writes."""
        self.ask(path)
        for _ in range(TRIES):
            if all(one["used_on"] for one in feeds.listed(self.settings)):
                return self.ask(path)
        pytest.fail("the day of use was not kept")

    def do(self, deed: Deed, measure: str, **given: Any) -> None:
        with open_store(self.settings) as store, store.writing() as session:
            row = queries.plan(session, "lysva-2021")
            office: Office = queries.office(row, load_people(self.settings), "p-uslovnova")
            perform(session, office, Target(measure), Act(deed, None, None, "test", **given), self.now)


@pytest.fixture
def site(tmp_path, migrated, caplog, monkeypatch) -> Iterator[Site]:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    (tmp_path / "people.yaml").write_bytes((PLANS / "people.example.yaml").read_bytes())
    os.utime(tmp_path / "people.yaml", (SYNCED.timestamp(), SYNCED.timestamp()))
    one = Site(load_settings(
        home=tmp_path, public_url="https://srok.example.org/office", owner="p-uslovnova", database_url=migrated,
        secret_key="0123456789abcdef",
    ))  # fmt: skip
    one.now = SYNCED
    one.sync()
    one.now = SEPTEMBER
    caplog.set_level(logging.DEBUG)
    with served(make_app(one.settings, one.clock)) as one.port:
        yield one


def events(body: bytes) -> dict[str, bytes]:
    parts = body.split(b"BEGIN:VEVENT\r\n")[1:]
    return {part.replace(b"\r\n ", b"").split(b"\r\nUID:")[1].split(b"\r\n")[0].decode(): part for part in parts}


def sequence(event: bytes) -> int:
    return int(event.split(b"\r\nSEQUENCE:")[1].split(b"\r\n")[0])


def test_a_calendar_is_given_with_all_that_programs_go_by(site) -> None:
    path = site.add()
    got = site.ask(path)
    assert got.status == 200
    assert got.headers["content-type"] == "text/calendar; charset=utf-8"
    assert got.headers["etag"] == f'"{sha256(got.body).hexdigest()}"'
    assert got.headers["last-modified"] == "Mon, 06 Sep 2021 21:00:00 GMT"  # the midnight of the plans' zone
    assert int(got.headers["content-length"]) == len(got.body) > 0
    assert got.headers["cache-control"] == "private, max-age=300"
    assert got.headers["vary"] == "Accept-Encoding"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["x-robots-tag"] == "noindex, nofollow"
    assert got.headers["referrer-policy"] == "no-referrer"
    assert not {"set-cookie", "content-encoding", "server"} & got.headers.keys()
    assert int(got.headers["content-length"]) == len(got.body)
    found = list(icalendar.Calendar.from_ical(got.body).walk("VEVENT"))
    assert len(found) == len(events(got.body)) > 30
    again = site.ask(path)
    assert (again.body, again.headers["etag"]) == (got.body, got.headers["etag"])


def test_who_has_it_gets_nothing_anew(site) -> None:
    path = site.add()
    first = site.ask(path)
    tag, day = first.headers["etag"], first.headers["last-modified"]
    old = "Fri, 01 Jan 2021 00:00:00 GMT"
    cases = [
        ({"If_None_Match": tag}, 304),
        ({"If_None_Match": f"W/{tag}"}, 304),
        ({"If_None_Match": f'"x", {tag} ,"y"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"x"'}, 200),
        ({"If_None_Match": tag.strip('"')}, 200),
        ({"If_Modified_Since": day}, 304),
        ({"If_Modified_Since": old}, 200),
        ({"If_Modified_Since": "вчера".encode().decode("latin-1")}, 200),
        ({"If_Modified_Since": "Mon, 99 Foo 2021 00:00:00 GMT"}, 200),
        # A day that has not come says nothing: who takes any day for an answer is frozen for ever.
        ({"If_Modified_Since": "Thu, 01 Jan 2099 00:00:00 GMT"}, 200),
        ({"If_None_Match": '"x"', "If_Modified_Since": day}, 200),
        ({"If_None_Match": tag, "If_Modified_Since": old}, 304),
        ({"If_None_Match": f'"{tag.strip(chr(34))}-gzip"'}, 200),
    ]
    for headers, wanted in cases:
        got = site.ask(path, **headers)
        assert got.status == wanted, headers
        assert (got.headers["etag"], got.headers["cache-control"]) == (tag, "private, max-age=300")
        assert got.body == (b"" if wanted == 304 else first.body)


def test_304_and_head_send_no_octet_of_a_body(site) -> None:
    path = site.add()
    full = site.ask(path)
    for method, more, wanted in (("GET", f"If-None-Match: {full.headers['etag']}\r\n", 304), ("HEAD", "", 200)):
        with socket.create_connection(("127.0.0.1", site.port)) as wire:
            wire.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{more}Connection: close\r\n\r\n".encode())
            got = b"".join(iter(lambda: wire.recv(65536), b""))
        head, _, rest = got.partition(b"\r\n\r\n")
        assert (int(head.split()[1]), rest) == (wanted, b"")
    assert site.ask(path, "HEAD").headers == {**full.headers, "date": site.ask(path, "HEAD").headers["date"]}


@pytest.mark.parametrize(
    ("asked", "zipped"),
    [
        ("gzip", True), ("GZIP", True), ("br, gzip;q=0.5", True), ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0", False), ("gzip; q=0.0", False), ("gzip;q=x", False), ("*", False), ("identity", False),
        ("", False), ("x-gzip", False),
    ],
)  # fmt: skip
def test_it_is_compressed_for_who_asks_alone(site, asked, zipped) -> None:
    path = site.add()
    plain = site.ask(path)
    got = site.ask(path, Accept_Encoding=asked)
    assert got.headers["vary"] == "Accept-Encoding"
    assert (got.headers.get("content-encoding") == "gzip") is zipped
    assert (gzip.decompress(got.body) if zipped else got.body) == plain.body
    assert (got.headers["etag"] != plain.headers["etag"]) is zipped
    kept = site.ask(path, Accept_Encoding=asked, If_None_Match=got.headers["etag"])
    assert (kept.status, kept.headers["etag"]) == (304, got.headers["etag"])


def test_it_is_only_read(site) -> None:
    path = site.add()
    for method in ("POST", "PUT", "DELETE", "PATCH", "PROPFIND"):
        got = site.ask(path, method)
        assert (got.status, got.headers["allow"]) == (405, "GET, HEAD")


def test_what_is_no_address_is_answered_alike_and_not_repeated(site, caplog) -> None:
    path = site.add()
    gone = site.add()
    with open_store(site.settings) as store, store.reading() as session:
        rows = srok.subscribed.feeds.feeds(session)
    board = feeds.add(site.settings, "board", None, None, Style.EDGES, ())["url"]
    feeds.revoke(site.settings, rows[1].id)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    wrong = [
        gone, f"/calendar/{token[:-1]}.ics", f"/calendar/{token}A.ics", f"/calendar/{token.swapcase()}.ics",
        f"/calendar/{token}", f"/calendar/{token}.ICS", f"/calendar/{token}%00.ics", f"/calendar/%2e%2e/{token}.ics",
        f"/calendar/..%2f{token}.ics", "/calendar/' OR 1=1.ics".replace(" ", "%20"), "/calendar/.ics", "/calendar/",
        "/calendar", f"/calendar/{'A' * 5000}.ics", f"/calendar/{board.rsplit('/', 1)[1]}.ics",
        f"/calendar/{rows[0].id}.ics", f"/calendar/{rows[0].digest}.ics",
    ]  # fmt: skip
    answers = [site.ask(one) for one in wrong]
    assert {one.status for one in answers} == {404}
    assert len({one.body for one in answers}) == 1
    assert len({tuple(sorted({**one.headers, "date": ""}.items())) for one in answers}) == 1
    assert token.encode() not in answers[0].body
    assert token not in caplog.text


def test_the_address_is_in_no_log_and_on_no_disk(site, caplog, capfd) -> None:
    path = site.add("official", "p-uslovnova")
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    for headers in ({}, {"If_None_Match": "*"}, {"Referer": f"https://srok.example.org{path}"}):
        site.ask(path, **headers)
    site.ask(path, "POST")
    assert token not in caplog.text + "".join(capfd.readouterr())
    files = [one for one in site.settings.home.rglob("*") if one.is_file()]
    assert files
    assert not [one for one in files if token.encode() in one.read_bytes()]


def test_one_edited_measure_changes_its_own_events_and_no_other_octet(site) -> None:
    path = site.add()
    before = site.ask(path)
    site.now += timedelta(minutes=5)
    site.sync(
        lambda text: text.replace(
            "Разработка и утверждение муниципальной Дорожной", "Подготовка муниципальной Дорожной"
        )
    )
    after = site.ask(path)
    old, new = events(before.body), events(after.body)
    changed = {uid for uid in old if old[uid] != new[uid]}
    assert list(old) == list(new)
    assert changed == {f"lysva-2021_2F2.1_2F{n}-{kind}@srok.local" for n in range(1, 5) for kind in ("start", "due")}
    assert all(sequence(new[uid]) > sequence(old[uid]) for uid in changed)
    assert before.body.split(b"BEGIN:VEVENT")[0] == after.body.split(b"BEGIN:VEVENT")[0]
    assert site.ask(path, If_Modified_Since=before.headers["last-modified"]).status == 200


def test_what_is_done_is_told_to_who_counts_the_numbers(site) -> None:
    """Late, reported, accepted, reopened: no step back, or a program keeps the older words."""
    path, uid = site.add(), "lysva-2021_2F1.1_2F1-due@srok.local"
    told = [events(site.ask(path).body)[uid]]
    for deed, more in (
        (Deed.REPORT, {"text": "сделано"}), (Deed.ACCEPT, {}), (Deed.REOPEN, {"reason": "не то"}),
        (Deed.REPORT, {"text": "сделано"}), (Deed.RETURN, {"reason": "подпись"}), (Deed.REPORT, {"text": "сделано"}),
        (Deed.ACCEPT, {}),
    ):  # fmt: skip
        site.now += timedelta(minutes=1)
        site.do(deed, "1.1", **more)
        told.append(events(site.ask(path).body)[uid])
    words = [re.search("SUMMARY:(.{0,10})", one.decode().replace("\r\n ", ""))[1] for one in told]  # type: ignore[index]
    assert (words[0], words[2], words[3], words[-1]) == ("Просрочено", "✓ ⏰ Срок: ", "Просрочено", "✓ ⏰ Срок: ")
    numbers = [sequence(one) for one in told]
    assert numbers == sorted(set(numbers))


def test_new_numbers_change_no_uid(site) -> None:
    path = site.add()
    before = events(site.ask(path).body)
    site.sync(lambda text: text.replace('  - id: "1.1"\n', '  - id: "1.1"\n    number: "9.9"\n'))
    after = events(site.ask(path).body)
    assert before.keys() == after.keys()
    assert "№ 9.9" in after["lysva-2021_2F1.1_2F1-due@srok.local"].decode()


def test_two_programs_give_the_same_octets(site) -> None:
    path = site.add()
    first = site.ask(path)
    with served(make_app(site.settings, site.clock)) as port:
        other = Site(site.settings, site.now, port).ask(path)
    assert (other.body, other.headers["last-modified"]) == (first.body, first.headers["last-modified"])


def test_the_next_day_counts_again_and_says_nothing_else(site) -> None:
    path = site.add()
    first = site.ask(path)
    site.now += timedelta(days=1)
    second = site.ask(path)
    old, new = events(first.body), events(second.body)
    assert [uid[8:] for uid in old if old[uid] != new[uid]] == ["-overdue@srok.local"]
    assert site.ask(path, If_Modified_Since=first.headers["last-modified"]).status == 200


def test_nothing_is_made_anew_while_nothing_has_changed(site, monkeypatch) -> None:
    path, made = site.add(), []
    real = srok.subscribed.build
    monkeypatch.setattr(srok.subscribed, "build", lambda *given: made.append(1) or real(*given))
    first = site.warmed(path)
    made.clear()
    for headers in ({}, {"If_None_Match": first.headers["etag"]}, {"Accept_Encoding": "gzip"}):
        site.ask(path, **headers)
    assert made == []
    site.do(Deed.REPORT, "1.1", text="сделано")
    assert site.ask(path).body != first.body


def test_a_calendar_that_cannot_be_made_is_the_last_good_one(site, monkeypatch, caplog) -> None:
    path, other = site.add(), site.add("official", "p-uslovnova")
    first = site.ask(path)
    token = path.removeprefix("/calendar/").removesuffix(".ics")

    def broken(*_: Any) -> Any:
        raise RuntimeError(f"сломано {token}")

    monkeypatch.setattr(srok.subscribed, "render_calendar", broken)
    site.do(Deed.REPORT, "1.1", text="сделано")
    again = site.ask(path)
    assert (again.status, again.body, again.headers["etag"]) == (200, first.body, first.headers["etag"])
    never = site.ask(other)
    assert (never.status, never.headers["retry-after"]) == (503, "300")
    assert b"VCALENDAR" not in never.body
    assert token not in caplog.text
    assert "отдан прежний: RuntimeError" in caplog.text


def test_people_who_cannot_be_read_erase_nothing(site) -> None:
    path = site.add("official", "p-eskizov")
    first = site.ask(path)
    people = site.settings.home / "people.yaml"
    text = people.read_text(encoding="utf-8")
    people.write_text("people: [", encoding="utf-8")
    assert site.ask(path).body == first.body
    people.write_text(text.replace("p-eskizov", "p-drugoy"), encoding="utf-8")
    assert site.ask(path).body == first.body
    people.unlink()
    assert site.ask(path).body == first.body
    people.write_text(text, encoding="utf-8")
    assert site.ask(path).body == first.body


def test_another_name_in_the_file_of_people_is_seen_at_once(site) -> None:
    path = site.add("official", "p-eskizov")
    assert "Эскизов Л. М." in site.warmed(path).body.replace(b"\r\n ", b"").decode()
    people = site.settings.home / "people.yaml"
    people.write_text(people.read_text(encoding="utf-8").replace("Эскизов Л. М.", "Эскизов М. Л."), encoding="utf-8")
    assert "Эскизов М. Л." in site.ask(path).body.replace(b"\r\n ", b"").decode()


def test_an_address_that_is_revoked_gives_nothing_any_more(site) -> None:
    path = site.add()
    assert site.ask(path).status == 200
    with open_store(site.settings) as store, store.reading() as session:
        (row,) = srok.subscribed.feeds.feeds(session)
    renewed = feeds.rotate(site.settings, row.id)["url"].removeprefix("https://srok.example.org/office")
    assert (site.ask(path).status, site.ask(renewed).status) == (404, 200)
    feeds.revoke(site.settings, row.id)
    assert site.ask(renewed).status == 404


def test_the_day_of_use_is_shown(site) -> None:
    site.warmed(site.add())
    assert feeds.listed(site.settings)[0]["used_on"] == "2021-09-07"


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "line breaks": "раз\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:чужое\n\rдва",
    "controls": "".join(map(chr, [*range(32), 127, 128, 159, 0xFEFF])) + "x",
    "long": "ж" * 500,
    "separators": 'a;b,c\\n\\,;:"\\N',
    "lines of other systems": "раз\u2028два\u2029три\x85четыре\x0bпять\x0cшесть",
    "letters of two": "👩‍👩‍👧‍👦" * 30,
}


@pytest.mark.parametrize("title", list(HOSTILE.values()), ids=list(HOSTILE))
def test_hostile_titles_are_words_of_their_own_event_alone(site, title) -> None:
    path = site.add()
    before = events(site.ask(path).body)
    with open_store(site.settings) as store, store.writing() as session:  # a sync refuses most of them
        row = queries.plan(session, "lysva-2021")
        decided = json.loads(row.roadmap)
        decided["measures"][0]["title"] = title
        row.roadmap = json.dumps(decided)
    body = site.ask(path).body
    after = events(body)
    assert before.keys() == after.keys()
    changed = {uid for uid in before if before[uid] != after[uid]}
    assert {uid for uid in changed if "overdue" not in uid} <= {
        "lysva-2021_2F1.1_2F1-due@srok.local", "lysva-2021_2F1.1_2F1-start@srok.local"
    }  # fmt: skip
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", body)
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    read = {str(one["UID"]): one for one in icalendar.Calendar.from_ical(body).walk("VEVENT")}
    assert read.keys() == after.keys()
    assert str(read["lysva-2021_2F1.1_2F1-due@srok.local"]["SUMMARY"]).startswith("Просрочено: ⏰ Срок: № 1.1 ")


CANARY = "КАНАРЕЙКА"


def test_nothing_private_is_in_any_calendar(site) -> None:
    """A word in every private field: findings, notes, evidence, basis, what others reported, addresses."""

    def spoil(text: str) -> str:
        spoilt = re.sub(
            r"(?m)^    findings:\n", f'    notes: "{CANARY} n"\n    findings:\n      - "{CANARY} f"\n', text
        )
        return spoilt.replace(
            '    section: "1.', f'    evidence: {{kind: "{CANARY} e", required: false}}\n    section: "1.'
        )

    people = site.settings.home / "people.yaml"
    words = people.read_text(encoding="utf-8")
    people.write_text(
        re.sub(r"email: \S+", f"email: kanareika@example.org\n    telegram: '{CANARY}1'\n    max: '{CANARY}2'", words)
        .replace("    post: ", f"    post: {CANARY} ", 1),
        encoding="utf-8",
    )  # fmt: skip
    site.sync(spoil)
    site.do(Deed.REPORT, "1.1", text=f"{CANARY} t", evidence=f"{CANARY} p")
    site.do(Deed.RETURN, "1.1", reason=f"{CANARY} r")
    with open_store(site.settings) as store, store.reading() as session:
        kept = " ".join(row.roadmap for row in queries.plans(session))
    assert kept.count(CANARY) > 10
    directory = load_people(site.settings)
    asked = [("all", None), ("plan", "lysva-2021")]
    asked += [(scope, one) for scope in ("official", "controller") for one in directory.people]
    asked += [("school", one.id) for one in directory.schools] + [("role", one.id) for one in directory.roles]
    seen = 0
    for scope, of in asked:
        with open_store(site.settings) as store, store.reading() as session:
            whose = feeds.known_view(session, directory, scope, of)
            made = feeds.build(
                session, directory, "p-uslovnova", whose, feeds._plain(whose), site.now, feeds.ZoneInfo("UTC")
            )
        body = render_calendar(made, "x").replace(b"\r\n ", b"").decode()
        assert CANARY not in body
        assert "kanareika" not in body
        seen += bool(made.entries)
    assert seen > 5
    assert CANARY.encode() not in site.ask(site.add()).body.replace(b"\r\n ", b"")


def test_many_ask_while_much_is_written(site) -> None:
    """Whoever asks gets a whole calendar, of before or after each write; none is lost, none waits for ever."""
    path = site.add()
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            site.sync(lambda text: text.replace("Разработка плана мероприятий", f"Разработка {number} плана"))  # noqa: B023

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda _: site.ask(path), range(200)))
    finally:
        stop.set()
        writer.join()
    assert {one.status for one in answers} == {200}
    assert {len(events(one.body)) for one in answers} == {len(events(site.ask(path).body))}
    assert all(one.headers["etag"] == f'"{sha256(one.body).hexdigest()}"' for one in answers)


def test_a_people_file_from_the_future_freezes_no_program_that_goes_by_dates(site) -> None:
    ahead = (SEPTEMBER + timedelta(days=400)).timestamp()
    os.utime(site.settings.home / "people.yaml", (ahead, ahead))
    path = site.add()

    first = site.ask(path)
    site.now += timedelta(hours=1)
    site.do(Deed.CANCEL, "2.6", basis="приказ № 3")
    again = site.ask(path, If_Modified_Since=first.headers["last-modified"])

    assert first.headers["last-modified"] == "Tue, 07 Sep 2021 09:00:00 GMT"
    assert (again.status, again.headers["last-modified"]) == (200, "Tue, 07 Sep 2021 10:00:00 GMT")
