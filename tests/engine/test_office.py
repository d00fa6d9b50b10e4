"""By which channel a person is told: the first of theirs that works and has an address."""

from __future__ import annotations

import pytest

from engine.office import address, first_channel
from engine.people import CHANNELS, Person

NTFY = "ntfy://user:secret@server/topic"
CHOICES = [
    (("mail",), "mail", "a@example.org"),
    (("telegram", "mail"), "telegram", "42"),
    (("max", "mail"), "mail", "a@example.org"),  # MAX is not built: mail must not wait behind it
    (("max", "telegram"), "telegram", "42"),
    (("max",), "mail", "a@example.org"),
    ((NTFY, "mail"), "apprise-628f42ca", "apprise-628f42ca"),
]


@pytest.mark.parametrize(("channels", "chosen", "where"), CHOICES)
def test_the_first_channel_that_works_is_taken(channels, chosen, where) -> None:
    person = Person(id="a", name="А", email="a@example.org", telegram="42", max="7", channels=channels)
    assert (first_channel(person), address(person, chosen)) == (chosen, where)


def test_a_person_without_any_address_is_looked_for_by_mail() -> None:
    person = Person(id="a", name="А", channels=CHANNELS)
    assert (first_channel(person), address(person, "mail")) == ("mail", None)
