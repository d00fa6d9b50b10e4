"""What a recipient may do by a link, does it once, and no more when the right is gone."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.assignment import State
from engine.errors import TransitionError
from engine.people_file import read_people
from engine.store.database import Store
from engine.store.models import ActionLinkRow, AssignmentRow, ItemRow, JournalRow
from engine.transition import Deed, Right
from flows.passes import track
from notifiers.answers import LETTERS, answer, clean, open_link
from tests.engine.store.conftest import PLANS, Desk

LYSVA = "lysva-2021"
ONE = f"{LYSVA}/1.1"
EXECUTOR, CONTROLLER, ISSUER, STRANGER = "p-eskizov", "p-maketov", "p-primerova", "p-uslovnova"
OWNER = STRANGER
JUNE = datetime(2021, 6, 16, 4, tzinfo=UTC)  # Wednesday, 09:00 in Лысьва; 1.1 is due on Monday
DAY = timedelta(days=1)


class Links:
    """A desk whose items have links, as composing a letter makes them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.number = 0

    def make(self, kind: str, person: str, *, now: datetime = JUNE) -> int:
        """Make the link of the newest item of a kind."""
        track(self.desk.store, self.desk.directory, OWNER, now)
        self.number += 1
        with self.desk.store.writing() as session:
            item = [one for one in self.desk.rows(ItemRow) if one.kind == kind][-1]
            ends = now + 60 * DAY
            session.add(ActionLinkRow(id=self.number, item=item.key, person=person, made_at=now, expires_at=ends))
        return self.number

    def open(self, link: int, now: datetime = JUNE) -> Any:
        with self.desk.store.reading() as session:
            return open_link(session, self.desk.directory, OWNER, link, now)

    def answer(self, link: int, deed: Deed, now: datetime = JUNE, **given: Any) -> str:
        with self.desk.store.writing() as session:
            found = open_link(session, self.desk.directory, OWNER, link, now)
            assert found is not None
            given.setdefault("seen", found.seen)
            return answer(session, found, deed, account="ссылка", now=now, **given)


@pytest.fixture
def links(migrated: str) -> Iterator[Links]:
    store = Store(migrated)
    desk = Desk(store, (PLANS / "people.example.yaml").read_text(encoding="utf-8"))
    desk.sync(desk.plan(LYSVA, "1.1"), datetime(2021, 5, 31, 4, tzinfo=UTC))
    yield Links(desk)
    store.close()


def edit_people(desk: Desk, change: Callable[[str], str]) -> None:
    desk.people = change(desk.people)
    assert read_people(desk.people, "people.yaml")[1] == []


def test_the_executor_is_offered_what_executors_do(links) -> None:
    found = links.open(links.make("opening", EXECUTOR))
    assert found.deeds == (Deed.START, Deed.REPORT, Deed.INTERIM, Deed.ASK)
    assert (found.person.id, found.assignment.occurrence, found.rights) == (EXECUTOR, f"{ONE}/1", {Right.EXECUTOR})


def test_a_report_by_a_link_is_the_persons_own_and_is_accepted_by_another_link(links) -> None:
    link = links.make("opening", EXECUTOR)
    said = links.answer(link, Deed.REPORT, text="план утверждён\r\nи разослан", evidence="приказ № 5 от 16.06.2021")
    assert said == "Отчёт записан и отправлен на проверку."
    row = links.desk.rows(JournalRow)[-1]
    assert (row.deed, row.who, row.account) == ("report", EXECUTOR, "ссылка")
    assert row.read()["text"] == "план утверждён\nи разослан"
    review = links.make("reported", CONTROLLER)
    assert links.open(review).deeds == (Deed.ACCEPT, Deed.RETURN)
    assert links.answer(review, Deed.ACCEPT) == "Отчёт принят, поручение закрыто."
    assert links.desk.rows(AssignmentRow)[0].state == State.CLOSED


def test_a_replayed_answer_changes_nothing_and_says_how_things_stand(links) -> None:
    link = links.make("opening", EXECUTOR)
    seen = links.open(link).seen
    for deed, given, said in (
        (Deed.INTERIM, {"text": "готова половина"}, "поручение в состоянии «поручено»."),
        (Deed.ASK, {"reason": "болезнь", "until": date(2021, 7, 1)},
         "поручение в состоянии «поручено», просят продлить до 01.07.2021."),
        (Deed.REPORT, {"text": "всё"}, "поручение в состоянии «на проверке», отчёт дан 16.06.2021."),
    ):  # fmt: skip
        seen = links.open(link).seen
        links.answer(link, deed, seen=seen, **given)
        before = links.desk.dump()
        assert links.answer(link, deed, seen=seen, **given) == f"Ничего не изменено: {said}"
        assert links.desk.dump() == before


def test_two_at_once_leave_one_report(links) -> None:
    link = links.make("opening", EXECUTOR)
    seen = links.open(link).seen
    said: list[str] = []
    together = threading.Barrier(4)

    def click() -> None:
        together.wait()
        said.append(links.answer(link, Deed.INTERIM, seen=seen, text="готова половина"))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.split(":")[0] for one in said) == ["Ничего не изменено"] * 3 + [
        "Промежуточная информация записана. Поручение остаётся в работе."
    ]
    assert [row.deed for row in links.desk.rows(JournalRow)].count("interim") == 1


def test_a_link_about_an_earlier_report_decides_nothing_of_a_later_one(links) -> None:
    links.answer(links.make("opening", EXECUTOR), Deed.REPORT, text="первый")
    first = links.make("reported", CONTROLLER)
    links.answer(first, Deed.RETURN, reason="нет подписи")
    assert links.open(first).deeds == ()
    links.answer(links.make("returned", EXECUTOR), Deed.REPORT, text="второй")
    assert links.open(first).deeds == ()
    before = links.desk.dump()
    assert links.answer(first, Deed.ACCEPT) == (
        "Ничего не изменено: поручение в состоянии «на проверке», отчёт дан 16.06.2021."
    )
    assert links.desk.dump() == before
    assert links.open(links.make("reported", CONTROLLER)).deeds == (Deed.ACCEPT, Deed.RETURN)


def test_an_extension_is_asked_and_decided_by_links(links) -> None:
    links.answer(links.make("opening", EXECUTOR), Deed.ASK, reason="ждём сведения школ", until=date(2021, 7, 1))
    link = links.make("asked", ISSUER)
    assert links.open(link).deeds == (Deed.GRANT, Deed.REFUSE)
    links.answer(link, Deed.GRANT, basis="резолюция от 16.06.2021")
    assert links.desk.rows(AssignmentRow)[0].extended_to == date(2021, 7, 1)


def test_a_substitute_acts_as_himself_while_he_stands_in(links) -> None:
    edit_people(links.desk, lambda text: re.sub(
        rf"(- id: {EXECUTOR}\n)",
        rf"\1    substitute: [{{person: {STRANGER}, from: 2021-06-10, to: 2021-06-20}}]\n", text,
    ))  # fmt: skip
    link = links.make("opening", STRANGER)
    assert Deed.REPORT in links.open(link).deeds
    assert links.open(link, JUNE + 10 * DAY).deeds == ()
    links.answer(link, Deed.REPORT, text="сделано")
    assert links.desk.rows(JournalRow)[-1].who == STRANGER


def test_who_has_no_part_in_it_is_offered_nothing(links) -> None:
    found = links.open(links.make("opening", "p-shablonova"))
    assert (found.deeds, found.rights) == ((), set())
    assert links.answer(links.number, Deed.REPORT, text="сделано") == (
        "Ничего не изменено: поручение в состоянии «поручено», и теперь его ведёте не вы."
    )


def test_what_was_struck_from_the_plan_is_answered_no_more(links) -> None:
    link = links.make("opening", EXECUTOR)
    links.desk.sync(links.desk.plan(LYSVA, "2.4"), JUNE)
    assert links.open(link).deeds == ()
    assert links.answer(link, Deed.REPORT, text="x") == "Ничего не изменено: мероприятие снято с контроля."


def test_no_such_link_an_ended_one_and_one_of_nobody_are_nothing(links) -> None:
    link = links.make("opening", EXECUTOR)
    assert links.open(link + 1) is None
    assert links.open(link, JUNE + 60 * DAY) is None
    edit_people(links.desk, lambda text: text.replace(EXECUTOR, "p-other"))
    assert links.open(link) is None


REFUSED = [
    (Deed.REPORT, {}, "напишите, что сделано"),
    (Deed.REPORT, {"text": " \x00\u202e\r\n "}, "напишите, что сделано"),
    (Deed.REPORT, {"text": "я" * 4001}, "сократите что сделано: помещается 4000 знаков, а в тексте 4001"),
    (Deed.REPORT, {"evidence": "я" * 501}, "сократите подтверждение: помещается 500 знаков, а в тексте 501"),
    (Deed.ASK, {"until": date(2021, 7, 1)}, "напишите причину"),
    (Deed.ASK, {"reason": "болезнь"}, "укажите день, до которого продлить"),
    (Deed.ASK, {"reason": "болезнь", "until": date(2021, 6, 21)},
     "нельзя «попросить о продлении» до 21.06.2021: срок и так 21.06.2021"),
]  # fmt: skip


@pytest.mark.parametrize(("deed", "given", "said"), REFUSED)
def test_what_is_not_said_is_asked_for_and_changes_nothing(links, deed, given, said) -> None:
    link = links.make("opening", EXECUTOR)
    before = links.desk.dump()
    with pytest.raises(TransitionError) as caught:
        links.answer(link, deed, **given)
    assert str(caught.value) == said
    assert links.desk.dump() == before


def test_a_report_that_needs_proof_is_refused_without_it(links) -> None:
    plan = links.desk.plan(LYSVA, "1.1").replace(
        '  - id: "1.1"\n', '  - id: "1.1"\n    evidence: {kind: приказ, required: true}\n'
    )  # fmt: skip
    links.desk.sync(plan, JUNE)
    link = links.make("opening", EXECUTOR)
    with pytest.raises(
        TransitionError, match=r"^впишите подтверждение \(приказ\): вид, № и дату документа или ссылку$"
    ):
        links.answer(link, Deed.REPORT, text="сделано")


CLEANED = [
    ("справка\r\nBcc: x@example.org", "справка Bcc: x@example.org", "справка\nBcc: x@example.org"),
    ("а\x00б\x1b[31m\x85в", "а б [31m в", "аб[31mв"),
    ("№ \u202e5", "№ 5", "№ 5"),
    ("\n\n \n", None, None),
    (None, None, None),
]


@pytest.mark.parametrize(("said", "line", "lines"), CLEANED)
def test_what_was_said_is_kept_without_control_characters(said, line, lines) -> None:
    assert (clean(said), clean(said, lines=True)) == (line, lines)


def test_half_a_character_is_not_kept() -> None:
    assert (clean("а\ud800"), clean("\ud800", lines=True)) == ("а", None)


def test_every_deed_of_a_link_has_one_letter() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS) == 8
