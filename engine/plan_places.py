"""What the rows of a plan track, each with its place in the file: what findings are made at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.calendar import PlannedWindow, WorkCalendar
from engine.errors import Level, Problem
from engine.occurrence import Expected, expected
from engine.people import Directory
from engine.plan import Measure, Roadmap, Understood, understand, with_row
from engine.yaml_text import ValuePath, YamlText

SHOWN = 3
"""How many days or numbers a sentence lists before it only counts."""
DAY = "%d.%m.%Y"


@dataclass(frozen=True, slots=True)
class At:
    """Makes findings of what a row tracks: itself, or a sub-measure with what it takes from its row."""

    source: YamlText
    measure: Measure
    path: ValuePath
    row: Measure
    row_path: ValuePath
    understood: Understood
    expected: Expected

    def __call__(self, key: str, code: str, message: str) -> Problem:
        """Return the finding, at the line of *key* where the measure has it and at its row's where it takes it."""
        own = (*self.path, key) in self.source.lines or key == "deadline"
        measure, path = (self.measure, self.path) if own else (self.row, self.row_path)
        return Problem(self.source.file, self.source.line((*path, key)), measure.id, code, Level.FINDING, message)

    @property
    def dated(self) -> tuple[PlannedWindow, ...]:
        """The windows that have a due day."""
        return tuple(one for one in self.expected.windows if one.due_on is not None)


def places(
    roadmap: Roadmap, measures: Sequence[tuple[int, Measure]], directory: Directory | None, source: YamlText
) -> list[At]:
    """Return what *measures*, given with their index in the file, track."""
    calendar, events = WorkCalendar(roadmap.rules), [one.to_event() for one in roadmap.events]

    def place(measure: Measure, path: ValuePath, row: Measure, row_path: ValuePath) -> At:
        wanted = expected(measure, roadmap, directory or Directory({}), events, calendar)
        return At(source, measure, path, row, row_path, understand(measure, roadmap.horizon), wanted)

    found = []
    for index, row in measures:
        path: ValuePath = ("measures", index)
        if not row.sub:
            found.append(place(row, path, row, path))
        found += [place(with_row(sub, row), (*path, "sub", number), row, path) for number, sub in enumerate(row.sub)]
    return found
