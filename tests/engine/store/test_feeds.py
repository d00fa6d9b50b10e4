"""Subscriptions in the store: the address is nowhere, what is wrong with one is not told; signs of change."""

import json
from datetime import date

import pytest

from engine.assignment import State
from engine.errors import NotFoundError
from engine.store import feeds, queries
from engine.store.changes import Changes
from engine.store.models import FeedRow, OccurrenceRow
from engine.transition import Deed

LYSVA = "lysva-2021"


def given(desk, at, **other):
    with desk.store.writing() as session:
        return feeds.add_feed(
            session, scope="all", of=None, name="Все", style="edges", alarms=other.get("alarms", ()), account="test",
            now=at(2021, 6, 1),
        )  # fmt: skip


def found(desk, token):
    with desk.store.reading() as session:
        row = feeds.feed_by_token(session, token)
        return None if row is None else row.id


def test_an_address_opens_its_subscription_and_stands_nowhere(desk, at):
    row, token = given(desk, at, alarms=(3, 1, 3))
    assert (len(token), len(row.id), row.days_before()) == (32, 8, (1, 3))
    assert found(desk, token) == row.id
    assert token not in "".join(desk.dump())
    assert row.digest != token


def test_no_two_addresses_are_alike(desk, at):
    assert len({given(desk, at)[1] for _ in range(20)}) == 20


WRONG = [
    lambda token: token[:-1],
    lambda token: token + "A",
    lambda token: token.swapcase(),
    lambda token: ("B" if token[0] == "A" else "A") + token[1:],
    lambda token: token[:-1] + ("B" if token[-1] == "A" else "A"),
    lambda token: token[:-1] + "\n",
    lambda token: token + "\n",
    lambda token: token[:-1] + "\x00",
    lambda _token: "",
    lambda _token: "' OR 1=1 --" + "A" * 21,
    lambda _token: "%" * 32,
    lambda _token: "я" * 32,
    feeds.digest,
]


def test_what_is_not_the_address_opens_nothing(desk, at):
    row, token = given(desk, at)
    assert [found(desk, spoil(token)) for spoil in WRONG] == [None] * len(WRONG)
    assert found(desk, row.id) is None


def test_another_address_ends_the_one_before(desk, at):
    row, old = given(desk, at)
    with desk.store.writing() as session:
        same, new = feeds.rotate(session, row.id, "test", at(2021, 6, 2))
    assert (same.id, found(desk, old), found(desk, new)) == (row.id, None, row.id)


def test_what_is_revoked_is_as_if_it_never_was(desk, at):
    row, token = given(desk, at)
    with desk.store.writing() as session:
        feeds.revoke(session, row.id, "test", at(2021, 6, 2))
    assert found(desk, token) is None
    (kept,) = desk.rows(FeedRow)
    assert kept.revoked_at == at(2021, 6, 2)
    for deed in (feeds.revoke, feeds.rotate):
        with desk.store.writing() as session, pytest.raises(NotFoundError) as caught:
            deed(session, row.id, "test", at(2021, 6, 3))
        assert str(caught.value) == f"подписка «{row.id}» уже отозвана: заведите новую (srok feed add)"


def test_an_unknown_subscription_is_refused(desk, at):
    for deed in (feeds.revoke, feeds.rotate):
        with desk.store.writing() as session, pytest.raises(NotFoundError) as caught:
            deed(session, "нет", "test", at(2021, 6, 3))
        assert str(caught.value) == "подписки «нет» нет: id всех подписок показывает srok feed list"


def test_who_gave_and_took_it_is_in_the_journal(desk, at):
    row, _ = given(desk, at)
    with desk.store.writing() as session:
        feeds.rotate(session, row.id, "test", at(2021, 6, 2))
        feeds.revoke(session, row.id, "test", at(2021, 6, 2))
    with desk.store.reading() as session:
        said = queries.deeds(session, [f"feed/{row.id}"])
    assert [(one.deed, one.account) for one in said] == [
        ("feed-add", "test"), ("feed-rotate", "test"), ("feed-revoke", "test"),
    ]  # fmt: skip
    assert json.loads(said[0].facts) == {"scope": "all", "of": None, "name": "Все"}


def test_the_day_of_use_is_kept(desk, at):
    row, _ = given(desk, at)
    with desk.store.writing() as session:
        feeds.use(session, row.id, at(2021, 6, 5, 23))
    assert [one.used_on for one in desk.rows(FeedRow)] == [date(2021, 6, 5)]


def editions(desk) -> dict[str, int]:
    return {row.key: row.edition for row in desk.rows(OccurrenceRow)}


def test_every_change_that_calendars_show_is_counted_and_no_other(desk, at):
    text = desk.plan(LYSVA, "1.1", "2.4")
    one = f"{LYSVA}/1.1/1"
    desk.sync(text, at(2021, 6, 1, 4))
    assert set(editions(desk).values()) == {0}
    desk.sync(text, at(2021, 6, 1, 5))
    assert set(editions(desk).values()) == {0}
    desk.sync(text.replace("Разработка плана мероприятий", "Составление плана мероприятий"), at(2021, 6, 1, 6))
    others = {key: count for key, count in editions(desk).items() if key != one}
    assert (editions(desk)[one], set(others.values())) == (1, {0})
    desk.do(Deed.START, f"{LYSVA}/1.1", at(2021, 6, 2, 4))
    assert editions(desk)[one] == 1
    counted = []
    for day, deed, more in (
        (3, Deed.REPORT, {}), (4, Deed.ACCEPT, {}), (5, Deed.REOPEN, {"reason": "не то"}), (6, Deed.REPORT, {}),
        (7, Deed.RETURN, {"reason": "нет подписи"}),
    ):  # fmt: skip
        desk.do(deed, f"{LYSVA}/1.1", at(2021, 6, day, 4), **more)
        counted.append(editions(desk)[one])
    assert counted == [2, 3, 4, 5, 6]
    assert {key: count for key, count in editions(desk).items() if key != one} == others
    assert desk.assignments(LYSVA)[0].state is State.RETURNED
    (row,) = [row for row in desk.rows(OccurrenceRow) if row.key == one]
    assert row.changed_at == at(2021, 6, 7, 4)


def test_who_answers_now_is_a_change_too(desk, at):
    text = desk.plan(LYSVA, "1.1")
    desk.sync(text, at(2021, 6, 1, 4))
    desk.sync(text.replace("[Муниципальная рабочая группа]", "[Управление образования]"), at(2021, 6, 2))
    assert list(editions(desk).values()) == [1]


def test_a_sign_changes_with_what_others_write_and_only_then(desk, at):
    desk.sync(desk.plan(LYSVA, "1.1"), at(2021, 6, 1, 4))
    changes = Changes(desk.store)
    first = changes.sign()
    with desk.store.reading() as session:
        queries.plans(session)
    assert changes.sign() == first
    signs = [first]
    given(desk, at)
    signs.append(changes.sign())
    desk.do(Deed.REPORT, f"{LYSVA}/1.1", at(2021, 6, 2, 4))
    signs.append(changes.sign())
    with desk.store.writing() as session:
        session.get(OccurrenceRow, f"{LYSVA}/1.1/1").edition += 1
        session.flush()
        under_way = changes.sign()
    signs.append(changes.sign())
    assert len(set(signs)) == 4
    assert signs[-1] != under_way
    changes.close()
    if desk.store.sqlite:
        assert under_way == signs[-2]


def test_a_sign_is_that_of_a_second_program_as_well(desk, at, migrated):
    desk.sync(desk.plan(LYSVA, "1.1"), at(2021, 6, 1, 4))
    other = type(desk.store)(migrated)
    changes = Changes(other)
    first = changes.sign()
    desk.do(Deed.REPORT, f"{LYSVA}/1.1", at(2021, 6, 2, 4))
    assert changes.sign() != first
    changes.close()
    other.close()
