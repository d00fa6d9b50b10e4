"""The first day of an office as it goes: from an empty folder to the report on what was done, by real processes.

The clock is the real one, so the day and the place are made to fit it: `tests.srok.first_day`.
"""

import itertools
import json
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docx
import openpyxl
import psutil
import pytest
import requests

from engine.clock import utc_now
from engine.plan import Policy
from engine.settings import load_settings
from engine.store.installation import open_store
from flows.passes import run_pass
from srok.importing import import_documents
from srok.inputs import read_inputs
from srok.outgoing import outbox_json
from srok.rehearsing import Asked, run_rehearsal
from srok.server import ServerAddress, running_server
from srok.syncing import sync_files
from tests.mailbox import Inbox, mailbox
from tests.running import group_is_gone, until
from tests.srok.first_day import PEOPLE, USUAL, ZONES, Place, corrected, order_docx, where_people_work

ROOT = Path(__file__).parents[2]
LEFT = {"document", "event-undated", "outside-schedule"}
"""Codes of what `srok check` still says of the corrected plan: notes, and days that are not known yet."""
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
Letters = set[frozenset[str]]
OF_THE_PLAN = frozenset({"digest", "report"})
"""What is said of a whole plan at an hour that has passed is of the time before it: a rehearsal begins with the day."""


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mailbox() as found:
        yield found


@dataclass
class Office:
    """A folder, and the commands run in it with nothing of the tests around them."""

    home: Path

    def __post_init__(self) -> None:
        self.home.mkdir()

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.parent),
            "PYTHONPATH": str(ROOT),
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PYTHONFAULTHANDLER": "1",
        }

    @property
    def log(self) -> Path:
        """What `srok up` has said since it was started last."""
        return self.home.parent / "up.log"

    def srok(self, *words: object) -> str:
        """Run a command; return what it printed."""
        command = [sys.executable, "-m", "srok", *map(str, words)]
        done = subprocess.run(
            command, cwd=self.home, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    @contextmanager
    def up(self, port: int, stop: int) -> Iterator[ServerAddress]:
        """Run `srok up` inside, tell it to stop as a terminal does, and see it leave nothing behind."""
        log = self.log
        with log.open("wb") as file:
            up = subprocess.Popen(
                [sys.executable, "-m", "srok", "up", "--web-port", str(port)],
                cwd=self.home, env=self.env, stdin=subprocess.DEVNULL, stdout=file, stderr=file, process_group=0,
            )  # fmt: skip
        try:
            address = until(lambda: running_server(self.home) or up.poll() is not None)
            yield address
            until(lambda: len(psutil.Process(up.pid).children()) == 1)  # a run that has done its work still ends
            children = psutil.Process(up.pid).children(recursive=True)
            assert "Работает. Остановка: Ctrl-C" in log.read_text(encoding="utf-8").splitlines()
            os.killpg(up.pid, stop)
            with suppress(subprocess.TimeoutExpired):
                up.wait(60)
            if up.poll() is None:
                up.send_signal(signal.SIGABRT)  # it writes down where each of its threads stands
                up.wait()
            assert up.returncode == 0, log.read_text(encoding="utf-8")
            assert group_is_gone(up.pid)
            assert not [one for one in children if one.is_running()]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(up.pid, signal.SIGKILL)
            up.wait()
        said = log.read_text(encoding="utf-8").splitlines()
        assert said[-1] == "Остановлено"
        assert not [one for one in said if "Traceback" in one], said


def a_port() -> int:
    """A port that is free, below those which the system gives away of itself."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def deliver_now(address: ServerAddress) -> None:
    """Have the flow that runs every 15 minutes run now; a server that is busy is asked again."""
    user, _, password = address.auth.partition(":")

    def ask(method: str, path: str, **body: Any) -> Any:
        with suppress(requests.RequestException):
            answer = requests.request(method, address.url + path, json=body or None, auth=(user, password), timeout=20)
            if answer.ok:
                return answer.json()
        return None

    def ended(run: str) -> Any:
        found = ask("GET", f"/flow_runs/{run}")
        return found["state"] if found and found["state"]["type"] in FINAL else None

    flow = until(lambda: ask("GET", "/deployments/name/deliver/deliver"))
    run = until(lambda: ask("POST", f"/deployments/{flow['id']}/create_flow_run", name="now"))
    state = until(lambda: ended(run["id"]))
    assert state["type"] == "COMPLETED", state


def link_in(letter: Any, url: str) -> str:
    """Return the one link of a letter to a page of ours."""
    text = letter.get_body(("plain",)).get_content()
    (found,) = set(re.findall(re.escape(url) + r"/a/[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])", text))
    return str(found)


def answer(link: str, deed: str, **said: str) -> str:
    """Open a link and press a button of its page, as a browser does; return the page that follows."""
    page = requests.get(link, timeout=20).text
    assert f'<button name="deed" value="{deed}">' in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    headers = {"Sec-Fetch-Site": "same-origin"}
    done = requests.post(link, {"deed": deed, "seen": seen[1], **said}, headers=headers, timeout=20)
    assert done.url == f"{link}?r=ok#outcome"
    return done.text


def letters_of(lines: Iterable[dict[str, Any]]) -> Letters:
    """Return the letters as the keys of what stands in them."""
    letters: dict[str, set[str]] = defaultdict(set)
    for one in lines:
        if one["kind"] not in OF_THE_PLAN:
            letters[one["message"]].add(one["key"])
    return {frozenset(one) for one in letters.values()}


def next_step(said: str, command: str) -> list[str]:
    """Return the words of *command* as what was said last tells to type them next."""
    steps = re.findall(r": srok ([^;\n]+)", said.rpartition("\nДальше:")[2])
    (found,) = [one for one in map(shlex.split, steps) if one[0] == command]
    return found


def made_ready(office: Office, mail: str, place: Place, today: date) -> Letters:
    """Go from an empty folder to a plan that is in, as each step says; return the letters rehearsed for *today*."""
    name = "МКУ «Управление образования»"
    said = office.srok("init", "--office", name, "--zone", place.zone.key, "--mail", mail, "--owner", "p-primerova")
    assert next_step(said, "import") == ["import", "приказ.docx", "-o", "черновики"]
    assert (office.home / "people.example.yaml").exists()
    (office.home / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    assert office.srok(*next_step(said, "people")) == "Людей: 6; до всех доходит.\n"
    (office.home / "приказ.docx").write_bytes(order_docx(today))
    said = office.srok(*next_step(said, "import"))

    (plan,) = (office.home / "черновики").iterdir()
    plan.write_text(corrected(plan.read_text(encoding="utf-8"), today, place), encoding="utf-8")
    check = next_step(said, "check")
    checked = json.loads(office.srok(*check, "--json"))
    assert (checked["measures"], {one["code"] for one in checked["problems"]}) == (17, LEFT)
    said = office.srok(*check)

    rehearse = (*next_step(said, "rehearse"), "--from", today, "--to", today)
    rehearsed = letters_of(map(json.loads, office.srok(*rehearse, "--jsonl").splitlines()))
    said = office.srok(*rehearse)
    assert f"писем: {len(rehearsed)}" in said
    said = office.srok(*next_step(said, "sync"))
    assert next_step(said, "up") == ["up"]
    return rehearsed


def test_the_first_day_of_an_office(tmp_path, inbox) -> None:
    office = Office(tmp_path / "office")
    place = where_people_work(utc_now())
    today = utc_now().astimezone(place.zone).date()
    rehearsed = made_ready(office, inbox.url, place, today)
    assert inbox.letters == []
    port = a_port()
    url = f"http://127.0.0.1:{port}"
    with (office.home / "srok.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'public_url = "{url}"\n')

    with office.up(port, signal.SIGINT) as address:
        until(lambda: len(inbox.letters) >= len(rehearsed))
        assert letters_of(json.loads(office.srok("outbox", "--json"))) == rehearsed
        counts = (
            f"Поставлено: {sum(map(len, rehearsed))}, писем отправлено: {len(rehearsed)}, не отправлено: 0, ждут: 0"
        )
        assert counts in office.log.read_text(encoding="utf-8").splitlines()

        (letter,) = inbox.to("uslovnova@example.org")
        assert "Основание: приказ № 7" in letter.get_body(("plain",)).get_content().splitlines()
        said = {"text": "координатор назначен", "evidence": f"приказ № 7 от {today:%d.%m.%Y}"}
        assert "Отчёт записан и отправлен на проверку." in answer(link_in(letter, url), "report", **said)

        deliver_now(address)
        (review,) = inbox.to("maketov@example.org")
        answer(link_in(review, url), "accept")

    with office.up(port, signal.SIGTERM) as address:  # started again: nothing is said a second time
        deliver_now(address)
    sent = Counter(one["X-Srok-Key"] for one in inbox.letters)
    assert set(sent.values()) == {1}
    assert len(sent) == len(rehearsed) + 1

    (row,) = [one for one in json.loads(office.srok("status", "--json"))["assignments"] if one["measure"] == "1.1"]
    assert (row["state"], row["outcome"], row["due_on"]) == ("closed", "on_time", str(today))
    told = json.loads(office.srok("log", "1.1", "--json"))["rows"]
    assert [one.get("deed") or one["kind"] for one in told] == ["due", "report", "reported", "accept"]
    assert_summarized(office, f"Исполнено в срок. Координатор назначен; приказ № 7 от {today:%d.%m.%Y}.", today)


def assert_summarized(office: Office, note: str, done_on: date) -> None:
    """Have the report on execution written, and read in both files what it says of 1.1."""
    office.srok("summary", "--docx", "report.docx", "--xlsx", "report.xlsx")
    table: Any = docx.Document(str(office.home / "report.docx")).tables[0]
    sheet: Any = openpyxl.load_workbook(office.home / "report.xlsx").active
    (in_word,) = [cells for row in table.rows if (cells := [one.text for one in row.cells])[0] == "1.1"]
    (in_excel,) = [row for row in sheet.values if row[0] == "1.1"]
    assert in_word[5:] == [note, f"{done_on:%d.%m.%Y}", ""]
    assert in_excel[5:] == (note, datetime.combine(done_on, time()), None)


# --- whatever day and hour it is

DAYS = (
    "2026-11-27",
    "2026-11-30",  # Monday: the digest
    "2026-12-31",
    "2027-01-01",
    "2027-01-11",  # Monday, and the report on a quarter
    "2027-02-28",
    "2028-02-29",
    "2027-05-31",
    "2027-06-12",  # a holiday on a Saturday
    "2027-08-31",  # the last day of a school year
    "2027-09-01",  # the first one
    "2027-11-07",
    "2027-11-08",  # the day of the order
)
HOURS = [datetime.fromisoformat(f"{day}T{hour:02}:00+00:00") for day in DAYS for hour in range(24)]


@pytest.mark.parametrize("minutes", [0, 29, 30, 59])
def test_at_every_hour_there_is_a_place_an_hour_from_every_edge_of_its_day(minutes: int) -> None:
    for hour in HOURS:
        now = hour + timedelta(minutes=minutes)
        place = where_people_work(now)
        policy = Policy(slot=place.slot, hours=place.hours)
        before, after = (now.astimezone(place.zone) + timedelta(hours=n) for n in (-1, 1))
        assert before.date() == after.date()
        assert max(policy.slot_time, policy.working_hours[0]) <= before.time(), now
        assert after.time() <= policy.working_hours[1], now


def test_the_usual_hours_are_taken_wherever_a_working_day_is_on() -> None:
    for now in HOURS:
        locals_ = [now.astimezone(ZoneInfo(one)).time() for one in ZONES]
        somewhere = any(time(10) <= one < time(16, 30) for one in locals_)
        assert ((where_people_work(now).slot, where_people_work(now).hours) == USUAL) is somewhere, now


@pytest.mark.parametrize(("day", "hour"), list(zip(DAYS, itertools.cycle((22, 3, 9, 14, 16, 19)), strict=False)))
def test_what_is_rehearsed_for_the_first_day_is_what_its_pass_sends(day: str, hour: int, tmp_path, capsys) -> None:
    now = datetime.fromisoformat(f"{day}T{hour:02}:30+00:00")
    place = where_people_work(now)
    today = now.astimezone(place.zone).date()
    settings = load_settings(home=tmp_path, zone=place.zone.key)
    settings.people_file.write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "prikaz.docx").write_bytes(order_docx(today))
    import_documents([tmp_path / "prikaz.docx"], tmp_path, settings)
    plan = tmp_path / "prikaz.yaml"
    plan.write_text(corrected(plan.read_text(encoding="utf-8"), today, place), encoding="utf-8")
    found = read_inputs([plan], settings, real_people=True)
    assert (found.measures, {one.code for one in found.problems}) == (17, LEFT)

    run_rehearsal([plan], settings, Asked(today, today, jsonl=True), now)
    rehearsed = letters_of(map(json.loads, capsys.readouterr().out.splitlines()))
    sync_files([plan], settings, now, "test")
    done = run_pass(settings, now)
    with open_store(settings) as store, store.reading() as session:
        lines = outbox_json(session)
    assert letters_of(lines) == rehearsed
    assert done.sent == len(rehearsed)
    of_the_path = {"uslovnova@example.org", "maketov@example.org"}
    assert [one["measure"] for one in lines if one["address"] in of_the_path] == ["1.1"]
