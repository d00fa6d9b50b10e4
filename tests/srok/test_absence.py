"""Substitutions and silences as the commands write them: who may, what is written, what is refused."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from engine.errors import NotFoundError, PeopleError, TransitionError
from engine.settings import Settings, load_settings
from engine.store.installation import load_people, open_store
from engine.store.models import JournalRow
from srok import absence
from srok.absence import Absence, record
from srok.syncing import sync_files
from tests.srok.conftest import PLANS

NOW = datetime(2021, 6, 15, 5, tzinfo=UTC)
FIRST, LAST = date(2021, 6, 16), date(2021, 6, 20)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Settings:
    """A home with the example people, in which lysva-2021 was synced; the command's clock says NOW."""
    people = tmp_path / "people.yaml"
    shutil.copy(PLANS / "people.example.yaml", people)
    people.chmod(0o640)
    settings = load_settings(home=tmp_path, owner="p-tipovaya")
    sync_files([PLANS / "lysva-2021.yaml"], settings, NOW, "test")
    monkeypatch.setattr(absence, "utc_now", lambda: NOW)
    return settings


def away(person: str = "p-eskizov", **given) -> Absence:
    said = {"start": FIRST, "end": LAST, "why": "отпуск", "by": None, "account": "test", "substitute": None}
    return Absence(person, **(said | given))


def journalled(home: Settings) -> list[JournalRow]:
    with open_store(home) as store, store.reading() as session:
        return [row for row in session.exec(select(JournalRow)) if row.deed != "sync"]


def test_a_substitution_is_in_the_file_and_in_the_journal(home) -> None:
    said = record(home, away(substitute="p-maketov", by="p-primerova"))
    assert said == (
        "Внесено: Эскизов Л. М. с 16.06.2021 по 20.06.2021 замещает Макетов В. Г.: "
        "письма и право отчитаться — у замещающего."
    )
    directory = load_people(home)
    assert directory.acting("p-eskizov", FIRST) == directory.people["p-maketov"]
    assert directory.acting("p-eskizov", date(2021, 6, 21)) == directory.people["p-eskizov"]
    (row,) = journalled(home)
    assert (row.at, row.who, row.account, row.deed, row.subject, row.plan_id) == (
        NOW, "p-primerova", "test", "substitute", "people/p-eskizov", None
    )  # fmt: skip
    assert row.hash
    assert row.read() == {"start": "2021-06-16", "end": "2021-06-20", "person": "p-maketov", "reason": "отпуск"}


def test_a_silence_is_in_the_file_and_in_the_journal(home) -> None:
    said = record(home, away(why="курсы"))
    assert (
        said == "Внесено: Эскизов Л. М. с 16.06.2021 по 20.06.2021 сообщений не получает; "
        "накопившееся придёт одним письмом после."
    )
    assert load_people(home).silent_to("p-eskizov", FIRST) == LAST
    (row,) = journalled(home)
    assert (row.deed, row.who, row.read()["person"], row.read()["reason"]) == ("silence", "", None, "курсы")


def test_the_file_keeps_its_mode_and_leaves_no_draft(home) -> None:
    record(home, away())
    assert home.people_file.stat().st_mode & 0o777 == 0o640
    assert {one.name for one in home.home.iterdir()} == {"people.yaml", "srok.db"}


def test_a_later_word_replaces_the_one_it_overlaps(home) -> None:
    record(home, away())
    record(home, away(start=date(2021, 6, 18), end=date(2021, 6, 25)))
    (silence,) = load_people(home).people["p-eskizov"].silence
    assert (silence.start, silence.end) == (date(2021, 6, 18), date(2021, 6, 25))
    assert len(journalled(home)) == 2


MAY = [
    # whose silence, who decides it, whether he may; p-uslovnova heads the unit of p-maketov
    ("p-eskizov", "p-eskizov", True),
    ("p-maketov", "p-uslovnova", True),
    ("p-eskizov", "p-primerova", True),  # the issuer of a plan
    ("p-eskizov", "p-maketov", False),  # its controller
    ("p-eskizov", "p-obraztsova", False),  # its deputy head
    ("p-eskizov", "p-tipovaya", True),  # owner of the installation
    ("p-eskizov", "Примерова А. А.", True),  # by name
    ("p-eskizov", "p-uslovnova", False),  # he is not of her unit
    ("p-eskizov", "p-zetova", False),
]


def test_who_may_decide_it_and_who_not(home) -> None:
    for person, by, may in MAY:
        if may:
            record(home, away(person, by=by))
        else:
            with pytest.raises(TransitionError, match="этого не решает: нужен руководитель подразделения или давший"):
                record(home, away(person, by=by))
    assert len(journalled(home)) == sum(may for *_, may in MAY)


REFUSED = [
    (away(end=date(2021, 6, 15)), "конец 15.06.2021 раньше начала 16.06.2021: поменяйте даты"),
    (away(end=date(2022, 6, 18)), "период длиннее года: проверьте даты"),
    (away(substitute="p-eskizov"), "Эскизов Л. М. не может замещать себя: укажите другого в --with"),
    (away(why=None), "укажите, почему: --reason «отпуск», «приказ № и дата»"),
    (away(why="  "), "укажите, почему: --reason «отпуск», «приказ № и дата»"),
    (away(by="p-zetova"), "Зетова Т. У. этого не решает: нужен руководитель подразделения или давший поручение"),
    (away("p-nobody"), "человека «p-nobody» нет в справочнике людей: нужен id, имя или должность одного человека"),
    (
        away(substitute="Руководители ММО"),
        "человека «Руководители ММО» нет в справочнике людей: нужен id, имя или должность одного человека",
    ),
    (away(by="никто"), "человека «никто» нет в справочнике людей: нужен id, имя или должность одного человека"),
]


def test_what_is_refused_changes_neither_the_file_nor_the_journal(home) -> None:
    before = home.people_file.read_bytes()
    found = []
    for given, _ in REFUSED:
        with pytest.raises((NotFoundError, TransitionError)) as caught:
            record(home, given)
        found.append(str(caught.value))
    assert found == [message for _, message in REFUSED]
    assert home.people_file.read_bytes() == before
    assert journalled(home) == []


def test_a_file_that_cannot_be_written_leaves_no_row_in_the_journal(home, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    before = home.people_file.read_bytes()
    monkeypatch.setattr(absence, "_write", refuse)
    with pytest.raises(PermissionError):
        record(home, away())
    assert (home.people_file.read_bytes(), journalled(home)) == (before, [])


def test_nobody_names_himself_the_substitute_of_who_stands_above_him(home) -> None:
    """Otherwise a controller would extend what only the issuer may."""
    for by in ("p-maketov", "p-primerova"):
        with pytest.raises(TransitionError, match="этого не решает"):
            record(home, away("p-obraztsova", substitute=by, by=by))
    assert journalled(home) == []


def test_a_file_that_cannot_take_the_period_is_left_as_it_is(home) -> None:
    path = home.people_file
    text = path.read_text("utf-8").replace("    email: eskizov@example.org\n", "    email: &m eskizov@example.org\n")
    text = text.replace(
        "people:\n", "people:\n  - {id: p-a, name: Анфасов А. А., email: a@example.org, silence: &s []}\n", 1
    )
    text = text.replace("    email: &m eskizov@example.org\n", "    email: eskizov@example.org\n    silence: *s\n")
    path.write_text(text, "utf-8")
    with pytest.raises(PeopleError, match="впишите silence человеку «p-eskizov» сами"):
        record(home, away("p-eskizov", by="p-primerova"))
    assert (path.read_text("utf-8"), journalled(home)) == (text, [])


def test_line_ends_and_the_byte_order_mark_stay(home) -> None:
    path = home.people_file
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    record(home, away("p-eskizov", by="p-primerova"))
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf#")
    assert after.count(b"\r\n") == after.count(b"\n")
