"""A chaos run: two dispatchers, two hostile servers, kills and locks; then quiet passes until nothing is left to do."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlmodel import col, select

from engine.settings import Settings, load_settings
from engine.store.database import Store
from engine.store.models import AttemptRow, ItemRow, LetterRow
from srok.syncing import sync_files
from tests.faults.audit import Recipient, Sent, Verdict, audit, read_ledgers
from tests.faults.bot_server import SPECIAL
from tests.faults.desk import SECRET, environment
from tests.faults.hostile import write_clock

HERE = Path(__file__).parent
TUESDAY = datetime(2026, 3, 17, 6, 5, tzinfo=UTC)
"""09:05 in Moscow: no digest is due before Monday."""
DAYS = [date(2026, 3, day) for day in range(17, 22)]
MOST_ROUNDS = 120
ROUND_SECONDS = 120
ALL = ("mail", "telegram")
OFFICERS = {"c-controller": "controller@example.org", "c-head": "head@example.org"}


def recipients(n: int) -> list[Recipient]:
    """Of forty 3 have dead addresses alone, 4 one before another, 1 a chat that moves; the others are well."""
    found = []
    for number in range(1, n + 1):
        mail, chat = {"mail": f"p{number}@example.org"}, {"telegram": f"{number}"}
        dead_mail = {"mail": f"{'dead' if number % 3 else 'spam'}{number}@example.org"}
        dead_chat = {"telegram": f"{8 + number % 2}{number:05d}"}
        channels, works = {
            0: (dead_mail, ()),
            1: (dead_chat, ()),
            2: (dead_chat | dead_mail, ()),
            3: (dead_mail | chat, ("telegram",)),
            4: (dead_mail | chat, ("telegram",)),
            5: (dead_chat | mail, ("mail",)),
            6: (dead_chat | mail, ("mail",)),
            14: ({"telegram": f"6{number:05d}"}, ("telegram",)),
        }.get(number % 40) or ((chat | mail if number % 40 < 13 else chat) if number % 40 < 27 else mail, ALL)
        found.append(Recipient(f"p-{number}", channels, frozenset(works) & channels.keys()))
    return found


def before_moving(to: str) -> str:
    """Return the address that the directory knows of one who is at *to* by now (bot_server.py)."""
    return f"7{to[1:]}" if to[0] == "6" and len(to) == SPECIAL else to


def make_home(home: Path, due: list[Recipient], database_url: str = "") -> Settings:
    """Sync a plan in which each of *due* is told of one measure this morning."""
    home.mkdir(parents=True)
    names = {"mail": "email", "telegram": "telegram"}
    people: list[dict[str, Any]] = [
        {"id": one.id, "name": f"Условнов {one.id}", "channels": list(one.channels)}
        | {names[channel]: before_moving(to) for channel, to in one.channels.items()}
        for one in due
    ]
    people += [{"id": one, "name": f"Начальнов {one}", "email": email} for one, email in OFFICERS.items()]
    roles = [{"id": f"r-{one.id}", "title": f"Отдел {one.id}", "holder": one.id} for one in due]
    roles += [{"id": f"r-{one}", "title": f"Отдел {one}", "holder": one} for one in OFFICERS]
    plan = {
        "plan": {
            "id": "chaos",
            "title": "Все сразу",
            "timezone": "Europe/Moscow",
            "horizon": {"from": DAYS[0], "to": DAYS[0] + timedelta(days=60)},
            "issuer": "Отдел c-head",
            "controller": "Отдел c-controller",
            "deputy_head": "Отдел c-head",
            "calendar": {"extra_working_days": DAYS},
            "escalation": {"slot": "09:00", "hours": ["00:00", "23:59"]},
        },
        "measures": [
            {
                "id": one.id,
                "title": f"Мероприятие {one.id}",
                "deadline": f"до {DAYS[0] + timedelta(days=40):%d.%m.%Y}",
                "responsible": f"Отдел {one.id}",
            }
            for one in due
        ],
    }
    for name, content in (("people", {"people": people, "roles": roles}), ("chaos", plan)):
        with (home / f"{name}.yaml").open("w", encoding="utf-8") as file:
            YAML(typ="safe", pure=True).dump(content, file)
    settings = load_settings(home=home, database_url=database_url, secret_key=SECRET)
    sync_files([home / "chaos.yaml"], settings, TUESDAY - timedelta(days=2), "test")
    return settings


class Process:
    """A process of the run that says something line by line."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.said: list[str] = []
        self.passing = False
        self.process = subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.hear(line.strip())

    def hear(self, line: str) -> None:
        self.said.append(line)
        self.passing = self.passing and line != "done"

    def first_word(self) -> str:
        """Return what it says first."""
        while not self.said:
            assert self.process.poll() is None
            time.sleep(0.02)
        return self.said[0]

    def is_dead(self) -> bool:
        return self.process.poll() is not None

    def go(self) -> None:
        """Tell a dispatcher to make a pass."""
        assert self.process.stdin is not None
        self.passing = True
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Chaos:
    """One run: its seed and folder, whom it is about, where the store is, how the dispatcher is broken, if it is."""

    seed: int
    folder: Path
    due: list[Recipient]
    settings: Settings
    mutant: str = ""
    noisy_rounds: int = 12
    calm: int = 60
    now: datetime = TUESDAY
    started: list[Process] = field(default_factory=list)
    dispatchers: dict[str, Process] = field(default_factory=dict)
    servers: dict[str, Process] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    locks: int = 0
    rounds: int = 0
    seconds: float = 0.0

    def run(self) -> Verdict:
        """Make noise, a night in between, then quiet; and compare what was left behind."""
        began = time.monotonic()
        chance = random.Random(self.seed)
        write_clock(self.folder, self.now)
        try:
            for name in ("mail_server", "bot_server"):
                self.servers[name] = self._process(f"{name}.py", str(self.folder), str(self.seed), str(self.calm))
            locker = self._process("locker.py", self.settings.database, str(self.seed))
            for number in range(self.noisy_rounds):
                self._round(chance)
                night = timedelta(hours=15) if number == self.noisy_rounds // 2 else timedelta()
                self.now += timedelta(minutes=chance.choice([1, 2, 7, 20])) + night
            assert not locker.is_dead()
            self.locks = len(locker.said)
            locker.kill()
            (self.folder / "quiet").touch()
            self._until_nothing_is_left()
        finally:
            for one in self.started:
                one.kill()
        self.seconds = time.monotonic() - began
        return audit(self.due, self.letters(), read_ledgers(self.folder, self.killed), self._told_up())

    def _process(self, program: str, *arguments: str, **more: str) -> Process:
        one = Process([str(HERE / program), *arguments], environment(self.settings) | more)
        self.started.append(one)
        return one

    def _dispatcher(self) -> None:
        """Start the next dispatcher; both servers know it by its number."""
        number = str(len(self.killed) + len(self.dispatchers) + 1)
        ports = {name: one.first_word() for name, one in self.servers.items()}
        mutant = [self.mutant] if self.mutant else []
        links = {"SROK_PUBLIC_URL": "https://srok.example.org"} if self.seed % 2 else {}
        one = self._process(
            "dispatcher.py", str(self.folder), *mutant, **links,
            SROK_MAIL_URL=f"smtp://{number}:secret@127.0.0.1:{ports['mail_server']}?from=srok@example.org",
            SROK_TELEGRAM_TOKEN=f"{number}:TEST", SROK_TELEGRAM_API_BASE=f"http://127.0.0.1:{ports['bot_server']}",
        )  # fmt: skip
        self.dispatchers[number] = one
        one.go()

    def _round(self, chance: random.Random | None = None) -> None:
        """Have two dispatchers make a pass at the same instant; who is killed is followed by another."""
        self.rounds += 1
        write_clock(self.folder, self.now)
        for one in self.dispatchers.values():
            one.go()
        for _ in range(2 - len(self.dispatchers)):
            self._dispatcher()
        end = time.monotonic() + ROUND_SECONDS
        at = time.monotonic() + chance.uniform(0.02, 0.8) if chance and chance.random() < 0.4 else end
        while any(one.passing for one in self.dispatchers.values()):
            assert time.monotonic() < end, self.failures
            assert not any(one.is_dead() for one in self.dispatchers.values()), "a dispatcher ended by itself"
            self._kill_as_asked()
            if time.monotonic() > at:
                at = end
                self._kill(random.Random(self.rounds).choice(list(self.dispatchers)))
            time.sleep(0.01)
        self._kill_as_asked()
        self.failures += [line for one in self.dispatchers.values() for line in one.said if line.startswith("failed")]

    def _kill_as_asked(self) -> None:
        for server in self.servers.values():
            assert not server.is_dead()
            while len(server.said) > 1:
                self._kill(server.said.pop(1).split()[1])

    def _kill(self, number: str) -> None:
        if number in self.dispatchers:
            self.dispatchers.pop(number).kill()
            self.killed.append(number)
            self._dispatcher()

    def _until_nothing_is_left(self) -> None:
        for _ in range(MOST_ROUNDS):
            self._round()
            later = self._next()
            if later is None:
                return
            self.now = max(self.now + timedelta(minutes=1), later + timedelta(seconds=1))

    def _next(self) -> datetime | None:
        """Return when something is to be done next; None where nothing is."""
        store = Store(self.settings.database)
        try:
            with store.reading() as session:
                letters = session.exec(select(LetterRow).where(col(LetterRow.state).in_(["pending", "sending"])))
                instants = [one.lease_until or one.next_try_at or self.now for one in letters]
                unsaid = select(ItemRow).where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None))
                instants += [max(one.at, self.now) for one in session.exec(unsaid)]
        finally:
            store.close()
        return min(instants, default=None)

    def _told_up(self) -> set[str]:
        """Return of whom the controller has been told that they cannot be reached: a measure is named as its person."""
        states = {one.key: one.state for one in self.letters()}
        store = Store(self.settings.database)
        try:
            with store.reading() as session:
                items = session.exec(select(ItemRow).where(ItemRow.kind == "unreachable"))
                return {one.measure_id or "" for one in items if states.get(one.letter or "") in {"sent", "uncertain"}}
        finally:
            store.close()

    def letters(self) -> list[Sent]:
        attempts: dict[str, list[str | None]] = defaultdict(list)
        store = Store(self.settings.database)
        try:
            with store.reading() as session:
                for one in session.exec(select(AttemptRow).order_by(col(AttemptRow.id))):
                    attempts[one.letter].append(one.outcome)
                letters = session.exec(select(LetterRow)).all()
        finally:
            store.close()
        return [
            Sent(
                one.key,
                one.person or "",
                one.channel,
                one.address or "",
                one.state,
                one.doubts,
                tuple(attempts[one.key]),
            )
            for one in letters
        ]


HEAD = (
    "прогон".ljust(22), "к отправке", "ушло писем", "не ушло", "повторов", "сомнений", "убито", "заперта",
    "потеряно", "лишних", "молча", "в бане", "отказ повторён", "зря брошено", "не кончено", "секунд",
)  # fmt: skip


def row(name: str, chaos: Chaos, found: Verdict) -> tuple[str, ...]:
    """Return a row of the table: a run, and what the audit found; the store may be gone later."""
    states = Counter(one.state for one in chaos.letters())
    numbers = (
        len(chaos.due), states["sent"], states["dead"] + states["uncertain"], len(found.excused), len(found.uncertain),
        len(chaos.killed), chaos.locks, len(found.lost), len(found.doubled), len(found.silent), len(found.in_ban),
        len(found.refused_again), len(found.given_up), len(found.unfinished), round(chaos.seconds),
    )  # fmt: skip
    return (name.ljust(len(HEAD[0])), *map(str, numbers))
