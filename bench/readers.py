"""The readers of deadlines on the bench: srok, its peers and the floor.

A peer answers with points or ranges. A point is widened to its month or year where the peer says it knows no more; the
reference date is the first day of the plan's horizon, and a day without a year lies on or after it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from shutil import which
from time import perf_counter_ns
from typing import Any, NamedTuple

from bench.scoring import UNKNOWN, Parts
from engine.calendar import Horizon, resolve
from engine.deadline import DeadlineError, parse_deadline

ROOT = Path(__file__).parent.parent
_CHRONO = ROOT / "build" / "bench-node" / "node_modules" / "chrono-node"

Window = tuple[date, date]


class Cell(NamedTuple):
    """A deadline as written and the horizon of its plan."""

    text: str
    horizon: Horizon


class Answer(NamedTuple):
    """What a reader found in a cell (None: nothing), how long it took, and the error it raised."""

    found: Any
    nanoseconds: int
    error: str | None = None


@dataclass(frozen=True)
class Reader:
    """A reader ready to be asked.

    Attributes:
        ask: Reads each cell once, timing each.
        parts: Says what was found as parts of the corpus; not timed. None: it only cuts text into tokens.
        first_call: The command of a fresh interpreter that imports the reader and reads one cell.
        bare: The same interpreter doing nothing.
    """

    ask: Callable[[Sequence[Cell]], list[Answer]]
    parts: Callable[[Any, Cell], Parts] | None
    first_call: Sequence[str] = ()
    bare: Sequence[str] = (sys.executable, "-c", "pass")


def python_reader(
    find: Callable[[Cell], Any], parts: Callable[[Any, Cell], Parts] | None, first_call: str = ""
) -> Reader:
    """Make a reader of a function of this interpreter."""

    def ask(cells: Sequence[Cell]) -> list[Answer]:
        return [_time(find, cell) for cell in cells]

    return Reader(ask, parts, (sys.executable, "-c", first_call) if first_call else ())


def _time(find: Callable[[Cell], Any], cell: Cell) -> Answer:
    begin = perf_counter_ns()
    try:
        found = find(cell)
    except Exception as error:  # noqa: BLE001 - a peer raises what it likes; it is counted
        return Answer(None, perf_counter_ns() - begin, type(error).__name__)
    return Answer(found, perf_counter_ns() - begin)


def _dated(found: Iterable[Window]) -> Parts:
    windows = [[first.isoformat(), last.isoformat()] for first, last in found]
    return [{"kind": "dated", "windows": windows}] if windows else UNKNOWN


def _widen(day: date, precision: str) -> Window:
    if precision == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if precision == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return day, day


# --- srok and the floor


def srok() -> Reader:
    """Parse and resolve; a refusal is an answer and is timed too."""

    def find(cell: Cell) -> Any:
        try:
            return resolve(parse_deadline(cell.text), cell.horizon)
        except DeadlineError:
            return None

    first_call = (
        "from datetime import date; from engine.calendar import Horizon, resolve; "
        "from engine.deadline import parse_deadline; "
        "resolve(parse_deadline('Апрель 2021'), Horizon(date(2020, 9, 1), date(2021, 8, 31)))"
    )
    return python_reader(find, lambda found, _: [part.as_json() for part in found.parts], first_call)


_TOKEN = re.compile(
    r"(?P<month>(?:январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]*)"
    r"|(?P<date>\d{1,2}\.\d{1,2}\.\d{2,4})|(?P<year>(?:19|20)\d\d)|(?P<number>\d+)|(?P<of_year>г(?:од[а-я]*|г)?\b\.?|уч\w*\.?)"
    r"|(?P<unit>квартал|полугоди|недел|декад|месяц|дн[яей]|час)|(?P<rhythm>еже[а-я]+|кажд[а-я]+|раза?\b)"
    r"|(?P<lead>(?:до|по|с|к|в|за|не позднее|в течение|в период|после|при|согласно)\b)"
    r"|(?P<always>постоянно|систематически)"
    r"|(?P<word>[^\W\d_]+)|(?P<punct>[^\w\s]|_)"
)


def one_regex_pass() -> Reader:
    """Cut the cell into tokens, their kind, place and text, and nothing else: what reading costs in Python at least."""

    def tokens(cell: Cell) -> list[tuple[str | None, int, str]]:
        return [(match.lastgroup, match.start(), match[0]) for match in _TOKEN.finditer(cell.text.lower())]

    return python_reader(tokens, None)


# --- peers


def dateparser_parse() -> Reader:
    """Ask for the text as one date, by a parser kept for its reference date: dateparser.parse makes one each time."""
    parser_class = import_module("dateparser.date").DateDataParser

    @cache
    def parser(start: date) -> Any:
        return parser_class(languages=["ru"], settings=_dateparser_settings(start))

    def parts(found: Any, _: Cell) -> Parts:
        return _dated([_widen(found.date_obj.date(), found.period)] if found.date_obj else [])

    first_call = "import dateparser; dateparser.parse('Апрель 2021', languages=['ru'])"
    return python_reader(lambda cell: parser(cell.horizon.start).get_date_data(cell.text), parts, first_call)


def dateparser_search(strategy: str) -> Reader:
    """Ask dateparser for the dates inside the text."""
    search_dates = import_module("dateparser.search").search_dates

    def find(cell: Cell) -> Any:
        settings = _dateparser_settings(cell.horizon.start)
        return search_dates(cell.text, languages=["ru"], settings=settings, strategy=strategy, add_period=True)

    def parts(found: Any, _: Cell) -> Parts:
        return _dated(_widen(moment.date(), period) for _, moment, period in found)

    first_call = (
        "from dateparser.search import search_dates; "
        f"search_dates('Апрель 2021', languages=['ru'], strategy={strategy!r})"
    )
    return python_reader(find, parts, first_call)


@cache
def _dateparser_settings(start: date) -> dict[str, Any]:
    return {"RELATIVE_BASE": datetime.combine(start, time.min), "PREFER_DATES_FROM": "future"}


def hors() -> Reader:
    """Ask hors, which gives ranges of its own."""
    process_phrase = import_module("hors").process_phrase

    def find(cell: Cell) -> Any:
        return process_phrase(cell.text, datetime.combine(cell.horizon.start, time.min)).dates

    def parts(found: Any, _: Cell) -> Parts:
        return _dated((token.date_from.date(), token.date_to.date()) for token in found)

    first_call = (
        "from datetime import datetime; from hors import process_phrase; "
        "process_phrase('Апрель 2021', datetime(2020, 9, 1))"
    )
    return python_reader(find, parts, first_call)


def natasha() -> Reader:
    """Ask natasha, which takes no reference date and gives year, month and day as far as written."""
    module = import_module("natasha")
    extractor = module.DatesExtractor(module.MorphVocab())

    def windows(fact: Any, start: date) -> list[Window]:
        precision = "day" if fact.day else "month" if fact.month else "year"
        try:
            found = _widen(date(fact.year or start.year, fact.month or 1, fact.day or 1), precision)
            if not fact.year and found[1] < start:
                found = _widen(found[0].replace(year=start.year + 1), precision)
        except ValueError:
            return []
        return [found]

    def parts(found: Any, cell: Cell) -> Parts:
        return _dated(chain.from_iterable(windows(match.fact, cell.horizon.start) for match in found))

    first_call = "from natasha import DatesExtractor, MorphVocab; list(DatesExtractor(MorphVocab())('Апрель 2021'))"
    return python_reader(lambda cell: list(extractor(cell.text)), parts, first_call)


def chrono_node() -> Reader:
    """Ask chrono in a Node process that times itself; it lives until this process ends and closes its input."""
    if not (which("node") and _CHRONO.exists()):
        raise ModuleNotFoundError(name="chrono-node")
    environment = {**os.environ, "NODE_PATH": str(_CHRONO.parent)}
    command = ["node", str(ROOT / "bench" / "chrono_child.cjs")]
    child = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(cells: Sequence[Cell]) -> list[Answer]:
        assert child.stdin is not None
        assert child.stdout is not None
        print(json.dumps([(cell.text, cell.horizon.start.isoformat()) for cell in cells]), file=child.stdin, flush=True)
        return [Answer(*answer) for answer in json.loads(child.stdout.readline())]

    def parts(found: Any, _: Cell) -> Parts:
        ends = ((_widen(date(*first[:3]), first[3]), _widen(date(*last[:3]), last[3])) for first, last in found)
        return _dated((first[0], last[1]) for first, last in ends)

    require = f"require({json.dumps(str(_CHRONO))}).ru.parse('Апрель 2021')"
    return Reader(ask, parts, ("node", "-e", require), ("node", "-e", ""))
