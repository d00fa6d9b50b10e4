"""What the measures of a plan say together: numbers that are missing or double, ids that look alike, the same twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.calendar import WorkCalendar
from engine.errors import Level, Problem
from engine.occurrence import expected
from engine.people import Directory, normalise
from engine.plan import Measure, Roadmap
from engine.plan_places import SHOWN, At

_NUMBER = re.compile(r"(\d{1,6}\.)*\d{1,6}")
_CLAUSE = re.compile(r"п(ункт|\.)\s?\d", re.IGNORECASE)
_LATIN = str.maketrans("аеорсухкмтвнзі", "aeopcyxkmtbh3i")
"""Small Cyrillic letters that look like a Latin one or a digit, and that."""
_STEM, _SHORTEST, _ALIKE = 4, 4, 0.7
MOST_CLAUSES = 50
"""An order with a table has fewer clauses beside it; only so many are compared with every row."""


def doubles(placed: Sequence[At]) -> Iterator[Problem]:
    """Yield what the measures of one plan, as they stand in *placed*, say together."""
    yield from _numbers(placed)
    yield from _look_alikes(placed)
    yield from _repeated(placed)
    yield from _clauses(placed)


def _numbers(placed: Sequence[At]) -> Iterator[Problem]:
    """Yield a № that stands twice in its section, and the № that are missing before one; clauses may begin with any."""
    stems: dict[tuple[str, bool], dict[str | None, dict[int, At]]] = defaultdict(lambda: defaultdict(dict))
    for at in {at.row.id: at for at in placed}.values():
        printed = at.row.printed.rstrip(".")
        if _NUMBER.fullmatch(printed) is None:
            continue
        stem, _, last = printed.rpartition(".")
        first = stems[stem, _is_clause(at.row)][at.row.section].setdefault(int(last), at)
        if first is not at:
            line = first.source.line((*first.row_path, "id"))
            message = f"№ {printed} стоит в разделе ещё раз (впервые в строке {line}): исправьте № или раздел (section)"
            yield at("id", "number-twice", message)
    parents = {stem for stem, _ in stems}
    for (stem, _), sections in stems.items():
        runs = list(sections.values())
        whole = {number: at for run in runs for number, at in run.items()}
        goes_on = len(whole) == sum(map(len, runs))  # from section to section
        for run in [whole] if goes_on else runs:
            yield from _gaps(stem, run, parents)


def _gaps(stem: str, numbers: Mapping[int, At], parents: Collection[str]) -> Iterator[Problem]:
    """Yield which № are missing; one whose parts are measures («8.1», «8.2») is there."""
    if 2 * len(numbers) < max(numbers):
        return  # an excerpt: who writes down his own measures leaves out most
    before = 0
    for number in sorted(numbers):
        at = numbers[number]
        missing = [full for one in range(before + 1, number) if (full := f"{stem}.{one}".lstrip(".")) not in parents]
        if missing and not (before == 0 and _is_clause(at.row)):
            listed = ", ".join(missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
            yield at("id", "number-gap", f"перед № {at.row.printed} нет № {listed}: проверьте, не пропала ли мера")
        before = number


def _is_clause(measure: Measure) -> bool:
    """Tell whether a measure is a clause of the order itself and no row of its appendix."""
    return _CLAUSE.match(measure.clause or "") is not None


def _look_alikes(placed: Sequence[At]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for at in placed:
        own = at.measure.id
        other = seen.setdefault(own.casefold().translate(_LATIN), own)
        if other != own:
            message = f"id «{own}» и «{other}» на вид одинаковы (русские и латинские буквы): дайте мере другой"
            yield at("id", "look-alike-id", message)


def _repeated(placed: Sequence[At]) -> Iterator[Problem]:
    """Yield measures that say what one above says: the same words for the same people at the same time."""
    seen: dict[tuple[str, ...], list[At]] = defaultdict(list)
    for at in placed:
        words = _words(at.measure.title)
        if not words:
            continue
        alike, own = seen[words], _Said.of(at)
        other = next((one for one in alike if _Said.of(one).meets(own)), None)
        if other is not None:
            line = other.source.line((*other.path, "id"))
            message = f"повторяет № {other.measure.printed} (строка {line}): если это одно поручение, оставьте одно"
            yield at("title", "duplicate-measure", message)
        elif len(alike) < SHOWN:
            alike.append(at)


def _clauses(placed: Sequence[At]) -> Iterator[Problem]:
    """Yield rows of the table that a clause of the order orders too: nearly its words, and its due day."""
    clauses = [at for at in placed if _is_clause(at.measure)]
    if len(clauses) > MOST_CLAUSES:
        return
    stems = {id(at): _stems(at.measure.title) for at in placed}
    for at in placed:
        if at in clauses or not at.dated:
            continue
        for clause in clauses:
            same_day = {one.nominal_due_on for one in at.dated} == {one.nominal_due_on for one in clause.dated}
            own, other = stems[id(at)], stems[id(clause)]
            if same_day and own and len(own & other) >= _ALIKE * min(len(own), len(other)):
                message = (
                    f"похоже на {clause.measure.clause} (№ {clause.measure.printed}): "
                    "если это одно поручение, оставьте одно"
                )
                yield at("title", "duplicate-measure", message)
                break


@dataclass(frozen=True, slots=True)
class _Said:
    """By whom and when: two measures of one title are one where both meet."""

    people: frozenset[str]
    schools: frozenset[str] | None
    deadline: str
    spans: tuple[tuple[date, date], ...]

    @classmethod
    def of(cls, at: At) -> _Said:
        return cls.made(at.measure, [(one.first or one.due_on, one.due_on) for one in at.dated])

    @classmethod
    def made(cls, measure: Measure, spans: Iterable[tuple[date | None, date | None]]) -> _Said:
        return cls(
            frozenset(map(normalise, measure.responsibles)),
            None if measure.school_ids is None else frozenset(measure.school_ids),
            normalise(measure.cell.text or measure.event or ""),
            tuple((first, last) for first, last in spans if first is not None and last is not None),
        )

    def meets(self, other: _Said) -> bool:
        people = not self.people or not other.people or bool(self.people & other.people)
        schools = self.schools is None or other.schools is None or bool(self.schools & other.schools)
        return people and schools and (self.deadline == other.deadline or self._overlaps(other))

    def _overlaps(self, other: _Said) -> bool:
        """Tell whether a span of one meets one of the other; both are in the order of their last days."""
        ours, theirs = iter(self.spans), iter(other.spans)
        own, their = next(ours, None), next(theirs, None)
        while own is not None and their is not None:
            if own[0] <= their[1] and their[0] <= own[1]:
                return True
            if own[1] < their[1]:
                own = next(ours, None)
            else:
                their = next(theirs, None)
        return False


def _words(title: str) -> tuple[str, ...]:
    """Return the words of a title in alphabetical order and its figures in theirs: marks and case do not matter."""
    return tuple(
        sorted(re.findall(r"\w+", normalise(title)), key=lambda one: ("", "") if one[0].isdigit() else ("а", one))
    )


def _stems(title: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _words(title) if len(word) >= _SHORTEST and not word.isdecimal())


def repeated_plans(plans: Mapping[str, Roadmap], directory: Directory) -> Iterator[Problem]:
    """Yield plan files, by name, of one organization that say the same; where it is not said, mostly the same.

    One finding a file, with the № that are in both.
    """
    seen: dict[tuple[str, tuple[str, ...]], list[tuple[str, _Said]]] = defaultdict(list)
    for file, roadmap in plans.items():
        calendar, events = WorkCalendar(roadmap.rules), [one.to_event() for one in roadmap.events]
        both: dict[str, list[str]] = defaultdict(list)
        added = []
        for measure in roadmap.tracked():
            windows = expected(measure, roadmap, directory, events, calendar).windows
            said = _Said.made(measure, [(one.first or one.due_on, one.due_on) for one in windows])
            key = normalise(roadmap.plan.organization or ""), _words(measure.title)
            other = next((name for name, one in seen[key] if one.meets(said)), None)
            if other is not None:
                both[other].append(roadmap.label(measure))
            added.append((key, (file, said)))
        for key, one in added:
            seen[key].append(one)
        for other, numbers in both.items():
            if not roadmap.plan.organization and 2 * len(numbers) < len(added):
                continue  # whose they are is not said: neighbours share the measures of their region
            listed = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
            message = (
                f"повторяет план {other}, меры: {len(numbers)} (№ {listed}): если это один документ, оставьте один файл"
            )
            yield Problem(file, None, None, "duplicate-measure", Level.FINDING, message)
