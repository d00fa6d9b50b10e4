"""A plan brought to an amended document: ids and what people decided stay, what the document says comes in.

From the document come №, section, clause, title, deadline, result and responsible of a measure, and which measures
there are. All else is people's. Where the two do not fit together, nothing is guessed: a finding says it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.importer.amended_fields import doubts, field_changes
from engine.importer.draft import Draft
from engine.importer.findings import Finding, flat
from engine.importer.matching import Matched, match_measures
from engine.importer.rewrite import Chunk, PlanText, UnusualFileError, cut_plan, new_chunk, with_changes
from engine.importer.rows import ImportRefusedError
from engine.people import Directory
from engine.plan import Measure, Roadmap
from engine.plan_file import read_plan
from engine.plan_words import one_line
from engine.yaml_text import tuples

NAMED = 3
"""How many candidates a finding names."""
_ANSWERED = {"horizon-taken", "horizon-conflict", "year-ambiguous", "no-order", "control-not-laid"}
"""What a document leaves open of the plan as a whole, beside what its head does: the plan has its own."""
_LINES = re.compile(r"# строка документа: .*")
_STRUCK = re.compile(r"# снято: id «([^»\n]+)»")


@dataclass
class Amended:
    """The plan as amended.

    Attributes:
        text: The plan file.
        roadmap: The same as read.
        kept: How many measures of the plan the document has.
        added: Ids of measures that the plan had not.
        struck: Ids of those that the document has not.
        undecided: Ids of which the document does not say what became of them: a person decides.
        findings: What a person has to look at.
    """

    text: str
    roadmap: Roadmap
    kept: int = 0
    added: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def amend_plan(text: str, old: Roadmap, draft: Draft, name: str, directory: Directory) -> Amended:
    """Return the plan of *text* as the document has it.

    Args:
        text: The plan file, which reads without errors.
        old: The same as read.
        draft: The amended document, the whole plan as it is from now on.
        name: File name of the document.
        directory: Who the words of the document may mean.

    Raises:
        ImportRefusedError: It is another plan's document, or not the whole plan, or the file cannot be changed.
    """
    news = [Measure.model_validate(tuples(dict(one))) for one in draft.measures]
    matched = match_measures(old.measures, news)
    _refuse_another(old, matched, name)
    try:
        amended = _Amending(cut_plan(text), old, news, draft, matched, directory).run(name)
    except UnusualFileError as error:
        message = f"файл плана так не изменить без потерь ({error}): внесите изменения в него сами"
        raise ImportRefusedError(name, message) from error
    return amended


def _refuse_another(old: Roadmap, matched: Matched, name: str) -> None:
    """Refuse a document that would strike more than half of the plan: it is another's, or has the changes alone."""
    found = len(set(matched.pairs.values()) | matched.kept)
    if found == 0:
        raise ImportRefusedError(name, "ни одно мероприятие не похоже на мероприятия плана: тот ли это документ?")
    if 2 * found < len(old.measures):
        why = (
            f"из {len(old.measures)} мероприятий плана в нём нашлось только {found}: если документ называет одни "
            "изменения, внесите их в файл плана сами; нужен весь план в новой редакции"
        )
        raise ImportRefusedError(name, why)


class _Amending:
    """One amendment on its way: the measures that come into the file, in the order of the document."""

    def __init__(
        self,
        cut: PlanText,
        old: Roadmap,
        news: Sequence[Measure],
        draft: Draft,
        matched: Matched,
        directory: Directory,
    ) -> None:
        self.cut, self.old, self.news, self.draft, self.matched = cut, old, news, draft, matched
        self.directory = directory
        self.done = Amended("", old)
        self.chunks: list[Chunk] = []
        self.measures: list[Measure] = []
        self.lines = dict(enumerate(_LINES.findall(draft.text)))
        self.looked_at = set(range(len(news))) - matched.pairs.keys()
        self.taken = _ids(old) | set(_STRUCK.findall(cut.foot))

    def run(self, name: str) -> Amended:
        struck = set(range(len(self.old.measures))) - set(self.matched.pairs.values()) - self.matched.kept
        former = {one.printed: one for place, one in enumerate(self.old.measures) if place in struck}
        left = set(self.matched.kept)
        for place, new in enumerate(self.news):
            if place in self.matched.pairs:
                self._take_over(self.matched.pairs[place], place)
                continue
            self._add(place, new, former.get(new.printed))
            for candidate in self.matched.undecided.get(place, ()):
                if candidate in left:
                    left.discard(candidate)
                    self._keep(candidate, new)
        self.done.struck = [self.old.measures[place].id for place in sorted(struck)]
        remarks = [f"изменено по документу «{one_line(name)}»"] if self._differs() else []
        for place in sorted(struck):
            one = self.old.measures[place]
            remarks.append(f"снято: id «{one.id}», п. {one_line(one.printed)} «{one_line(one.title)}»")
            remarks += [f"  было при нём: {line}" for line in _spoken(self.cut.chunks[place].lead)]
        self._finish(remarks, name)
        return self.done

    def _differs(self) -> bool:
        return self.chunks != list(self.cut.chunks)

    def _take_over(self, place: int, at: int) -> None:
        """Bring a measure of the plan to what the document says of it at its place *at*."""
        old, chunk, new = self.old.measures[place], self.cut.chunks[place], self.news[at]
        changes = dict(field_changes(old, new, self.directory))
        found = list(doubts(old, new, changes, self.directory))
        self.done.findings += found
        said = [one.message for one in found if one.message not in old.findings]
        lead = _LINES.sub(lambda found: self.lines.get(at, found[0]), chunk.lead)
        if changes.keys() & {"title", "deadline", "responsible", "result"}:
            self.looked_at.add(at)
        self._put(old, Chunk(lead, with_changes(chunk.body, changes, said)), changes, said)
        self.done.kept += 1

    def _keep(self, place: int, new: Measure) -> None:
        """Let a measure stand of which it is not clear whether the document has it."""
        old, chunk = self.old.measures[place], self.cut.chunks[place]
        message = (
            f"В изменённом документе этому мероприятию может отвечать п. {one_line(new.printed)} "
            f"«{one_line(new.title)}»: оставьте одно из двух; новые слова внесите сюда, чтобы id и решения остались."
        )
        self.done.findings.append(Finding("which-measure", None, old.printed, message))
        said = [message] if message not in old.findings else []
        self._put(old, Chunk(chunk.lead, with_changes(chunk.body, {}, said)), {}, said)
        self.done.undecided.append(old.id)

    def _put(self, old: Measure, chunk: Chunk, changes: Mapping[str, Any], said: Sequence[str]) -> None:
        self.chunks.append(chunk)
        own = {key: tuple(value) if isinstance(value, list) else value for key, value in changes.items()}
        self.measures.append(old.model_copy(update=own | {"findings": (*old.findings, *said)}))

    def _add(self, place: int, new: Measure, former: Measure | None) -> None:
        """Take in a measure the plan had not, under an id that was nobody's."""
        identity = self._free(new.id)
        said = [*new.findings, *(one.message for one in self._about(place, new, former))]
        fields = {**self.draft.measures[place], "id": identity, "number": new.printed, "findings": said}
        ordered = {key: fields[key] for key in ("id", "number") if key == "id" or new.printed != identity}
        ordered |= {key: value for key, value in fields.items() if key not in {"id", "number"} and value}
        self.chunks.append(new_chunk(ordered, self.cut.indent, ""))
        self.measures.append(Measure.model_validate(tuples(ordered)))
        self.done.added.append(identity)

    def _free(self, wanted: str) -> str:
        if wanted in self.taken:
            taken = self.taken | {one.id for one in self.news}
            wanted = next(one for one in (f"{wanted}-{n}" for n in itertools.count(2)) if one not in taken)
        self.taken.add(wanted)
        return wanted

    def _about(self, place: int, new: Measure, former: Measure | None) -> Iterator[Finding]:
        """Yield what a person has to decide about a measure that has come."""
        found: list[Finding] = []
        candidates = [self.old.measures[one] for one in self.matched.undecided.get(place, ())]
        if candidates:
            named = ", ".join(f"п. {one_line(one.printed)} (id «{one.id}»)" for one in candidates[:NAMED])
            more = f" и ещё {len(candidates) - NAMED}" if len(candidates) > NAMED else ""
            message = f"Не ясно, новое ли это мероприятие или прежнее: {named}{more}. Оставьте одно из двух."
            found.append(Finding("which-measure", None, new.printed, message))
        elif former is not None:
            message = (
                f"Под этим № стояло другое: «{one_line(former.title)}» (id «{former.id}»). Если это оно же, "
                f"верните мероприятию id «{former.id}» и решения о нём."
            )
            found.append(Finding("same-number", None, new.printed, message))
        self.done.findings += found
        yield from found

    def _finish(self, remarks: list[str], name: str) -> None:
        """Put the file together, and read it again: it says what was meant, or is not written."""
        self.done.text = self.cut.joined(self.chunks, remarks)
        roadmap, problems = read_plan(self.done.text, name, None)
        if roadmap is None:
            wrong = next(one for one in problems if one.level.value == "error")
            raise UnusualFileError(f"вышла бы ошибка в строке {wrong.line}: {wrong.message}")
        if list(roadmap.measures) != self.measures or (roadmap.plan, roadmap.events) != (
            self.old.plan,
            self.old.events,
        ):
            raise UnusualFileError("он записан необычно")
        self.done.roadmap = roadmap
        self.done.findings = [*_of_plan(self.old, self.draft), *self.done.findings, *self._of_document()]

    def _of_document(self) -> Iterator[Finding]:
        """Yield what was found in the document where it is new: the rest was answered when the plan was made."""
        here = set()
        for place in self.looked_at:
            answered = self.old.measures[self.matched.pairs[place]].findings if place in self.matched.pairs else ()
            here |= {(self.news[place].printed, said) for said in self.news[place].findings if said not in answered}
        for one in self.draft.findings:
            of_head = one.code in _ANSWERED or one in self.draft.head.findings
            of_whole = one.measure is None and not of_head
            if of_whole or one.code == "number-gap" or (one.measure, one.message) in here:
                yield one


def _ids(roadmap: Roadmap) -> set[str]:
    """Return every id that stands in the keys of messages."""
    return {one.id for one in roadmap.measures} | {one.id for one in roadmap.tracked()}


def _spoken(lead: str) -> list[str]:
    """Return the comments over a measure but those of the import itself."""
    lines = [line.strip() for line in lead.splitlines()]
    return [one for one in lines if one and not one.startswith("# строка документа:")]


def _of_plan(old: Roadmap, draft: Draft) -> Iterator[Finding]:
    """Yield where the head of the document is not what the plan says; the plan is left as it is."""
    head, order = draft.head, old.plan.order
    if head.number and head.day and (order is None or (order.number, order.date) != (head.number, head.day)):
        ours = old.order_title or "приказа нет"
        message = (
            f"Документ — № {head.number} от {head.day:%d.%m.%Y}, в плане осталось: {ours}. Если новый приказ "
            "утверждает план заново, а не изменяет его, впишите его в order."
        )
        yield Finding("order-of-plan-kept", None, None, message)
    if head.title and flat(head.title).casefold() != flat(old.plan.title).casefold():
        message = (
            f"Заголовок документа — «{one_line(head.title)}», в плане осталось «{one_line(old.plan.title)}»: проверьте."
        )
        yield Finding("title-of-plan-kept", None, None, message)
