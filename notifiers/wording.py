"""How each kind of message speaks and what becomes of a letter: tables, and the grammar of numbers."""

from __future__ import annotations

from dataclasses import dataclass

# Filled labels with white letters and middle tones are legible on a light and on a dark page.
_RED, _AMBER, _BLUE, _GREEN, _GREY = "#b3261e", "#9a5b00", "#1f5fae", "#2b7037", "#5f6368"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of item speaks.

    Attributes:
        headline: Begins the subject and the block; with ``counts_days`` the item's days stand in its place.
        ask: What the recipient is to do.
        tally: After 1, 2 and 5 in the subject of several items.
        button: On the link; None where there is nothing to do.
        answer: What to write in an answer; None where none is asked for.
        urgency: Place in the tally and among the blocks, the most urgent first.
    """

    headline: str
    ask: str
    tally: tuple[str, str, str]
    button: str | None
    colour: str
    urgency: int
    answer: str | None = None
    counts_days: bool = False


_REPORT = "Отчитаться"
_DONE = "номер пункта, что сделано, чем подтверждается"
_REVIEW = "номер пункта и решение: принять отчёт или вернуть его с причиной"
_DECIDE = "номер пункта и решение: новый срок или требование отчёта"
_OVERDUE = ("просрочено", "просрочено", "просрочено")
KINDS: dict[str, Kind] = {
    "head": Kind(
        "Нужно ваше решение",
        "Мероприятие не исполнено в срок. Решите: назначить новый срок или потребовать отчёт.",
        _OVERDUE,
        "Открыть мероприятие",
        _RED,
        0,
        _DECIDE,
    ),
    "controller": Kind(
        "Не исполнено в срок",
        "Срок прошёл, принятого отчёта нет. Ниже сказано, кого ждём.",
        _OVERDUE,
        "Открыть мероприятие",
        _RED,
        0,
        _DECIDE,
    ),
    "overdue": Kind(
        "Просрочено",
        "Срок прошёл, принятого отчёта нет. Отчитайтесь или через координатора попросите о продлении того, "
        "кто дал поручение.",
        _OVERDUE,
        _REPORT,
        _RED,
        0,
        _DONE,
        counts_days=True,
    ),
    "unreachable": Kind(
        "Не доставлено исполнителю",
        "Сообщить не удалось. Передайте это сами и поправьте адрес в справочнике людей.",
        ("не доставлено", "не доставлено", "не доставлено"),
        "Открыть мероприятие",
        _RED,
        1,
        "номер пункта и по какому адресу писать этому человеку",
        counts_days=True,
    ),
    "returned": Kind(
        "Отчёт возвращён",
        "Контролёр вернул отчёт. Исправьте и отчитайтесь снова.",
        ("возвращено", "возвращено", "возвращено"),
        _REPORT,
        _RED,
        1,
        _DONE,
    ),
    "due": Kind(
        "Срок сегодня",
        "Сегодня последний день. Отчитайтесь, когда сделано.",
        ("со сроком сегодня", "со сроком сегодня", "со сроком сегодня"),
        _REPORT,
        _AMBER,
        2,
        _DONE,
    ),
    "stalled": Kind(
        "Отчёт не рассмотрен",
        "Исполнитель отчитался, но отчёт не принят и не возвращён.",
        ("не рассмотрено", "не рассмотрено", "не рассмотрено"),
        "Рассмотреть отчёт",
        _AMBER,
        3,
        _REVIEW,
        counts_days=True,
    ),
    "reported": Kind(
        "Отчёт ждёт приёмки",
        "Исполнитель отчитался. Примите отчёт или верните с причиной.",
        ("ждёт приёмки", "ждут приёмки", "ждут приёмки"),
        "Рассмотреть отчёт",
        _BLUE,
        4,
        _REVIEW,
    ),
    "reminder": Kind(
        "Напоминание",
        "Напоминаем о сроке. Отчитайтесь, когда сделано.",
        ("с близким сроком", "с близким сроком", "с близким сроком"),
        _REPORT,
        _BLUE,
        5,
        _DONE,
        counts_days=True,
    ),
    "input": Kind(
        "Ждём ваших материалов",
        "Прошла половина срока. Передайте вашу часть работы ответственному исполнителю.",
        ("ждёт ваших материалов", "ждут ваших материалов", "ждут ваших материалов"),
        "Открыть мероприятие",
        _BLUE,
        6,
        _DONE,
    ),
    "opening": Kind(
        "Поручение",
        "Начинается срок исполнения.",
        ("новое", "новых", "новых"),
        "Открыть мероприятие",
        _BLUE,
        7,
        _DONE,
    ),
    "moved": Kind(
        "Срок изменён",
        "Действует новый срок, прежний отменён.",
        ("с новым сроком", "с новым сроком", "с новым сроком"),
        "Открыть мероприятие",
        _BLUE,
        8,
        _DONE,
    ),
    "asked": Kind(
        "Просят продлить срок",
        "Исполнитель просит о продлении. Решаете вы: продлите срок или откажите с причиной.",
        ("с просьбой о продлении", "с просьбой о продлении", "с просьбой о продлении"),
        "Решить о продлении",
        _AMBER,
        3,
        "номер пункта и решение: продлить (до какого дня) или отказать с причиной",
    ),
    "extended": Kind(
        "Срок продлён",
        "Давший поручение продлил срок. Прежний срок остаётся в отчёте.",
        ("с новым сроком", "с новым сроком", "с новым сроком"),
        "Открыть мероприятие",
        _BLUE,
        8,
        _DONE,
    ),
    "refused": Kind(
        "В продлении отказано",
        "Срок остаётся прежним. Отчитайтесь, когда сделано.",
        ("с отказом в продлении", "с отказом в продлении", "с отказом в продлении"),
        _REPORT,
        _AMBER,
        3,
        _DONE,
    ),
    "reopened": Kind(
        "Поручение возобновлено",
        "Его закрыли, теперь оно снова на контроле. Отчитайтесь, когда сделано.",
        ("возобновлено", "возобновлено", "возобновлено"),
        _REPORT,
        _RED,
        1,
        _DONE,
    ),
    "checkpoint": Kind(
        "Нужна промежуточная информация",
        "Контрольная точка длительного мероприятия: сообщите, что сделано к этому дню. Поручение этим не закрывается.",
        ("с контрольной точкой", "с контрольной точкой", "с контрольной точкой"),
        "Дать информацию",
        _BLUE,
        5,
        "номер пункта и что сделано к контрольной точке",
    ),
    "cancelled": Kind(
        "Поручение снято",
        "Исполнять его вам больше не нужно.",
        ("снято", "снято", "снято"),
        None,
        _GREY,
        10,
    ),
    "report": Kind(
        "Отчёт об исполнении",
        "Исполнение плана за период и в целом на сегодня.",
        ("отчёт", "отчёта", "отчётов"),
        None,
        _GREY,
        11,
        counts_days=True,
    ),
    "digest": Kind(
        "Сводка",
        "Положение на сегодня.",
        ("сводка", "сводки", "сводок"),
        None,
        _GREY,
        12,
        counts_days=True,
    ),
}


OF_A_PLAN = ("report", "digest")
"""Kinds that speak of a plan, not of a measure."""
STATE_WORDS = {
    "pending": "ждёт отправки",
    "sending": "отправляется",
    "sent": "отправлено",
    "dead": "не доставлено",
    "uncertain": "исход неизвестен",
    "dropped": "стало не нужно",
}
"""What has become of a letter, by its state."""


def plural(n: int, one: str, few: str, many: str) -> str:
    """Choose the word that follows *n*: 1 мероприятие, 2 мероприятия, 5 мероприятий."""
    tens, units = n % 100, n % 10
    if units == 1 and tens != 11:  # noqa: PLR2004 - одиннадцать
        return one
    return few if 2 <= units <= 4 and not 12 <= tens <= 14 else many  # noqa: PLR2004 - двенадцать … четырнадцать
