"""Measures srok beside other readers of Russian dates on the deadline corpus, all in one run: `make bench`.

Times are warm: each pass asks every reader for every distinct cell once, readers in turn; a cell costs the fastest of
its passes, a reader the median of its cells. Nothing depends on what is printed.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from bench import readers
from bench.readers import ROOT, Answer, Cell, Reader
from bench.scoring import UNKNOWN, score
from engine.calendar import Horizon

PASSES = 15
FRESH_RUNS = 7
SHORT, LONG = 100, 2000

CORPUS = ROOT / "tests" / "corpus" / "dev.jsonl"

SROK, FLOOR, PARSE = "srok", "one regex pass", "dateparser"
LOADERS: Mapping[str, Callable[[], Reader]] = {
    SROK: readers.srok,
    FLOOR: readers.one_regex_pass,
    PARSE: readers.dateparser_parse,
    "dateparser search, split": partial(readers.dateparser_search, "split"),
    "dateparser search, ngram": partial(readers.dateparser_search, "ngram"),
    "hors": readers.hors,
    "natasha": readers.natasha,
    "chrono-node": readers.chrono_node,
}


class Shape(NamedTuple):
    """A kind of cell that can be of any length: a head, a pattern repeated, a tail."""

    pattern: str
    head: str = ""
    tail: str = ""

    def cell(self, length: int) -> Cell:
        """Make a cell of as many whole patterns as the length holds, without commas and spaces at its end."""
        times = (length - len(self.head) - len(self.tail)) // len(self.pattern)
        text = (self.head + self.pattern * times + self.tail).rstrip(", ")
        return Cell(text, Horizon(date(2020, 9, 1), date(2021, 8, 31)))


# So that both lengths are filled, a pattern has 5, 10, 25 or 50 letters, or few and a head.
SHAPES = {
    "months": Shape("октябрь, "),
    "months without commas": Shape("июнь июль "),
    "different months": Shape("сентябрь, октябрь, ноябрь, декабрь, январь, март, "),
    "months with years": Shape("июнь 2020, июль 2021 г., "),
    "ranges of months": Shape("март-май 2021, июнь-июль, сентябрь-ноябрь 2020г., "),
    "dates": Shape("25.09.20, "),
    "days": Shape("7 октября, 5 мая 2021 г, "),
    "deadlines": Shape("до 5 июня, до 2 октября, "),
    "yearly months": Shape("май, июнь, ", head="ежегодно "),
    "yearly each": Shape("ежегодно июль, сентябрь, "),
    "months in brackets": Shape("сентябрь, ", head="ежегодно (", tail="май)"),
    "rhythms": Shape("еженедельно, ежеквартально до 5 числа, постоянно, "),
    "one event": Shape("олимпиады ", head="после ", tail="знаний"),
    "events": Shape("после проведения диагностики, в период экзаменов, "),
    "a schedule": Shape("олимпиады ", head="согласно приказу о проведении ", tail="школьников"),
    "as needed": Shape("обращений ", head="по мере ", tail="граждан"),
    "words that are refused": Shape("в рабочем порядке, установленном в организации, - "),
    "one word": Shape("ъ"),
    "digits": Shape("1"),
    "numbers": Shape("12 7 "),
    "numbers with points": Shape("1."),
    "signs": Shape("№"),
    "opening brackets": Shape("("),
    "pairs of brackets": Shape("()"),
    "combining marks": Shape("е\u0301"),
    "Latin letters": Shape("maya "),
    "spaces inside": Shape(" ", head="июнь", tail="июль"),
    "line breaks inside": Shape("\n", head="июнь", tail="июль"),
    "dashes inside": Shape("-", head="июнь", tail="июль"),
    "«в срок» and spaces": Shape(" ", head="в срок", tail="."),
    "repeated «по»": Shape("по "),
    "repeated «по», spaces": Shape("по" + " " * 23),
    "repeated «не»": Shape("не "),
    "repeated «до»": Shape("до "),
    "repeated «в»": Shape("в "),
    "repeated «и»": Shape("и "),
    "repeated «1 раз в»": Shape("1 раз в "),
    "repeated «в срок до»": Shape("в срок до "),
    "repeated «в течение»": Shape("в течение "),
    "repeated «по итогам»": Shape("по итогам "),
}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", nargs="?", type=Path, default=CORPUS, help="JSON lines of the deadline corpus")
    corpus = options.parse_args().corpus
    records = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
    cells = [_cell(record) for record in records]

    peers = dict(_load())
    answers = _timed(peers, list(dict.fromkeys(cells)))
    microseconds = _medians(answers, set(cells))

    print(f"{corpus.name}: {len(records)} records, {len(set(cells))} distinct cells")
    print(f"{'':26}{'exact %':>9}{'due %':>8}{'wrong %':>9}{'gave up %':>11}{'µs/cell':>10}{'import ms':>11}")
    for name, reader in peers.items():
        quality = _quality(reader, records, [answers[name][cell][0] for cell in cells])
        print(f"{name:26}{quality}{microseconds[name]:10.1f}{_import_ms(reader):>11}")
    for name in peers:
        errors = Counter(first.error for first, *_ in answers[name].values() if first.error)
        if errors:
            print(f"{name} raised on {errors.total()} cells: {', '.join(errors)}")

    print()
    _print_ratios("", microseconds)
    read = {cell for cell, (first, *_) in answers[SROK].items() if first.found is not None}
    if read:
        _print_ratios(" (cells srok reads)", _medians(answers, read))
    _print_growth(peers[SROK])


def _cell(record: Mapping[str, Any]) -> Cell:
    start, end = (date.fromisoformat(record["horizon"][side]) for side in ("start", "end"))
    return Cell(record["text"], Horizon(start, end))


def _load() -> Iterator[tuple[str, Reader]]:
    for name, load in LOADERS.items():
        try:
            yield name, load()
        except ModuleNotFoundError as error:
            print(f"{name}: not installed (no {error.name})")


def _timed(peers: Mapping[str, Reader], cells: Sequence[Cell]) -> dict[str, dict[Cell, list[Answer]]]:
    answers: dict[str, dict[Cell, list[Answer]]] = {name: {cell: [] for cell in cells} for name in peers}
    for _ in range(PASSES):
        for name, reader in peers.items():
            gc.freeze()  # what one reader keeps in memory does not weigh on the garbage collection of another
            for cell, answer in zip(cells, reader.ask(cells), strict=True):
                answers[name][cell].append(answer)
    return answers


def _microseconds(answers: Sequence[Answer]) -> float:
    return min(answer.nanoseconds for answer in answers) / 1000


def _medians(answers: Mapping[str, Mapping[Cell, Sequence[Answer]]], cells: set[Cell]) -> dict[str, float]:
    return {name: median(_microseconds(timed[cell]) for cell in cells) for name, timed in answers.items()}


def _quality(reader: Reader, records: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> str:
    if reader.parts is None:
        return f"{'—':>9}{'—':>8}{'—':>9}{'—':>11}"
    scores = [
        score(record["parts"], UNKNOWN if answer.found is None else reader.parts(answer.found, _cell(record)))
        for record, answer in zip(records, answers, strict=True)
    ]
    exact, same_due, wrong, gave_up = (100 * mean(column) for column in zip(*scores, strict=True))
    return f"{exact:9.1f}{same_due:8.1f}{wrong:9.1f}{gave_up:11.1f}"


def _import_ms(reader: Reader) -> str:
    if not reader.first_call:
        return "—"
    fastest = {
        command: min(_cpu_ms(command) for _ in range(FRESH_RUNS)) for command in (reader.first_call, reader.bare)
    }
    return f"{fastest[reader.first_call] - fastest[reader.bare]:.0f}"


def _cpu_ms(command: Sequence[str]) -> float:
    """CPU time of a process, its own and the system's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _print_ratios(what: str, microseconds: Mapping[str, float]) -> None:
    if PARSE in microseconds:
        _print_goal(f"deadlines-dateparser{what}", microseconds[PARSE] / microseconds[SROK], at_least=10)
    _print_goal(f"deadlines-floor{what}", microseconds[SROK] / microseconds[FLOOR], at_most=10)


def _print_growth(reader: Reader) -> None:
    """Print how the cost of a cell grows with its length, the worst shape first."""
    cells = {(name, length): shape.cell(length) for length in (SHORT, LONG) for name, shape in SHAPES.items()}
    answers = _timed({SROK: reader}, list(cells.values()))[SROK]
    cost = {key: _microseconds(answers[cell]) for key, cell in cells.items()}
    growth = {name: cost[name, LONG] / cost[name, SHORT] for name in SHAPES}
    worst_first = sorted(SHAPES, key=growth.__getitem__, reverse=True)
    _print_goal(f"deadlines-length ({LONG} : {SHORT} characters, {worst_first[0]})", growth[worst_first[0]], at_most=40)
    for name in worst_first:
        steps = (
            f"{_outcome(answers[cells[name, length]][0]):>9}{cost[name, length]:9.1f} µs" for length in (SHORT, LONG)
        )
        print(f"  {name:24}{' →'.join(steps)}{growth[name]:8.1f}×")


def _outcome(answer: Answer) -> str:
    return answer.error or ("refused" if answer.found is None else "read")


def _print_goal(what: str, ratio: float, at_least: float = 0, at_most: float = float("inf")) -> None:
    goal = f"≥ {at_least}×" if at_least else f"≤ {at_most}×"
    print(f"{what}: ratio {ratio:.1f}   goal {goal}   {'ok' if at_least <= ratio <= at_most else 'MISSED'}")


if __name__ == "__main__":
    main()
