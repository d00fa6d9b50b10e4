"""A school year of yeniseysk-2023 with twelve schools: golden/story/year.txt tells it, what came of it is compared.

Each command runs in this process as `python -m srok` runs it, at the instant that the story gives it.
"""

from __future__ import annotations

import email
import io
import itertools
import json
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

import engine.clock
from engine.assignment import without_channel
from engine.calendar import WorkCalendar
from engine.people import Directory
from engine.settings import Settings, load_settings
from engine.store.chain import broken_link
from engine.store.database import Store
from engine.store.installation import load_people
from engine.store.models import AssignmentRow, ItemRow, JournalRow, LetterRow
from flows.passes import pass_over
from srok import absence, doing, reconciling, standing
from srok.__main__ import main
from tests.srok.conftest import PLANS

GOLDEN = Path(__file__).parent / "golden" / "story"
HERE = ZoneInfo("Asia/Krasnoyarsk")
MORNING, LATER = time(9), timedelta(minutes=15)
INDENT = "    "

OFFICE = """\
people:
  # управление
  - {id: p-primerova, name: Примерова А. А., post: руководитель управления, unit: upravlenie}
  - {id: p-maketov, name: Макетов В. Г., post: начальник отдела общего образования, unit: upravlenie}
  - {id: p-shablonova, name: Шаблонова Г. Д., post: муниципальный координатор, unit: upravlenie}
  - {id: p-uslovnova, name: Условнова Д. Е., post: главный специалист, unit: upravlenie}
  # школы
"""
ROLES = """\
roles:
  - id: head-of-education
    title: Руководитель МКУ «Управление образования»
    holder: p-primerova
  - id: head-of-general-education
    title: Начальник отдела общего образования МКУ «Управление образования»
    holder: p-maketov
  - id: coordinator
    title: Муниципальный координатор
    holder: p-shablonova
  - id: school-heads
    title: Руководители ОУ
    group: schools
units:
  - {id: upravlenie, title: МКУ «Управление образования», head: p-uslovnova}
schools:
"""
HEADS = (
    "alfina Альфина А. Б.", "betov Бетов Б. В.", "gammina Гаммина В. Г.", "deltov Дельтов Г. Д.",
    "epsilonova Эпсилонова Д. Е.", "dzetova Дзетова Е. Ж.", "etov Этов Ж. З.", "tetova Тетова З. И.",
    "jotov Йотов И. К.", "kappina Каппина К. Л.", "lyambdov Лямбдов Л. М.", "nektova Нектова М. Н.",
)  # fmt: skip
OZERNOVSKAYA = "  - {id: ozernovskaya-47, name: МБОУ Озерновская СОШ № 47, head: p-nektova}\n"


def people() -> str:
    """The people file of the story: the education office and the heads of twelve schools, all of them invented."""
    heads = "".join(f"  - {{id: p-{one.split()[0]}, name: {one.partition(' ')[2]}}}\n" for one in HEADS)
    schools = "".join(
        f"  - {{id: sosh-{n:02}, name: МБОУ Условная СОШ № {n}, head: p-{one.split()[0]}}}\n"
        for n, one in enumerate(HEADS[:-1], 1)
    )
    text = OFFICE + heads + ROLES + schools + OZERNOVSKAYA
    return re.sub(r"id: p-(\w+), name: ([^,}]+)", r"id: p-\1, name: \2, email: \1@example.org", text)


@dataclass
class Year:
    """The office's year: its clock, its passes, its commands and what they print."""

    settings: Settings
    store: Store
    now: datetime | None = None
    files: dict[str, str] = field(default_factory=dict)
    known: tuple[str, Directory] = ("", Directory({}))

    @property
    def home(self) -> Path:
        return self.settings.home

    def live(self, until: datetime) -> None:
        """Pass over every morning before *until*."""
        day = self.now or until
        while True:
            following = datetime.combine(day.date(), MORNING, HERE)
            if following > day:
                if following > until:
                    break
                self.tick(following)
            day = datetime.combine(day.date() + timedelta(days=1), time(), HERE)
        self.now = until

    def tick(self, now: datetime) -> None:
        text = self.settings.people_file.read_text(encoding="utf-8")
        if text != self.known[0]:
            self.known = text, load_people(self.settings)
        pass_over(self.store, self.known[1], self.settings, now.astimezone(UTC))

    def tell(self, script: str) -> str:
        """Run the story and return it with what its commands print now."""
        told: list[str] = []
        acted = False
        for line in script.splitlines():
            if line.startswith(INDENT):
                continue
            told.append(line)
            if line.startswith("== "):
                self.rest(acted=acted)
                self.live(datetime.fromisoformat(line[3:]).replace(tzinfo=HERE))
            elif line.startswith("+ "):
                self.write_into_plan(*line[2:].split(maxsplit=1))
            elif line.startswith(("$ ", "! ")):
                acted = True
                told += [f"{INDENT}{one}" for one in self.run(line[2:], refused=line.startswith("!")) if one]
        self.rest(acted=acted)
        return "\n".join(told) + "\n"

    def rest(self, *, acted: bool) -> None:
        if acted and self.now is not None:
            self.now += LATER
            self.tick(self.now)

    def run(self, line: str, *, refused: bool) -> Iterator[str]:
        """Run a command line, one for each word in braces; one that must be refused must change nothing."""
        command, _, target = line.partition(" > ")
        before = self.dump() if refused else ""
        for one in expanded(command):
            code, printed = call(shlex.split(one)[1:])
            assert bool(code) is refused, f"{self.now} {one}\n{printed}"
            lines = [one.rstrip() for one in printed.splitlines()]
            if target:
                self.files[target] = "\n".join(lines) + "\n"
            else:
                yield from lines
        assert not refused or self.dump() == before, line

    def write_into_plan(self, measure: str, words: str) -> None:
        path, head = self.home / "yeniseysk-2023.yaml", f'  - id: "{measure}"\n'
        text = path.read_text(encoding="utf-8")
        assert head in text
        path.write_text(text.replace(head, f"{head}    {words}\n"), encoding="utf-8")

    def dump(self) -> str:
        with closing(sqlite3.connect(self.home / "srok.db")) as database:
            return "\n".join(database.iterdump()) + self.settings.people_file.read_text(encoding="utf-8")

    def letters(self) -> list[EmailMessage]:
        """Every letter in the folder."""
        return [
            email.message_from_bytes(one.read_bytes(), policy=policy.default)
            for one in (self.home / "mail").glob("*.eml")
        ]


def expanded(command: str) -> list[str]:
    """Expand {a,b} as the shell does."""
    parts = re.split(r"\{([^}]*)\}", command)
    choices = [one.split(",") if n % 2 else [one] for n, one in enumerate(parts)]
    return ["".join(one) for one in itertools.product(*choices)]


def call(args: list[str]) -> tuple[int, str]:
    """Run a command of srok in this process; return its exit code and what it printed."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stream), redirect_stderr(stream):
        patch.setattr(sys, "argv", ["srok", *args])
        with pytest.raises(SystemExit) as ended:
            main()
    stream.flush()
    code = ended.value.code
    return int(code or 0), stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Year, str]]:
    """The year lived through once, and its story as it went."""
    home = tmp_path_factory.mktemp("office")
    (home / "people.yaml").write_text(people(), encoding="utf-8")
    (home / "yeniseysk-2023.yaml").write_bytes((PLANS / "yeniseysk-2023.yaml").read_bytes())
    (home / "srok.toml").write_text('zone = "Asia/Krasnoyarsk"\nowner = "p-uslovnova"\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.delenv("PREFECT_API_URL", raising=False)  # that of the server of other tests
        for name, value in {"SROK_HOME": str(home), "COLUMNS": "100", "LOGNAME": "operator"}.items():
            patch.setenv(name, value)
        settings = load_settings()
        year = Year(settings, Store(settings.database))

        def clock() -> datetime:
            assert year.now is not None
            return year.now.astimezone(UTC)

        for module in (engine.clock, absence, doing, reconciling, standing):
            patch.setattr(module, "utc_now", clock)
        yield year, year.tell((GOLDEN / "year.txt").read_text(encoding="utf-8"))
        year.store.close()


@pytest.fixture
def year(told: tuple[Year, str]) -> Year:
    return told[0]


Sent = list[tuple[ItemRow, LetterRow]]


@pytest.fixture(scope="module")
def sent(told: tuple[Year, str]) -> Sent:
    """Every block of every letter that went out, in the order of time."""
    query = select(ItemRow, LetterRow).join(LetterRow, col(ItemRow.letter) == col(LetterRow.key))
    with told[0].store.reading() as session:
        return sorted(session.exec(query), key=lambda one: (one[1].sent_at, one[1].key, one[0].key))


def test_the_year_goes_as_it_is_told(told, golden) -> None:
    golden(GOLDEN / "year.txt", told[1])


SCREENS = (
    "status-2023-12-05.txt",
    "status-2024-01-15.txt",
    "status-2024-04-03.txt",
    "status-2024-05-16.txt",
    "status-2024-08-31.txt",
    "log-2.4.txt",
    "log-1.5.txt",
)


@pytest.mark.parametrize("name", SCREENS)
def test_the_screens_show_what_holds(year, golden, name) -> None:
    assert set(year.files) == set(SCREENS)
    golden(GOLDEN / name, year.files[name])


def local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(HERE)


def test_every_message_of_the_year(sent, year, golden) -> None:
    lines = [
        f"{local(letter.sent_at):%d.%m.%Y %H:%M} {item.kind}/{item.rung} → {letter.address.partition('@')[0]}: "
        f"{item.measure_id or 'сводка'} {(item.occurrence_key or '').rpartition('/')[2] or '—'} {item.key}"
        for item, letter in sent
    ]
    with year.store.reading() as session:
        rest = session.exec(select(ItemRow).where(col(ItemRow.letter).is_(None)).order_by(ItemRow.at, ItemRow.key))
        lines += ["", "Не ушло:"] + [
            f"{local(one.at):%d.%m.%Y %H:%M} {one.kind}/{one.rung} {one.key}: {one.dropped}" for one in rest
        ]
    golden(GOLDEN / "messages.txt", "\n".join(lines) + "\n")


KEY_LETTERS = (
    ("09.11.2023 10:15", "nektova"),  # what was ordered before the plan was entered, in one letter
    ("22.11.2023 10:15", "primerova"),  # two schools ask
    ("23.11.2023 16:15", "epsilonova"),
    ("23.11.2023 16:15", "dzetova"),
    ("24.11.2023 10:15", "nektova"),  # returned
    ("04.12.2023 09:00", "maketov"),  # the week's digest
    ("06.12.2023 09:00", "maketov"),  # one school has a day of its own and is not missing
    ("14.12.2023 09:00", "uslovnova"),  # in the coordinator's place
    ("11.01.2024 09:00", "maketov"),  # the executor is silenced, the controller hears
    ("15.01.2024 09:00", "kappina"),  # all that came up during the silence
    ("20.02.2024 09:00", "maketov"),  # reports left lying
    ("27.02.2024 09:00", "primerova"),
    ("07.03.2024 09:00", "alfina"),  # a checkpoint
    ("12.03.2024 15:15", "nektova"),  # an event entered late
    ("18.03.2024 09:00", "nektova"),
    ("03.04.2024 09:00", "maketov"),  # ten of twelve
    ("03.04.2024 10:15", "alfina"),  # cancelled by a document
    ("09.04.2024 09:00", "primerova"),
    ("11.04.2024 09:00", "shablonova"),  # the event moved
    ("15.04.2024 10:15", "shablonova"),  # reopened
    ("26.08.2024 09:00", "primerova"),  # the last digest
)


def test_the_letters_of_the_key_moments(sent, year, golden) -> None:
    found = {one["X-Srok-Key"]: one for one in year.letters()}
    keys = {
        (f"{local(letter.sent_at):%d.%m.%Y %H:%M}", letter.address.partition("@")[0]): letter.key for _, letter in sent
    }
    shown = []
    for moment in KEY_LETTERS:
        one = found[keys[moment]]
        body = "\n".join(one.get_body(("plain",)).get_content().rstrip().splitlines())
        shown.append(f"=== {moment[0]}\nКому: {one['To']}\nТема: {one['Subject']}\n\n{body}\n")
    golden(GOLDEN / "letters.txt", "\n".join(shown))


# --- whatever the golden files say


def test_nothing_goes_out_at_night_or_on_a_day_off(sent) -> None:
    calendar = WorkCalendar()
    for _, letter in sent:
        at = local(letter.sent_at)
        assert calendar.is_working(at.date()), letter.key
        assert MORNING <= at.time() <= time(17, 30), letter.key


def test_nothing_is_said_twice_and_nothing_is_lost(sent, year) -> None:
    said = [without_channel(item.key) for item, _ in sent]
    assert len(said) == len(set(said))
    assert {letter.state for _, letter in sent} == {"sent"}
    assert {one["X-Srok-Key"] for one in year.letters()} == {letter.key for _, letter in sent}
    with year.store.reading() as session:
        assert not session.exec(
            select(ItemRow).where(col(ItemRow.letter).is_(None), col(ItemRow.dropped).is_(None))
        ).all()


ENDS = frozenset({"report", "accept", "close-not-done", "not-triggered", "cancel", "supersede"})
RESUMES = frozenset({"return", "reopen"})
ASKS = frozenset({"opening", "input", "reminder", "due", "overdue", "checkpoint", "moved", "extended", "refused"})


def is_over(occurrence: str | None, deeds: list[tuple[datetime, str, str]], blocking: list[str]) -> bool:
    """Tell whether everybody that an occurrence waits for had been accepted or let go."""
    last = {subject: deed for _, deed, subject in deeds if deed in ENDS | RESUMES}
    return all(last.get(key) in ENDS - {"report"} for key in blocking if key.startswith(f"{occurrence}|"))


def test_nobody_who_has_reported_is_asked_again(sent, year) -> None:
    with year.store.reading() as session:
        deeds = [(local(row.at), row.deed, row.subject) for row in session.exec(select(JournalRow))]
        blocking = [row.key for row in session.exec(select(AssignmentRow)) if row.blocking]
    for item, letter in sent:
        if item.kind in ASKS:
            at = local(letter.sent_at)
            own = [deed for when, deed, subject in deeds if subject == item.assignment_key and when <= at]
            last = [deed for deed in own if deed in ENDS | RESUMES][-1:]
            assert not ENDS & set(last), f"{at} {item.key}"
            assert not is_over(item.occurrence_key, [one for one in deeds if one[0] <= at], blocking), (
                f"{at} {item.key}"
            )


def test_what_was_told_of_one_school_went_to_its_head(sent) -> None:
    heads = {f"sosh-{n:02}": f"p-{one.split()[0]}" for n, one in enumerate(HEADS[:-1], 1)}
    heads["ozernovskaya-47"] = "p-nektova"
    schools = [item for item, _ in sent if "|school-heads|" in (item.assignment_key or "")]
    to_heads = [item for item in schools if item.kind in ASKS | {"returned", "cancelled"}]
    assert len(to_heads) > 300
    assert all(item.person == heads[item.assignment_key.rpartition("|")[2]] for item in to_heads)


def test_the_counts_at_the_end_of_the_year(year, golden) -> None:
    code, printed = call(["status", "--json"])
    assert code == 0
    shown = json.loads(printed)
    found = {"as_of": shown["as_of"], "counts": shown["counts"]}
    golden(GOLDEN / "counts.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def test_the_journal_is_whole_and_its_head_stands_in_the_digests(sent, year) -> None:
    with year.store.reading() as session:
        assert broken_link(session) is None
        hashes = {row.hash for row in session.exec(select(JournalRow)) if row.hash}
    printed = [
        re.findall(r"последнее звено\s+([0-9a-f]{64})", one.get_body(("plain",)).get_content())
        for one in year.letters()
        if "/digest/" in one["X-Srok-Key"]
    ]
    assert len(printed) > 80
    assert all(len(found) == 1 and found[0] in hashes for found in printed)


def test_the_people_file_keeps_its_comments(year) -> None:
    text = year.settings.people_file.read_text(encoding="utf-8")
    assert "  # управление\n" in text
    assert "  # школы\n" in text
    assert {len(one.substitute) + len(one.silence) for one in load_people(year.settings).people.values()} == {0, 1}
