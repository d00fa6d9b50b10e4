"""The fields of a plan and their values as a person reads them; a field without a word of its own goes by its key."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any

from engine.yaml_text import Shape

FIELDS = {
    "id": "id",
    "number": "№",
    "section": "раздел",
    "clause": "пункт приказа",
    "title": "название",
    "deadline": "срок",
    "text": "слова",
    "fix": "исправление срока (fix)",
    "confirmed": "подтверждение прочтения (confirmed)",
    "by": "кто",
    "why": "почему",
    "event": "событие",
    "responsible": "ответственный",
    "controller": "контролёр",
    "self_control": "самоконтроль",
    "result": "результат",
    "evidence": "подтверждающий документ",
    "kind": "вид",
    "required": "обязателен",
    "schools": "школы",
    "completion": "исполнение в целом",
    "checkpoints": "контрольные точки",
    "findings": "замечания",
    "notes": "примечание",
    "organization": "учреждение",
    "timezone": "часовой пояс",
    "horizon": "период действия",
    "from": "с",
    "to": "до",
    "basis": "основание",
    "order": "приказ",
    "date": "дата",
    "place": "место",
    "signatory": "подписал",
    "issuer": "автор поручения",
    "coordinator": "координатор",
    "deputy_head": "заместитель руководителя",
    "calendar": "рабочий календарь",
    "shift": "перенос с выходного",
    "extra_days_off": "свои выходные",
    "extra_working_days": "свои рабочие дни",
    "escalation": "порядок напоминаний",
    "slot": "час рассылки",
    "hours": "рабочие часы",
    "short_window_days": "короткий период, дней",
    "short_window_lead": "поручение о коротком периоде за столько рабочих дней",
    "stalled_working_days": "отчёт ждёт приёмки, рабочих дней",
    "steps": "ступень",
    "rung": "ступень",
    "anchor": "считать от",
    "offset": "через дней",
    "working": "рабочих",
    "min_window": "период от, дней",
    "measure_schedules": "расписание на каждое мероприятие",
    "source": "документ",
    "events": "событие",
    "start": "начало",
    "end": "конец",
    "status": "положение",
    "phrases": "слова в сроках",
}
"""Words of the fields, by their key in the file."""


def one_line(text: str) -> str:
    """Return *text* on one line, with a mark for every character that is not seen."""
    return "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))


def field_words(path: tuple[str, ...]) -> str:
    """Say in Russian which field *path* leads to; what is no field (an id, a rung) is quoted."""
    parts: list[str] = []
    for index, key in enumerate(path):
        named = index > 0 and path[index - 1] in {"events", "steps"}
        if named:
            parts[-1] += f" «{one_line(key)}»"
        elif path[index - 1 : index + 1] != ("deadline", key) or key != "text":
            parts.append(_field(key, of_step="steps" in path))
    return ", ".join(parts)


def value_words(value: Any) -> str:
    """Say a value of the file in Russian."""
    if value is None or value == ():
        return "нет"
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, str):
        return f"«{one_line(value)}»"
    if isinstance(value, tuple):
        return ", ".join(value_words(one) for one in value)
    if isinstance(value, Shape):
        step = "rung" in type(value).model_fields
        said = ((_field(key, of_step=step), getattr(value, name)) for name, key in keys(type(value)))
        return f"({'; '.join(f'{key}: {value_words(one)}' for key, one in said if one is not None)})"
    return str(value)


def change_words(path: tuple[str, ...], before: Any, after: Any) -> str:
    """Say what became of a field; of the notes under a measure, only those that came or went."""
    said = []
    if path == ("findings",):
        for word, one, other in (("добавлено", after, before), ("убрано", before, after)):
            only = tuple(each for each in one if each not in other)
            said += [f"{word} {value_words(only)}"] if only else []
    if said:
        return f"{field_words(path)}: {'; '.join(said)}"
    return f"{field_words(path)} {value_words(before)} → {value_words(after)}"


def _field(key: str, *, of_step: bool) -> str:
    return "кому" if of_step and key == "to" else FIELDS.get(key, key)


def keys(shape: type[Shape]) -> list[tuple[str, str]]:
    """Return the fields of *shape*, each with the key it has in the file."""
    return [(name, found.alias or name) for name, found in shape.model_fields.items()]
