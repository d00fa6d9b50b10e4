"""The words of a message: items in, subject, text and HTML out; grammar stands in tables, layout in templates/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifiers.envelope import one_line
from notifiers.wording import KINDS, day_text, plural

_SUBJECT_TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One measure in a message, or with ``sections`` the digest of a plan, in words ready to print.

    Attributes:
        kind: A key of ``KINDS``.
        order: «приказ № 218 от 14.10.2020».
        number: As printed in the plan.
        deadline_text: The plan's cell, verbatim.
        window_text: «01.07.2021 – 31.08.2021».
        nominal_due_on: The day before a day off moved it; ``due_on`` is the day that counts.
        days_left_text: «осталось 5 дней», «просрочено на 3 рабочих дня», «отчёт ждёт 3 рабочих дня», or "".
        result: What counts as done.
        reason: Why it was returned, moved or cancelled, or why it has no date.
        history: What was sent before and what came of it, a line each.
        missing: Schools or people who have not reported, by name.
        role_text: «Вы ответственный исполнитель».
        sections: Of a digest: a heading and its lines each; only title, order and role_text stand beside them.
        action_url: Page where the recipient acts; None without ``SROK_PUBLIC_URL``.
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
    days_left_text: str = ""
    result: str | None = None
    evidence: str | None = None
    school: str | None = None
    reason: str | None = None
    history: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    action_url: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's words; ``html`` is a full page that refers to nothing outside."""

    subject: str
    text: str
    html: str


def due_text(item: Item) -> str:
    """Say by when, and when a day off moved the day, from where."""
    if item.due_on is None:
        return "дата ещё не назначена"
    if item.nominal_due_on is None or item.nominal_due_on == item.due_on:
        return day_text(item.due_on)
    return f"по плану {day_text(item.nominal_due_on)}, перенесено на {day_text(item.due_on)}"


def headline(item: Item) -> str:
    """Say what the item is about in two or three words."""
    kind = KINDS[item.kind]
    words = item.days_left_text if kind.counts_days and item.days_left_text else kind.headline
    return words[:1].upper() + words[1:]


def facts(item: Item) -> list[tuple[str, list[str]]]:
    """List what is known of the item as (name, lines), without what is absent."""
    rows = _digest_rows(item) if item.kind == "digest" else _measure_rows(item)
    known = [(name, [one_line(line) for line in lines if line]) for name, lines in rows]
    return [(name, lines) for name, lines in known if lines]


def _digest_rows(item: Item) -> list[tuple[str, Sequence[str | None]]]:
    return [*item.sections, ("Основание", [item.order])]


def _measure_rows(item: Item) -> list[tuple[str, Sequence[str | None]]]:
    plan = f"{item.plan_title} ({item.order})" if item.order else item.plan_title
    window = f" ({item.window_text})" if item.window_text else ""
    said = item.days_left_text.lower() in {"", headline(item).lower()} or KINDS[item.kind].button is None
    days = "" if said else f", {item.days_left_text}"
    return [
        ("Срок", [due_text(item) + days]),
        ("Срок в плане", [f"«{item.deadline_text}»{window}" if item.deadline_text else ""]),
        ("Что считается исполнением", [item.result]),
        ("Чем подтвердить", [item.evidence]),
        ("Причина", [item.reason]),
        ("Не отчитались", item.missing),
        ("Что уже отправлено", item.history),
        ("Школа", [item.school]),
        ("Ответственный", [item.responsible]),
        ("План", [plan]),
    ]


def render(items: Sequence[Item], to_name: str, how_to_answer: str) -> Rendered:
    """Write one letter of *items*, at least one; the most urgent stand first.

    Args:
        items: One gives the letter of its kind, several a block each.
        to_name: As the recipient is addressed.
        how_to_answer: A sentence on how to report without a link.
    """
    page = _page(items) | {"to_name": one_line(to_name), "how_to_answer": how_to_answer}
    return Rendered(
        subject=_subject(items),
        text=_templates().get_template("letter.txt.j2").render(page),
        html=_templates().get_template("letter.html.j2").render(page),
    )


def render_telegram(items: Sequence[Item], how_to_answer: str) -> str:
    """Write the same for Telegram, in its HTML subset; every tag ends on the line where it begins."""
    page = _page(items) | {"how_to_answer": one_line(how_to_answer)}
    return _templates().get_template("telegram.html.j2").render(page)


def _page(items: Sequence[Item]) -> dict[str, object]:
    ordered = sorted(items, key=lambda item: KINDS[item.kind].urgency)
    blocks = [
        {
            "item": item,
            "kind": KINDS[item.kind],
            "headline": headline(item),
            "title": _title(item),
            "facts": facts(item),
            "lead": f"{item.role_text}. {KINDS[item.kind].ask}",
        }
        for item in ordered
    ]
    answers = any(KINDS[item.kind].button for item in items)
    return {"subject": _subject(items), "blocks": blocks, "answers": answers}


def _title(item: Item, length: int | None = None) -> str:
    """Number and title, the title cut between words to *length* letters."""
    title = one_line(item.title)
    if length is not None and len(title) > length:
        title = title[:length].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
    return f"п. {one_line(item.number)} «{title}»" if item.number else f"«{title}»"


def _subject(items: Sequence[Item]) -> str:
    if len(items) > 1:
        return _tally(items)
    item = items[0]
    by = f", срок {item.due_on:%d.%m.%Y}" if item.due_on else ""
    return f"{headline(item)}: {_title(item, _SUBJECT_TITLE_LENGTH)}{by}"


def _tally(items: Sequence[Item]) -> str:
    """Count the measures by kind, the most urgent first; digests of plans are named after them."""
    measures = [KINDS[item.kind] for item in items if item.kind != "digest"]
    plans = len(items) - len(measures)
    digests = f"сводка по {plans} {plural(plans, 'плану', 'планам', 'планам')}" if plans else ""
    if not measures:
        return digests.capitalize()
    counts = Counter(kind.tally for kind in sorted(measures, key=lambda kind: kind.urgency))
    parts = ", ".join(f"{n} {plural(n, *tally)}" for tally, n in counts.items())
    total = f"{len(measures)} {plural(len(measures), 'мероприятие', 'мероприятия', 'мероприятий')}"
    return f"{total}: {parts}" + (f"; {digests}" if digests else "")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("notifiers"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html.j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
