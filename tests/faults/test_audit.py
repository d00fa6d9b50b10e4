"""The audit of the chaos runs finds each thing that must not be; and excuses a repeat after a real doubt."""

import json
from dataclasses import replace

import pytest

from tests.faults.audit import Recipient, Sent, Try, audit, read_ledgers
from tests.faults.hostile import ACCEPTED, MOVED, PUT_OFF, REFUSED

MAIL = {"mail": "p1@example.org"}
ONE = Recipient("p-1", MAIL, frozenset(MAIL))
DEAD = replace(ONE, works=frozenset())
BOTH = Recipient("p-1", MAIL | {"telegram": "1"}, frozenset({"telegram"}))
LETTER = Sent("k|mail", "p-1", "mail", "p1@example.org", "sent", 0, ("sent", None, "temp"))
TAKEN = Try("mail", "1", "p1@example.org", "r1", 1.0, "", ACCEPTED, key="k|mail", message_id="<1@x>", digest="d")
NO = replace(TAKEN, fate=REFUSED, key="", message_id="")
CUT = replace(TAKEN, known=False)
CHAT = replace(LETTER, key="k|telegram", channel="telegram", address="1")
TOLD = Try("telegram", "1", "1", "r1", 1.0, "429", PUT_OFF, banned="b")
IN_CHAT = replace(TOLD, fault="", fate=ACCEPTED, banned="")
AWAY = replace(IN_CHAT, fate=MOVED)
OTHERS = replace(TOLD, worker="2", monotonic=2.0)

TOLD_UP = {"p-1"}

WELL = [
    ("one letter arrived", [ONE], [LETTER], [TAKEN]),
    ("a repeat after a cut", [ONE], [replace(LETTER, doubts=1)], [CUT, TAKEN]),
    ("a second doubt", [ONE], [replace(LETTER, state="uncertain", doubts=2)], [CUT, CUT]),
    ("a second doubt, nothing arrived", [ONE], [replace(LETTER, state="uncertain", doubts=2)], []),
    ("a dead address", [DEAD], [replace(LETTER, state="dead")], [NO]),
    ("refused, killed, refused", [DEAD], [replace(LETTER, state="dead")], [replace(NO, known=False), NO]),
    (
        "the next channel",
        [BOTH],
        [replace(LETTER, state="dead"), CHAT],
        [NO, IN_CHAT],
    ),
    ("one who has moved", [], [CHAT], [AWAY, IN_CHAT] ),
    ("a call under way when the ban is told", [], [CHAT], [TOLD, OTHERS, IN_CHAT]),
]  # fmt: skip


@pytest.mark.parametrize(("due", "letters", "tries"), [case[1:] for case in WELL], ids=[case[0] for case in WELL])
def test_what_may_be_is_no_complaint(due, letters, tries) -> None:
    assert audit(due, letters, tries, TOLD_UP).complaints() == {}


ILL = [
    ("no letter at all", [ONE], [], [], {"lost"}),
    ("given up, and it was reachable", [ONE], [replace(LETTER, state="dead")], [], {"lost", "given_up"}),
    ("the next channel was not tried", [BOTH], [replace(LETTER, state="dead")], [NO], {"lost"}),
    ("waits for ever", [ONE], [replace(LETTER, state="pending")], [], {"lost", "unfinished"}),
    ("held for ever", [ONE], [replace(LETTER, state="sending", doubts=1)], [CUT], {"unfinished"}),
    ("said to be sent", [ONE], [LETTER], [], {"lost", "silent"}),
    ("said not to be sent", [DEAD], [replace(LETTER, state="dead", doubts=1)], [TAKEN], {"silent"}),
    ("uncertain without a reason", [ONE], [replace(LETTER, state="uncertain", doubts=2)], [TAKEN], {"silent"}),
    ("dead without a doubt", [DEAD], [replace(LETTER, state="dead")], [CUT], {"silent"}),
    ("not in the log", [ONE], [replace(LETTER, attempts=())], [CUT], {"silent"}),
    ("not sent by the log", [ONE], [replace(LETTER, attempts=(None,))], [TAKEN], {"silent"}),
    ("of no letter", [], [], [TAKEN], {"silent"}),
    ("of another letter", [ONE], [LETTER], [TAKEN, replace(TAKEN, key="other")], {"silent"}),
    ("a repeat without a doubt", [ONE], [LETTER], [TAKEN, TAKEN], {"doubled"}),
    ("a repeat under another Message-ID", [ONE], [LETTER], [CUT, replace(TAKEN, message_id="<2@x>")], {"doubled"}),
    ("a repeat in other words", [ONE], [LETTER], [CUT, replace(TAKEN, digest="e")], {"doubled"}),
    ("a third time", [ONE], [LETTER], [CUT, CUT, TAKEN], {"doubled"}),
    ("a refusal tried again", [DEAD], [replace(LETTER, state="dead")], [NO, NO], {"refused_again"}),
    ("where one has moved from, again", [], [CHAT], [AWAY, AWAY, IN_CHAT], {"refused_again"}),
    ("the banned one calls again", [], [CHAT], [TOLD, TOLD], {"in_ban", "silent"}),
    ("the other one calls twice", [], [CHAT], [TOLD, OTHERS, OTHERS], {"in_ban", "silent"}),
    ("the other one calls in another round", [], [CHAT], [TOLD, replace(OTHERS, round="r2")], {"in_ban", "silent"}),
    ("two channels without a reason", [BOTH], [LETTER, CHAT], [TAKEN, IN_CHAT], {"doubled"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("due", "letters", "tries", "names"), [case[1:] for case in ILL], ids=[case[0] for case in ILL]
)
def test_what_may_not_be_is_named(due, letters, tries, names) -> None:
    assert audit(due, letters, tries, TOLD_UP).complaints().keys() == names


def test_who_reaches_nobody_is_told_of_to_those_above() -> None:
    letters, tries = [replace(LETTER, state="dead")], [NO]
    assert audit([DEAD], letters, tries, {"p-2"}).lost == ["p-1: unreachable, and nobody above was told"]


def test_the_last_try_of_a_killed_process_is_in_doubt(tmp_path) -> None:
    line = {"worker": "1", "to": "1", "round": "r", "fate": ACCEPTED, "answered": True}
    lines = [line | {"monotonic": 1.0}, line | {"monotonic": 2.0}, line | {"monotonic": 3.0, "worker": "2"}]
    (tmp_path / "telegram.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    (tmp_path / "mail.jsonl").write_text(json.dumps({"worker": "1", "step": "AUTH", "monotonic": 0.5}) + "\n")
    assert [one.known for one in read_ledgers(tmp_path, ["1", "3"])] == [True, False, True]
