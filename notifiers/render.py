"""The words of a message: items in, subject, text and HTML out; grammar stands in tables, layout in templates/."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from engine.calendar import named_day
from notifiers.envelope import one_line
from notifiers.wording import KINDS, OF_A_PLAN, plural

_SUBJECT_TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One measure in a message, or with ``sections`` the digest of a plan or the report on it, in words ready to print.

    Attributes:
        kind: A key of ``KINDS``.
        order: «приказ № 218 от 14.10.2020».
        number: As printed in the plan.
        deadline_text: The plan's cell, verbatim.
        window_text: «01.07.2021 – 31.08.2021».
        nominal_due_on: The day before a day off moved it; ``due_on`` is the day that counts.
        due_note: Why the due day lies after the window, or "".
        days_left_text: «осталось 5 дней», «просрочено на 3 рабочих дня», «отчёт ждёт 3 рабочих дня»,
            «сводка на 05.04.2021», «отчёт за август 2021 года», or "".
        responsible: Whom the measure waits for, «роль (имя)»; ``co_executors`` are the others.
        result: What counts as done.
        reason: Why it was returned or cancelled, or why it has no date.
        former_due_on: The due day before it moved.
        basis: By what a day was decided that the plan's words do not give.
        asked: Who asks for more time, and until when.
        checkpoint: The day that interim information is asked for.
        undelivered: What could not be told to whom, and what each channel answered, a line each.
        reports: Who reported, when, what was done, a line each.
        history: What was sent before and what came of it, a line each.
        missing: Schools or people who have not reported, by name.
        role_text: «Вы ответственный исполнитель».
        sections: Of a digest or a report: a heading and its lines each; only title, order, role_text stand beside them.
        action_url: Page where the recipient acts; None without ``SROK_PUBLIC_URL``.
        ask: What the recipient is to do, where the words of the kind do not fit.
    """

    kind: str
    plan_title: str
    number: str
    title: str
    deadline_text: str
    responsible: str
    role_text: str
    order: str | None = None
    window_text: str = ""
    due_on: date | None = None
    nominal_due_on: date | None = None
    due_note: str = ""
    days_left_text: str = ""
    result: str | None = None
    evidence: str | None = None
    co_executors: str = ""
    schools: tuple[str, ...] = ()
    reason: str | None = None
    former_due_on: date | None = None
    basis: str | None = None
    asked: str | None = None
    checkpoint: date | None = None
    undelivered: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    action_url: str | None = None
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's words; ``html`` is a full page that refers to nothing outside."""

    subject: str
    text: str
    html: str


def due_text(item: Item) -> str:
    """Say by when, and why not on the day that the plan's words give."""
    if item.due_on is None:
        return "дата ещё не назначена"
    nominal = item.nominal_due_on
    day_off = f"{nominal:%d.%m.%Y} — выходной" if nominal not in {None, item.due_on} else ""
    return "; ".join(part for part in (named_day(item.due_on), day_off, item.due_note) if part)


def headline(item: Item) -> str:
    """Say what the item is about in two or three words."""
    kind = KINDS[item.kind]
    words = item.days_left_text if kind.counts_days and item.days_left_text else kind.headline
    return words[:1].upper() + words[1:]


def facts(item: Item) -> list[tuple[str, list[str]]]:
    """List what is known of the item as (name, lines), without what is absent."""
    rows = _plan_rows(item) if item.kind in OF_A_PLAN else _measure_rows(item)
    known = [(name, [one_line(line) for line in lines if line]) for name, lines in rows]
    return [(name, lines) for name, lines in known if lines]


def _plan_rows(item: Item) -> list[tuple[str, Sequence[str | None]]]:
    return [*item.sections, ("Основание", [item.order])]


def _measure_rows(item: Item) -> list[tuple[str, Sequence[str | None]]]:
    plan = f"{item.plan_title} ({item.order})" if item.order else item.plan_title
    window = f" ({item.window_text})" if item.window_text else ""
    said = item.days_left_text.lower() in {"", headline(item).lower()} or KINDS[item.kind].button is None
    days = "" if said else f"; {item.days_left_text}"
    return [
        ("Не доставлено", item.undelivered),
        ("Контрольная точка", [named_day(item.checkpoint) if item.checkpoint else None]),
        ("Срок", [due_text(item) + days]),
        ("Просят продлить", [item.asked]),
        ("Прежний срок", [f"{item.former_due_on:%d.%m.%Y}" if item.former_due_on else None]),
        ("Основание", [item.basis]),
        ("Срок в плане", [f"«{item.deadline_text}»{window}" if item.deadline_text else ""]),
        ("Что считается исполнением", [item.result]),
        ("Чем подтвердить", [item.evidence]),
        ("Отчёт", item.reports),
        ("Причина", [item.reason]),
        ("Не отчитались", item.missing),
        ("Что уже отправлено", item.history),
        ("Школа" if len(item.schools) == 1 else "Школы", [", ".join(item.schools)]),
        ("Ответственный исполнитель", [item.responsible]),
        ("Соисполнители", [item.co_executors]),
        ("План", [plan]),
    ]


def render(items: Sequence[Item], to_name: str, where_to_answer: str) -> Rendered:
    """Write one letter of *items*, at least one; the most urgent stand first, equal ones are one block.

    Args:
        items: One gives the letter of its kind, several a block each.
        to_name: As the recipient is addressed.
        where_to_answer: «ответьте на это письмо или сообщите …», followed by what to write.
    """
    page = _page(items, where_to_answer) | {"to_name": one_line(to_name)}
    return Rendered(
        subject=str(page["subject"]),
        text=_templates().get_template("letter.txt.j2").render(page),
        html=_bound(_templates().get_template("letter.html.j2").render(page)),
    )


def render_telegram(items: Sequence[Item], where_to_answer: str) -> str:
    """Write the same for Telegram, in its HTML subset; every tag ends on the line where it begins."""
    return _templates().get_template("telegram.html.j2").render(_page(items, where_to_answer))


def _page(items: Sequence[Item], where_to_answer: str) -> dict[str, object]:
    merged = sorted(_merged(items), key=lambda found: KINDS[found[0].kind].urgency)
    ordered = [item for item, _ in merged]
    blocks = [
        {
            "item": item,
            "kind": KINDS[item.kind],
            "headline": headline(item),
            "title": _title(item),
            "facts": facts(item),
            "lead": f"{item.role_text.rstrip('.')}. {_ask(item)}",
            "links": _links(parts),
        }
        for item, parts in merged
    ]
    answers = list(dict.fromkeys(answer for item in ordered if (answer := KINDS[item.kind].answer)))
    linked = any(block["links"] for block in blocks)
    return {
        "subject": _subject(ordered),
        "blocks": blocks,
        "answering": "Как ответить без ссылки" if linked else "Как ответить",
        "how_to_answer": f"{one_line(where_to_answer)}: {'; '.join(answers)}." if answers else "",
        "personal": PERSONAL if linked else "",
    }


PERSONAL = "Ссылка личная: по ней отвечают от вашего имени, поэтому письмо не пересылайте."


def _links(parts: Sequence[Item]) -> list[tuple[str, str]]:
    """Return the buttons of a block as (text, address): one, or one for each school or quality it was merged from."""
    button = KINDS[parts[0].kind].button
    linked = [item for item in parts if item.action_url]
    if button is None:
        return []
    return [
        (button if len(linked) == 1 else f"{button}: {one_line(', '.join(item.schools) or item.role_text)}", url)
        for item in linked
        if (url := item.action_url)
    ]


def _merged(items: Sequence[Item]) -> list[tuple[Item, list[Item]]]:
    """Make one block of those that differ only in the school, the quality, the report or the link of the recipient.

    Each block with what it was made of.
    """
    found: dict[Item, list[Item]] = {}
    for item in items:
        found.setdefault(replace(item, schools=(), role_text="", reports=(), action_url=None), []).append(item)
    return [
        (
            replace(
                parts[0],
                schools=tuple(dict.fromkeys(school for item in parts for school in item.schools)),
                role_text="; ".join(dict.fromkeys(item.role_text for item in parts)),
                reports=tuple(report for item in parts for report in item.reports),
            ),
            parts,
        )
        for parts in found.values()
    ]


_TOGETHER = re.compile(r"№ (?=\d)|(?<=[а-яё]) (?=[А-ЯЁ]\. [А-ЯЁ]\.)|(?<=\b[А-ЯЁ]\.) (?=[А-ЯЁ]\.)")


def _bound(html: str) -> str:
    """Keep «№ 8» and «Зетова Т. У.» on one line."""
    return _TOGETHER.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), html)


def _ask(item: Item) -> str:
    if item.kind == "moved" and item.due_on is None:
        return "Прежний срок отменён, новый ещё не назначен."
    return item.ask or KINDS[item.kind].ask


def _title(item: Item, length: int | None = None) -> str:
    """Number and title, the title cut between words to *length* letters."""
    title = one_line(item.title)
    if length is not None and len(title) > length:
        title = title[:length].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
    return f"п. {one_line(item.number)} «{title}»" if item.number else f"«{title}»"


def _subject(ordered: Sequence[Item]) -> str:
    """Name the one measure, or count the different ones; *ordered* begins with the most urgent.

    What speaks of plans is added, by its kind.
    """
    measures = {_measure(item): item for item in reversed(ordered) if item.kind not in OF_A_PLAN}
    of_plans = [found for kind in OF_A_PLAN if (found := [item for item in ordered if item.kind == kind])]
    if not measures:
        first, *rest = of_plans
        said = _of_one(first[0]) if len(first) == 1 else f"{headline(first[0])} {_of_plans(len(first))}"
    else:
        known, rest = list(measures.values()), of_plans
        said = _of_one(known[0]) if len(known) == 1 else _tally(known)
    return "; ".join([said, *(_added(found) for found in rest)])


def _added(found: Sequence[Item]) -> str:
    """Say what stands in the letter besides: «сводка», «отчёт по 2 планам»."""
    word = KINDS[found[0].kind].tally[0]
    return f"{word} {_of_plans(len(found))}" if len(found) > 1 else word


def _measure(item: Item) -> tuple[str, str | None, str, str]:
    return item.plan_title, item.order, item.number, item.title


def _of_one(item: Item) -> str:
    day = item.checkpoint or item.due_on
    by = f", {'к' if item.checkpoint else 'срок'} {day:%d.%m.%Y}" if day else ""
    return f"{headline(item)}: {_title(item, _SUBJECT_TITLE_LENGTH)}{by}"


def _of_plans(n: int) -> str:
    return f"по {n} {plural(n, 'плану', 'планам', 'планам')}"


def _tally(measures: Sequence[Item]) -> str:
    """Count different measures, each by its most urgent item."""
    kinds = sorted((KINDS[item.kind] for item in measures), key=lambda kind: kind.urgency)
    parts = ", ".join(f"{n} {plural(n, *tally)}" for tally, n in Counter(kind.tally for kind in kinds).items())
    return f"{len(measures)} {plural(len(measures), 'мероприятие', 'мероприятия', 'мероприятий')}: {parts}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("notifiers"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html.j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
