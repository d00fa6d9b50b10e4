"""One-time codes, whose account is whose, and the directory with the accounts that messengers have linked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from engine.store.accounts import CODE_HOLDS, link, new_code, with_accounts
from engine.store.chain import broken_link
from engine.store.database import Store
from engine.store.models import AccountRow, JournalRow, LetterRow, LinkCodeRow

NOW = datetime(2021, 6, 16, 4, tzinfo=UTC)
MINE, OTHER = "p-eskizov", "p-maketov"


@pytest.fixture
def give(desk):
    def give(person: str = MINE, now: datetime = NOW) -> str:
        with desk.store.writing() as session:
            return new_code(session, person, "telegram", "test", now)

    return give


@pytest.fixture
def take(desk):
    def take(code: str, address: str = "42", now: datetime = NOW, channel: str = "telegram") -> str | None:
        with desk.store.writing() as session:
            linked = link(session, desk.directory, channel, code, address, now)
            return linked.person.id if linked else None

    return take


def accounts(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {row.person: row.address for row in session.exec(AccountRow.__table__.select())}  # type: ignore[attr-defined]


def reached(desk) -> dict[str, str | None]:
    with desk.store.reading() as session:
        people = with_accounts(session, desk.directory).people
        return {one: people[one].telegram for one in (MINE, OTHER)}


def test_a_code_links_an_account_once(desk, give, take) -> None:
    code = give()
    assert take(code) == MINE
    assert take(code, "43") is None
    assert accounts(desk.store) == {MINE: "42"}


def test_only_the_digest_of_a_code_is_kept(desk, give) -> None:
    code = give()
    with desk.store.reading() as session:
        rows = session.exec(LinkCodeRow.__table__.select()).all()  # type: ignore[attr-defined]
        journal = session.exec(JournalRow.__table__.select()).all()  # type: ignore[attr-defined]
    assert [row.digest for row in rows] == [sha256(code.encode()).hexdigest()]
    assert code not in repr(rows) + repr(journal)
    assert len(code) == 24


@pytest.mark.parametrize("later", [CODE_HOLDS, timedelta(days=400)])
def test_a_code_that_is_over_links_nobody(desk, give, take, later) -> None:
    code = give()
    assert take(code, now=NOW + later) is None
    assert accounts(desk.store) == {}


def test_a_code_holds_to_its_last_second(give, take) -> None:
    assert take(give(), now=NOW + CODE_HOLDS - timedelta(seconds=1)) == MINE


@pytest.mark.parametrize("code", ["", "x", "’; DROP TABLE account; --", "0" * 64])
def test_a_code_that_nobody_gave_links_nobody(desk, give, take, code) -> None:
    give()
    assert take(code) is None
    assert accounts(desk.store) == {}


def test_a_digest_is_no_code(desk, give, take) -> None:
    assert take(sha256(give().encode()).hexdigest()) is None


def test_a_code_of_another_messenger_links_nobody(give, take) -> None:
    assert take(give(), channel="max") is None


def test_a_new_code_ends_the_one_before(give, take) -> None:
    first, second = give(), give()
    assert (take(first), take(second)) == (None, MINE)


def test_a_code_of_somebody_who_has_left_links_nobody(desk, give, take) -> None:
    assert take(give("p-nobody")) is None


def test_an_account_that_is_linked_again_is_its_new_owners_alone(desk, give, take) -> None:
    take(give())
    assert take(give(OTHER)) == OTHER
    assert accounts(desk.store) == {OTHER: "42"}
    with desk.store.reading() as session:
        rows = session.exec(JournalRow.__table__.select()).all()  # type: ignore[attr-defined]
        assert broken_link(session) is None
    assert [(row.deed, row.who, row.subject) for row in rows if row.deed == "link"] == [
        ("link", MINE, f"people/{MINE}"),
        ("link", OTHER, f"people/{OTHER}"),
    ]
    assert f'"taken_from": ["{MINE}"]' in rows[-1].facts


def test_a_person_who_links_another_account_is_reached_there_alone(desk, give, take) -> None:
    take(give(), "42")
    take(give(), "43")
    assert accounts(desk.store) == {MINE: "43"}


def test_the_directory_says_where_messengers_reach(desk, give, take) -> None:
    before = desk.directory
    with desk.store.reading() as session:
        assert with_accounts(session, before) is before
    take(give())
    assert reached(desk) == {MINE: "42", OTHER: None}
    with desk.store.reading() as session:
        assert with_accounts(session, before).fingerprint != before.fingerprint


def test_what_the_file_gives_to_another_is_not_theirs(desk, give, take) -> None:
    """The account of one person never gets what is meant for another, whatever the file says."""
    desk.people = desk.people.replace("  - id: p-maketov\n", '  - id: p-maketov\n    telegram: "42"\n')
    assert reached(desk) == {MINE: None, OTHER: "42"}
    take(give())
    assert reached(desk) == {MINE: "42", OTHER: None}


def test_an_account_of_somebody_who_has_left_is_nobodys(desk, give, take) -> None:
    take(give())
    directory = desk.directory
    left = replace(directory, people={name: one for name, one in directory.people.items() if name != MINE})
    with desk.store.reading() as session:
        assert with_accounts(session, left) is left


def test_a_letter_that_waits_never_goes_to_an_account_that_is_anothers_now(desk, give, take) -> None:
    """It follows its person, or goes by their next channel; what was sent stays as it was."""

    def addresses() -> list[str | None]:
        return [one.address for one in sorted(desk.rows(LetterRow), key=lambda one: one.key)]

    take(give(), "42")
    with desk.store.writing() as session:
        for key, state, address in (("a", "pending", "42"), ("b", "sent", "42"), ("c", "pending", "7")):
            facts = {"person": MINE, "channel": "telegram", "not_before": NOW, "composed_at": NOW}
            session.add(LetterRow(key=key, state=state, address=address, **facts))
    take(give(), "42")
    assert addresses() == ["42", "42", "7"]
    take(give(), "43")
    assert addresses() == ["43", "42", "7"]
    take(give(OTHER), "43")
    assert addresses() == [None, "42", "7"]
