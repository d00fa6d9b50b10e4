"""The audit of a chaos run: the outbox against the ledgers of both servers. Pure: rows in, complaints out."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.faults.hostile import ACCEPTED, MOVED, REFUSED

SHOWN = {"dead", "uncertain"}


@dataclass(frozen=True)
class Recipient:
    """One who is due a message: where each of their channels goes, in their order, and which of them work."""

    id: str
    channels: dict[str, str]
    works: frozenset[str]


@dataclass(frozen=True)
class Sent:
    """A letter of the outbox as it stands in the end; ``attempts`` is what came of each by its log."""

    key: str
    person: str
    channel: str
    address: str
    state: str
    doubts: int
    attempts: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Try:
    """A line of a ledger. ``known``: the other side has surely got the answer, and lived on with it."""

    channel: str
    worker: str
    to: str
    round: str
    monotonic: float
    fault: str = ""
    fate: str = ""
    known: bool = True
    key: str = ""
    message_id: str = ""
    digest: str = ""
    banned: str = ""


def read_ledgers(folder: Path, killed: Iterable[str]) -> list[Try]:
    """Read both ledgers in the order of real time; the last try of a process that was killed is in doubt."""
    every: list[dict[str, Any]] = [
        json.loads(text) | {"channel": channel}
        for channel in ("mail", "telegram")
        for text in (folder / f"{channel}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    lines = sorted((one for one in every if "to" in one), key=lambda one: one["monotonic"])
    last = {one["worker"]: one for one in lines}
    in_doubt = {id(last[worker]) for worker in killed if worker in last}
    fields = ("channel", "worker", "to", "round", "monotonic", "fault", "fate", "key", "message_id", "digest", "banned")
    return [
        Try(**{name: one.get(name, "") for name in fields}, known=one["answered"] and id(one) not in in_doubt)
        for one in lines
    ]


@dataclass
class Verdict:
    """What the audit found; each list but the last two has to be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    in_ban: list[str] = field(default_factory=list)
    refused_again: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)

    def complaints(self) -> dict[str, list[str]]:
        """Return what must not be, by its name."""
        return {name: found for name, found in vars(self).items() if found and name not in {"excused", "uncertain"}}


def audit(
    due: Sequence[Recipient], letters: Sequence[Sent], tries: Sequence[Try], told_up: Collection[str] = ()
) -> Verdict:
    """Compare what was due, what the outbox says and what the servers saw.

    Of the people *told_up* those above have been told that they cannot be reached.
    """
    verdict = Verdict()
    _arrivals(due, letters, tries, verdict)
    for one in due:
        states = {letter.state for letter in letters if letter.person == one.id}
        if states == {"dead"} and one.id not in told_up:
            verdict.lost.append(f"{one.id}: unreachable, and nobody above was told")
    _repeats(letters, tries, verdict)
    _states(letters, tries, verdict)
    _log(letters, tries, verdict)
    _refusals(tries, verdict)
    _bans(tries, verdict)
    works = {(channel, one.channels[channel]) for one in due for channel in one.works}
    for letter in letters:
        if letter.state == "dead" and (letter.channel, letter.address) in works:
            verdict.given_up.append(letter.key)
        if letter.state in {"pending", "sending"}:
            verdict.unfinished.append(f"{letter.key}: {letter.state}")
        if letter.state == "uncertain":
            verdict.uncertain.append(letter.key)
    return verdict


def _of(letter: Sent, tries: Iterable[Try]) -> list[Try]:
    """Return the tries of a letter: a mail names it, a message of Telegram goes to a chat that gets one alone."""
    return [one for one in tries if (one.key == letter.key if one.key else one.to == letter.address)]


def _by_address(tries: Iterable[Try]) -> dict[tuple[str, str], list[Try]]:
    found = defaultdict(list)
    for one in tries:
        found[one.channel, one.to].append(one)
    return found


def _arrivals(due: Sequence[Recipient], letters: Sequence[Sent], tries: Sequence[Try], verdict: Verdict) -> None:
    """Each who is due a message has it, on one channel; or the outbox shows that he has not, or may not."""
    arrived = _by_address(one for one in tries if one.fate == ACCEPTED)
    for person in due:
        theirs = [one for one in letters if one.person == person.id]
        reached = [name for name, to in person.channels.items() if arrived.get((name, to))]
        shown = {one.state for one in theirs} & (SHOWN - {"dead"} if person.works else SHOWN)
        if not reached and not shown:
            verdict.lost.append(f"{person.id}: {[(one.channel, one.state) for one in theirs]}")
        states = {one.channel: one.state for one in theirs}
        for name in reached[:-1]:
            if states.get(name) == "sent":
                verdict.doubled.append(f"{person.id}: sent on {name}, and on {reached[-1]}")


def _repeats(letters: Sequence[Sent], tries: Sequence[Try], verdict: Verdict) -> None:
    """A second arrival follows a real doubt about the first, and is the same letter; there is no third."""
    grouped = _by_address(tries)
    for letter in letters:
        mine = _of(letter, grouped[letter.channel, letter.address])
        arrivals = [one for one in mine if one.fate == ACCEPTED]
        for first, second in pairwise(arrivals):
            same = (first.message_id, first.digest) == (second.message_id, second.digest)
            excused = not first.known and same and len(arrivals) == 2
            (verdict.excused if excused else verdict.doubled).append(f"{letter.key}: {first} {second}")


def _states(letters: Sequence[Sent], tries: Sequence[Try], verdict: Verdict) -> None:
    """«Sent» has arrived; what surely arrived is «sent», by its attempts too."""
    grouped = _by_address(tries)
    for letter in letters:
        mine = _of(letter, grouped[letter.channel, letter.address])
        arrivals = [one for one in mine if one.fate == ACCEPTED]
        if letter.state == "sent" and not arrivals:
            verdict.silent.append(f"{letter.key}: sent, and never arrived")
        if letter.state != "sent" and any(one.known for one in arrivals):
            verdict.silent.append(f"{letter.key}: {letter.state}, and surely arrived")
        if any(one.known for one in arrivals) and "sent" not in letter.attempts:
            verdict.silent.append(f"{letter.key}: arrived, attempts: {letter.attempts}")
        if letter.state not in {"sent", "uncertain"} and arrivals and letter.doubts == 0:
            verdict.silent.append(f"{letter.key}: {letter.state} without a doubt, and arrived")


def _log(letters: Sequence[Sent], tries: Sequence[Try], verdict: Verdict) -> None:
    """Every try belongs to a letter, and stands in the log."""
    logged: Counter[tuple[str, str]] = Counter()
    for letter in letters:
        logged[letter.channel, letter.address] += len(letter.attempts)
    for address, found in _by_address(tries).items():
        if len(found) > logged[address]:
            verdict.silent.append(f"{address}: tried {len(found)} times, attempts in the log: {logged[address]}")
    known, keys = logged.keys(), {one.key for one in letters}
    for one in tries:
        if (one.channel, one.to) not in known or (one.key and one.key not in keys):
            verdict.silent.append(f"nobody knows of {one}")


def _refusals(tries: Sequence[Try], verdict: Verdict) -> None:
    """Who was told «never» is not asked again, nor where he has moved from."""
    told: set[tuple[str, str, str]] = set()
    for one in tries:
        again = {(one.channel, one.to, REFUSED), (one.channel, one.to, one.fate)} & told
        if again:
            verdict.refused_again.append(f"{one}")
        if one.fate in {REFUSED, MOVED} and one.known:
            told.add((one.channel, one.to, one.fate))


def _bans(tries: Sequence[Try], verdict: Verdict) -> None:
    """Inside a ban nobody calls who knows of it: who was told it, or who came after the one that was told had written.

    One call of each other dispatcher may be under way when a ban is told.
    """
    told: list[Try] = []
    since: dict[tuple[str, str], int] = defaultdict(int)
    for one in (one for one in tries if one.channel == "telegram"):
        for earlier in told:
            if one.banned != earlier.banned:
                continue
            under_way = (
                one.worker != earlier.worker and one.round == earlier.round and not since[one.worker, one.banned]
            )
            if not under_way:
                verdict.in_ban.append(f"{one} after {earlier}")
                break
        if one.banned:
            since[one.worker, one.banned] += 1
            if one.known:
                told.append(one)
