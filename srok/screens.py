"""How tables look in the terminal: problems, the status, the outbox."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.errors import Level, Problem
from engine.plan_words import one_line
from srok.next_steps import put_in, say_next, see_mail

if TYPE_CHECKING:
    from srok.inputs import Inputs  # 10 ms of every command that prints

_LEVELS = {Level.ERROR: ("ошибка", "bold red"), Level.FINDING: ("замечание", "yellow"), Level.NOTE: ("заметка", "dim")}


MOST_PLACES = 20
"""So many measures that share a finding are listed; --json has all."""


class _Quiet(Console):
    """A console whose reader may leave: `srok check | head` is no failure."""

    def on_broken_pipe(self) -> None:
        """Leave it to the one place that ends the program."""
        raise BrokenPipeError


def console() -> Console:
    """Return the console of the standard output; it wraps words and does not read its markup out of data."""
    return _Quiet(highlight=False, markup=False, soft_wrap=False)


def print_problems(inputs: Inputs) -> None:
    """Print what `srok check` found, file by file: errors first, one line for what many measures share; the sum."""
    out = console()
    if inputs.example:
        out.print("Файла людей нет: взяты люди из примера (people.example.yaml).")
    shown = [one for one in inputs.problems if one.level is not Level.NOTE]
    ordered = sorted(shown, key=lambda one: (one.file, one.level is not Level.ERROR, one.line or 0))
    for file, problems in itertools.groupby(ordered, key=lambda one: one.file):
        alike: dict[tuple[Level, str, str], list[Problem]] = {}
        for one in problems:
            alike.setdefault((one.level, one.code, one.message), []).append(one)
        out.print(Text.assemble("\n", (file, "bold"), f": {_tally(itertools.chain(*alike.values()))}"))
        for (level, code, message), found in alike.items():
            said = Text.assemble(f"{places(found)}: ", _LEVELS[level], f": {message} [{code}]")
            print_hanging(out, said, "  ", "    ")
    tally = Counter(one.level for one in inputs.problems)
    out.print(
        f"\nМероприятий: {inputs.measures}, планов: {len(inputs.plans)}. Ошибок: {tally[Level.ERROR]}, "
        f"замечаний: {tally[Level.FINDING]}, заметок в планах: {tally[Level.NOTE]} (их покажет --json)."
    )


def _tally(problems: Iterable[Problem]) -> str:
    counts = Counter(one.level for one in problems)
    words = {Level.ERROR: "ошибок", Level.FINDING: "замечаний"}
    return ", ".join(f"{word} {counts[level]}" for level, word in words.items() if counts[level])


class Placed(Protocol):
    """What is found at a line, or about a measure, or neither: in the file as a whole."""

    @property
    def line(self) -> int | None:
        """The line, from 1."""

    @property
    def measure(self) -> str | None:
        """The № as printed."""


def places(found: Sequence[Placed]) -> str:
    """Say where: «строка 30, № 1»; of several «№ 1 (строка 30), № 3 (46)»."""
    if len(found) == 1 or any(one.measure is None or one.line is None for one in found):
        return "; ".join(
            (f"строка {one.line}" if one.line else "файл") + (f", № {one_line(one.measure)}" if one.measure else "")
            for one in found
        )
    listed = [f"№ {one_line(one.measure or '')} ({'' if n else 'строка '}{one.line})" for n, one in enumerate(found)]
    return ", ".join(listed[:MOST_PLACES]) + (f" и ещё {len(found) - MOST_PLACES}" if len(found) > MOST_PLACES else "")


def print_next_step(inputs: Inputs, paths: Sequence[Path]) -> None:
    """Say what to do after a check: correct, rehearse, sync."""
    if inputs.errors:
        say_next("исправьте ошибки, с ними план не вносится, и проверьте ещё раз.")
        return
    found = any(one.level is Level.FINDING for one in inputs.problems)
    mend = ("исправьте названное в файле плана и проверьте ещё раз",) if found else ()
    say_next(*mend, see_mail(paths), put_in(paths))


def print_hanging(out: Console, said: Text, first: str, rest: str) -> None:
    """Print *said* behind *first*, and behind *rest* where it runs on."""
    for n, line in enumerate(said.wrap(out, out.width - len(rest))):
        line.rstrip()
        out.print(Text(rest if n else first).append_text(line))


def table(out: Console, title: str, headers: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """Print five columns as wide as the terminal, the second takes what the others leave; a narrow one gets a list."""
    if out.width < NARROW:
        out.print(Text(title, style="bold"))
        for row in rows:
            first, *rest = (" ".join(str(cell).split()) for cell in row)
            said = "; ".join(dict.fromkeys(one for one in rest if one))
            print_hanging(out, Text(f"{first}: {said}"), "- ", "  ")
        return
    made = Table(title=title, title_justify="left", title_style="bold", expand=True, box=SIMPLE_HEAD, pad_edge=False)
    widest = (None, None, None, None, out.width // 3)
    for index, header in enumerate(headers):
        made.add_column(
            header, overflow="fold", ratio=RATIOS[index], no_wrap=index in {0, 2}, min_width=WIDTHS[index],
            max_width=widest[index],
        )  # fmt: skip
    for row in rows:
        made.add_row(*row)
    out.print(made)


NARROW = 96
"""Five columns of names and titles in less break them letter by letter; a list says the same in a line each."""
RATIOS = (None, 4, None, 3, None)
WIDTHS = (11, 18, 10, 14, 12)

_RUNGS = {
    "opening": "поручение",
    "half": "материалы",
    "due": "день срока",
    "digest": "сводка",
    "report": "отчёт за период",
    "reported": "отчёт на приёмку",
    "returned": "возврат",
    "moved": "новый срок",
    "cancelled": "снято",
    "asked": "просьба о продлении",
    "extended": "срок продлён",
    "refused": "отказ в продлении",
    "reopened": "возобновлено",
}


_DEEDS = {
    "sync": "план внесён",
    "event": "даты события",
    "dated": "срок получен",
    "moved": "срок перенесён",
    "released": "срок снят: ждёт даты",
    "cancelled": "снято",
    "restored": "возвращено в план",
    "start": "взято в работу",
    "report": "отчёт",
    "interim": "промежуточная информация",
    "accept": "отчёт принят",
    "return": "отчёт возвращён",
    "close-not-done": "закрыто как не исполненное",
    "not-triggered": "основание не наступило",
    "reopen": "возобновлено",
    "extension-asked": "просьба о продлении",
    "extension-granted": "срок продлён",
    "extension-refused": "в продлении отказано",
    "cancel": "отменено",
    "supersede": "заменено другим",
    "assigned": "поручено",
    "unassigned": "поручение снято",
    "control": "поставлено на контроль",
    "event-moved": "событие перенесено",
    "event-cancelled": "событие отменено",
    "substitute": "замещение",
    "silence": "молчание",
    "resend": "письмо отправлено ещё раз",
    "data-restored": "база восстановлена из копии",
    "restore-settled": "после восстановления удержаны письма",
    "completeness": "проверка полноты",
    "clock-ahead": "часы шли вперёд",
    "link-code": "код привязки",
    "link": "привязан мессенджер",
    "feed-add": "подписка дана",
    "feed-rotate": "подписке дан новый адрес",
    "feed-revoke": "подписка отозвана",
}


def deed_words(deed: str) -> str:
    """Say in Russian what a row of the journal is."""
    return _DEEDS.get(deed, deed)


def rung_words(rung: str) -> str:
    """Say a rung in Russian: «−5d» is «за 5 дн.», «+3wd» is «через 3 раб. дн.»."""
    if rung.startswith("unreachable:"):
        return f"не доставлено: {rung_words(rung.removeprefix('unreachable:'))}"
    if rung.startswith("checkpoint:"):
        return f"контрольная точка {rung[19:21]}.{rung[16:18]}"
    found = re.fullmatch(r"(stalled-|[-+])(\d+)(wd|d)", rung)
    if found is None:
        return _RUNGS.get(rung, rung)
    before = {"-": "за", "+": "через", "stalled-": "отчёт ждёт"}[found[1]]
    return f"{before} {found[2]} {'раб. дн.' if found[3] == 'wd' else 'дн.'}"
