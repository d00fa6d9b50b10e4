"""Links in letters: made for who really gets them, stored without their tokens, the same in every try."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.people_file import read_people
from engine.store.database import Store
from engine.store.models import ActionLinkRow, ItemRow, LetterRow
from engine.transition import Deed
from flows.passes import track
from notifiers.envelope import Envelope, Outcome, OutcomeKind
from notifiers.links import Links
from notifiers.outbox import deliver
from notifiers.sending import Sender
from notifiers.tokens import Signer
from tests.engine.store.conftest import PLANS, Desk

LYSVA = "lysva-2021"
EXECUTOR, CONTROLLER, ISSUER, OTHER = "p-eskizov", "p-maketov", "p-primerova", "p-shablonova"
MAY = datetime(2021, 5, 31, 4, tzinfo=UTC)  # Monday, 09:00 in Лысьва: the opening of 1.1 «До 21 июня 2021»
SIGNER = Signer(b"the key of these tests")
LINKS = Links(SIGNER, "https://srok.example.org/office")
URL = re.compile(r"https://srok\.example\.org/office/a/([A-Za-z0-9_-]{40})(?![A-Za-z0-9_-])")


class Post:
    """A desk that delivers into a list; ``fails`` is how many letters are refused for the time being."""

    def __init__(self, desk: Desk, links: Links | None = LINKS) -> None:
        self.desk, self.links = desk, links
        self.sent: list[Envelope] = []
        self.tried: list[Envelope] = []
        self.fails = 0
        self.name = ""

    def open(self, name: str) -> "Post":
        self.name = name
        return self

    def deliver(self, envelope: Envelope) -> Outcome:
        self.tried.append(envelope)
        if self.fails:
            self.fails -= 1
            return Outcome(OutcomeKind.TEMP, "451", "позже")
        self.sent.append(envelope)
        return Outcome(OutcomeKind.SENT)

    def close(self) -> None:
        pass

    def tick(self, now: datetime) -> None:
        track(self.desk.store, self.desk.directory, None, now)
        sender = Sender(self.desk.store, self.desk.directory, None, self.open, "ответьте на письмо", links=self.links)
        deliver(sender, lambda: now)

    def links_made(self) -> list[ActionLinkRow]:
        return sorted(self.desk.rows(ActionLinkRow), key=lambda one: one.made_at)


@pytest.fixture
def post(migrated: str) -> Iterator[Post]:
    store = Store(migrated)
    desk = Desk(store, (PLANS / "people.example.yaml").read_text(encoding="utf-8"))
    desk.sync(desk.plan(LYSVA, "1.1"), MAY)
    yield Post(desk)
    store.close()


def edit(post: Post, person: str, line: str) -> None:
    post.desk.people = re.sub(rf"(- id: {person}\n)", rf"\1    {line}\n", post.desk.people)
    assert read_people(post.desk.people, "people.yaml")[1] == []
    post.desk.sync(post.desk.plan(LYSVA, "1.1"), MAY)


def test_a_letter_holds_the_link_of_its_item_for_who_gets_it(post) -> None:
    post.tick(MAY)
    (envelope,) = post.sent
    (token,) = URL.findall(envelope.text)
    assert URL.findall(envelope.html) == [token]
    (row,) = post.links_made()
    assert SIGNER.read(token, MAY) == row.id
    assert (row.person, row.made_at, row.item) == (EXECUTOR, MAY, post.desk.rows(ItemRow)[0].key)
    assert envelope.buttons == ()


def test_a_link_ends_thirty_days_after_the_due_day_and_not_before_sixty(post) -> None:
    post.tick(MAY)
    assert post.links_made()[0].expires_at == MAY + timedelta(days=60)
    post.desk.do(Deed.ASK, f"{LYSVA}/1.1", MAY, EXECUTOR, reason="болезнь", until=date(2021, 10, 1))
    post.desk.do(Deed.GRANT, f"{LYSVA}/1.1", MAY, ISSUER, basis="резолюция")
    post.tick(MAY)
    assert post.links_made()[-1].expires_at == datetime(2021, 10, 31, 19, tzinfo=UTC)  # midnight in Лысьва


def test_what_is_stored_of_a_sent_letter_holds_no_token(post) -> None:
    post.tick(MAY)
    (token,) = URL.findall(post.sent[0].text)
    assert token not in "\n".join(post.desk.dump())
    assert "Отчёт" not in post.desk.rows(LetterRow)[0].state
    assert json.loads(post.desk.rows(LetterRow)[0].body)["links"] == {
        str(post.links_made()[0].id): int((MAY + timedelta(days=60)).timestamp())
    }


def test_a_repeat_sends_the_same_bytes_with_the_same_token(post) -> None:
    post.fails = 1
    post.tick(MAY)
    post.tick(MAY + timedelta(minutes=10))
    first, second = post.tried
    assert (first, len(post.sent)) == (second, 1)


def test_what_is_written_anew_keeps_its_link(post) -> None:
    post.fails = 1
    post.tick(MAY)
    post.tick(MAY + timedelta(days=1))
    first, second = (URL.findall(one.text)[0] for one in post.tried)
    assert SIGNER.read(first, MAY) == SIGNER.read(second, MAY)
    assert len(post.links_made()) == 1


def test_a_substitute_gets_a_link_of_his_own(post) -> None:
    edit(post, EXECUTOR, f"substitute: [{{person: {OTHER}, from: 2021-05-01, to: 2021-06-15}}]")
    post.tick(MAY)
    assert [one.person for one in post.links_made()] == [OTHER]


def test_without_pages_a_mail_has_no_link_and_no_row(post) -> None:
    post.links = Links(SIGNER)
    post.tick(MAY)
    assert "Как ответить: ответьте на письмо: номер пункта" in post.sent[0].text
    assert ("http" in post.sent[0].text, post.links_made()) == (False, [])


@pytest.mark.parametrize("links", [LINKS, Links(SIGNER)])
def test_telegram_gets_buttons_of_what_may_be_done(post, links) -> None:
    post.links = links
    edit(post, EXECUTOR, 'telegram: "42"')
    edit(post, EXECUTOR, "channels: [telegram]")
    post.tick(MAY)
    (envelope,) = post.sent
    assert [one.text for one in envelope.buttons] == [
        "1.1: Взять в работу", "1.1: Отчитаться", "1.1: Попросить о продлении",
    ]  # fmt: skip
    token = envelope.buttons[0].data[:40]
    assert [one.data for one in envelope.buttons] == [token + letter for letter in "sre"]
    assert SIGNER.read(token, MAY) == post.links_made()[0].id
    assert token not in "\n".join(post.desk.dump())
    assert max(len(one.data.encode()) for one in envelope.buttons) <= 64


def test_the_controller_gets_a_link_to_the_report_and_two_buttons(post) -> None:
    edit(post, CONTROLLER, 'telegram: "43"')
    edit(post, CONTROLLER, "channels: [telegram]")
    post.desk.do(Deed.REPORT, f"{LYSVA}/1.1", MAY, EXECUTOR)
    post.tick(MAY)
    (envelope,) = post.sent
    assert [(one.text, one.data[40:]) for one in envelope.buttons] == [("1.1: Принять", "a"), ("1.1: Вернуть", "b")]


def test_a_digest_has_no_link(post) -> None:
    post.tick(datetime(2021, 6, 28, 4, tzinfo=UTC))  # Monday, a week after the due day
    kinds = {one.key: one.kind for one in post.desk.rows(ItemRow)}
    assert "digest" in kinds.values()
    assert {kinds[one.item] for one in post.links_made()} & {"digest", "cancelled"} == set()


def test_a_title_cannot_call_for_the_token_of_another(post) -> None:
    """Ids are drawn by lot, and a letter fills in its own links alone."""
    post.tick(MAY)
    other = post.links_made()[0].id
    links = replace(LINKS)
    assert links.fill(f"{{token {other}}}", {}) == f"{{token {other}}}"
    assert links.fill(f"{{token {other}}}", {str(other + 1): 2**31}) == f"{{token {other}}}"


def test_two_offices_draw_other_ids(post) -> None:
    post.tick(MAY)
    ids: list[Any] = [ActionLinkRow(item="x", person="y", made_at=MAY, expires_at=MAY).id for _ in range(100)]
    assert len({*ids, post.links_made()[0].id}) == 101
