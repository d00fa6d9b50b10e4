"""Errors a caller can act on, one class per thing to do, each with the exit code of its family."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

SHOWN_CHARS = 40
"""How much of a cell a refusal quotes."""


class SrokError(Exception):
    """Base of all errors shown to a person: the text is a Russian sentence that says what to do."""

    exit_code = 1

    @property
    def hint(self) -> str:
        """What to do about it, in Russian, where the message does not say it; empty if it does."""
        return ""


class PlanError(SrokError):
    """A plan file cannot be used until it is mended."""

    exit_code = 3


class PeopleError(SrokError):
    """The directory of people is missing or broken."""

    exit_code = 3


class DeadlineError(SrokError):
    """A deadline cell is not read in full.

    Attributes:
        text: The cell as written.
        start: Offset of the first character that does not fit, in ``text``.
        reason: What is wrong there, in Russian, without the place.
        code: Stable name of the kind of refusal, listed in docs/grammar.md.
        suggestion: The word that may have been meant at that place.
    """

    exit_code = 4
    hints: ClassVar[dict[str, str]] = {
        "month-not-named": "назовите месяц: «до 10 числа месяца, следующего за отчётным кварталом»",
        "year-of-end": "напишите год и у конца",
        "reversed-order": "поменяйте концы местами или напишите год у обоих",
        "impossible-date": "исправьте день или номер",
        "bad-year": "исправьте год",
        "wrong-weekday": "исправьте день недели или число",
        "end-not-said": "напишите «по июнь» или «до 31 мая»",
        "time-or-date": "напишите время через двоеточие: 10:30",
        "bad-offset": "исправьте число",
        "too-long": "оставьте в ячейке только срок",
        "control-character": "наберите срок заново",
    }
    """What to do, by code."""

    def __init__(
        self, text: str, start: int, reason: str = "не разобрано", code: str = "not-read", suggestion: str | None = None
    ) -> None:
        """Keep the place and write the message: «не разобрано с 4-го знака: «31 июня 2021»»."""
        self.text = text
        self.start = start
        self.reason = reason
        self.code = code
        self.suggestion = suggestion
        rest = "".join(char if char.isprintable() else "�" for char in " ".join(text[start:].split()))
        shown = rest if len(rest) <= SHOWN_CHARS else rest[: SHOWN_CHARS - 1] + "…"
        place = f"{reason} с {start + 1}-го знака: «{shown}»" if shown else f"{reason}: срок не указан"
        super().__init__(f"{place}; может быть, «{suggestion}»?" if suggestion else place)

    @property
    def hint(self) -> str:
        """What to do about it, in Russian."""
        return self.hints.get(self.code, "что читается и как написать иначе — в docs/ru/soglasheniya.md")


class NotFoundError(SrokError):
    """A plan, measure, event or person that is named does not exist."""

    exit_code = 5


class TransitionError(SrokError):
    """A transition that the table of states does not allow to this person now."""

    exit_code = 6


class DeliveryError(SrokError):
    """A channel is not usable as configured."""

    exit_code = 7


class StoreError(SrokError):
    """The database is missing, too old, or not writable."""

    exit_code = 8


class ServerError(SrokError):
    """The Prefect server cannot be started or reached."""

    exit_code = 9


class Level(StrEnum):
    """How much a problem weighs: an error blocks the sync, a finding is tracked, a note is only read."""

    ERROR = "error"
    FINDING = "finding"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found in a file; bad data is collected in these, not thrown.

    Attributes:
        file: The file as the user named it.
        line: 1-based line, or None where the file as a whole is meant.
        measure: The printed № of the measure, or None.
        code: Stable name of the kind of problem, listed in docs/json.md.
        level: Whether it blocks.
        message: A Russian sentence.
    """

    file: str
    line: int | None
    measure: str | None
    code: str
    level: Level
    message: str

    def as_json(self) -> dict[str, str | int | None]:
        """Return the row of `srok check --json`."""
        return {
            "file": self.file,
            "line": self.line,
            "measure": self.measure,
            "code": self.code,
            "level": self.level.value,
            "message": self.message,
        }


def without_its_words(error: BaseException) -> str:
    """Return the kind of an error and where it arose, never what it says: an address or a password may stand there."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__)[-3:])}"


def system_words(error: OSError) -> str:
    """Say in Russian what the operating system refused, and what to do."""
    return _SYSTEM.get(error.errno or 0, f"система отказала (код {error.errno}): проверьте путь и права")


_SYSTEM = {
    errno.ENOENT: "такого файла или папки нет: проверьте путь",
    errno.EACCES: "нет прав: проверьте права на файл и папку",
    errno.EPERM: "нет прав: проверьте права на файл и папку",
    errno.EROFS: "папка доступна только для чтения: укажите другую (SROK_HOME или -o)",
    errno.EISDIR: "это папка, а нужен файл: укажите имя файла",
    errno.ENOTDIR: "это файл, а нужна папка: укажите другой путь",
    errno.EEXIST: "это файл, а нужна папка: укажите другой путь",
    errno.ENOSPC: "на диске нет места: освободите его и повторите",
}
