"""The vocabulary of deadlines: every form of every word that means something in a «Сроки» cell.

A word that is not here is a word of a phrase: of an event, a document, a condition. Keys are in lower case
with «е» for «ё». Morphology is not needed: the language of deadlines has some hundred words.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.deadline.terms import Piece, Unit


class Word(NamedTuple):
    """What a word is to the grammar, and its value: the number of a month, the unit of «ежемесячно»."""

    kind: str
    value: object = None


_MONTHS = (
    ("январ", "ь я ю е ем"),
    ("феврал", "ь я ю е ем"),
    ("март", " а у е ом"),
    ("апрел", "ь я ю е ем"),
    ("ма", "й я ю е ем"),
    ("июн", "ь я ю е ем"),
    ("июл", "ь я ю е ем"),
    ("август", " а у е ом"),
    ("сентябр", "ь я ю е ем"),
    ("октябр", "ь я ю е ем"),
    ("ноябр", "ь я ю е ем"),
    ("декабр", "ь я ю е ем"),
)
_SHORT_MONTHS = (
    "янв",
    "фев февр",
    "мар",
    "апр",
    "",
    "июн",
    "июл",
    "авг",
    "сен сент",
    "окт",
    "ноя нояб",
    "дек",
)
_ADJECTIVE = "ый ого ому ым ом ая ой ую ое ые ых ым ыми"
_SOFT_ADJECTIVE = "ий его ему им ем яя ей юю ее ие их ими"
_FEMININE = "а ы е у ой ам ами ах"
_SOFT_FEMININE = "ь и ью ей ям ями ях"

_CARDINALS = (
    "один одна одно одного одной одну одному одним одном",
    "два две двух двум двумя двое",
    "три трех трем тремя трое",
    "четыре четырех четырем",
    "пять пяти пятью",
    "шесть шести",
    "семь семи",
    "восемь восьми",
    "девять девяти",
    "десять десяти",
    "одиннадцать одиннадцати",
    "двенадцать двенадцати",
    "тринадцать тринадцати",
    "четырнадцать четырнадцати",
    "пятнадцать пятнадцати",
)
_TENS = {20: "двадцать двадцати", 30: "тридцать тридцати", 40: "сорок сорока", 60: "шестьдесят шестидесяти"}
_TENS |= {90: "девяносто девяноста", 100: "сто ста"}
_ORDINALS = (
    ("перв", _ADJECTIVE),
    ("втор", "ой ого ому ым ом ая ую ое ые ых"),
    ("трет", "ий ьего ьему ьим ьем ья ьей ью ье ьи ьих"),
    ("четверт", _ADJECTIVE),
    ("пят", _ADJECTIVE),
    ("шест", "ой ого ому ая ую ое"),
    ("седьм", "ой ого ому ая ую ое"),
    ("восьм", "ой ого ому ая ую ое"),
    ("девят", _ADJECTIVE),
    ("десят", _ADJECTIVE),
    *(
        (stem, _ADJECTIVE)
        for stem in ["одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат"]
    ),
    *((stem, _ADJECTIVE) for stem in ["семнадцат", "восемнадцат", "девятнадцат", "двадцат"]),
)
_LENGTHS = ("", "двух", "трех", "четырех", "пяти", "шести", "семи", "восьми", "девяти", "десяти")
_LONG = {15: "пятнадцати", 20: "двадцати", 30: "тридцати", 12: "двенадцати", 14: "четырнадцати"}
_SEASONS = (
    ("весн", "а ы е у ой ою", "весенн"),
    ("лет", "о а е у ом", "летн"),
    ("осен", "ь и ью ям", "осенн"),
    ("зим", "а ы е у ой ою", "зимн"),
)
_WEEKDAYS = (
    ("понедельник", " а у ом е и ам", "пн"),
    ("вторник", " а у ом е и ам", "вт"),
    ("сред", "а ы е у ой ам", "ср"),
    ("четверг", " а у ом е и ам", "чт"),
    ("пятниц", "а ы е у ей ам", "пт"),
    ("суббот", "а ы е у ой ам", "сб"),
    ("воскресень", "е я ю ем и ям", "вс"),
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_ROMAN |= {"п": 2, "ш": 3, "iу": 4, "l": 1, "ll": 2, "lll": 3, "lv": 4, "з": 3}  # as typed without Roman letters


def _inflected(stem: str, endings: str) -> list[str]:
    return [stem + ending for ending in endings.split(" ")]


_PLAIN: tuple[tuple[str | list[str], str, object], ...] = (
    ("квартал квартала кварталу квартале кварталом кварталы кварталов кварталам кварталах кв", "QUARTER", None),
    ("полугодие полугодия полугодию полугодии полугодием полугодий полугодиям полугодиях", "HALF_YEAR", None),
    ("полуг п/г пг полугод полгода", "HALF_YEAR", None),
    ([*_inflected("четверт", _SOFT_FEMININE), "четв"], "SCHOOL_QUARTER", None),
    ("год года году годом годе годы годов годам годах г гг лет", "YEAR_WORD", None),
    ([*_inflected("учебн", _ADJECTIVE), "уч", "учеб"], "SCHOOL", None),
    ("декада декады декаде декаду декадой декад декадах", "DECADE", None),
    (_inflected("половин", _FEMININE), "HALF", None),
    ("неделя недели неделе неделю неделей недель неделях неделям нед", "WEEK", None),
    ("месяц месяца месяцу месяце месяцем месяцы месяцев месяцам месяцах мес м-ц", "MONTH_WORD", None),
    ("день дня дню днем дне дни дней дням днями днях дн сутки суток сут", "DAY_WORD", None),
    ("час часа часу часов часам часы часами ч", "HOUR", None),
    ("минут минуты минута мин", "MINUTE", None),
    ("число числа числу числе числом чисел числам числах", "DAY_OF_MONTH", None),
    ("начало начала началу начале началом нач", "EDGE", Piece.START),
    ("середина середины середине середину серединой сер", "EDGE", Piece.MIDDLE),
    ("конец конца концу конце концом кон", "EDGE", Piece.END),
    ("период периода периоду периоде периодом сезон сезона сезону сезоне сезоном", "PERIOD_WORD", None),
    ("каникулы каникул каникулам каникулах каникулами", "HOLIDAYS", None),
    (_inflected("каникулярн", _ADJECTIVE), "HOLIDAYS", None),
    ("месячник месячника месячнике двухмесячник двухмесячника", "CAMPAIGN", None),
    ("срок срока сроку сроком сроки сроков сроках", "TERM_WORD", None),
    ("ежедневно ежесуточно каждодневно", "RHYTHM", Unit.DAY),
    ("еженедельно понедельно", "RHYTHM", Unit.WEEK),
    ("ежемесячно помесячно", "RHYTHM", Unit.MONTH),
    ("ежеквартально поквартально", "RHYTHM", Unit.QUARTER),
    ("ежеполугодно", "RHYTHM", Unit.HALF_YEAR),
    ("ежегодно", "RHYTHM", Unit.YEAR),
    (_inflected("кажд", _ADJECTIVE), "EACH", None),
    ("раз раза разы раз(а) р", "TIMES", None),
    ("дважды", "TWICE", 2),
    ("трижды", "TWICE", 3),
    ("постоянно систематически круглогодично непрерывно регулярно круглосуточно", "ONGOING", None),
    ("весь всего всю всей все всех всем всему целый", "ALL", None),
    ("текущий текущего текущему текущем текущим текущую текущей этот этого этом сего", "THIS", None),
    ("т.г с.г", "THIS_YEAR", None),
    (_inflected("следующ", _SOFT_ADJECTIVE + " ая ую"), "NEXT", None),
    (_inflected("отчетн", _ADJECTIVE), "REPORTED", None),
    (_inflected("истекш", _SOFT_ADJECTIVE), "REPORTED", None),
    ([*_inflected("рабоч", _SOFT_ADJECTIVE), "раб"], "WORKING", None),
    (_inflected("календарн", _ADJECTIVE), "CALENDAR", None),
    ("включительно", "INCLUSIVE", None),
    ("в во", "IN", None),
    ("на", "AT_THE", None),
    ("по", "ALONG", None),
    ("с со", "FROM", None),
    ("от", "OF", None),
    ("до", "TILL", None),
    ("к ко", "TO", None),
    ("за", "FOR", None),
    ("через спустя", "LATER", None),
    ("чем", "THAN", None),
    ("не", "NOT", None),
    ("и", "AND", None),
    ("а", "WHEREAS", None),
    ("но", "BUT", None),
    ("далее затем впоследствии", "THEN", None),
    ("перед накануне", "AHEAD", None),
    ("после", "LEAD_AFTER", None),
    ("при", "LEAD_AT", None),
    ("согласно согл", "LEAD_SCHEDULE", None),
    ("немедленно сразу незамедлительно", "AT_ONCE", None),
)


def _vocabulary() -> dict[str, Word]:  # noqa: C901  # one loop for each table
    words: dict[str, Word] = {}

    def add(forms: str | list[str], kind: str, value: object = None) -> None:
        word = Word(kind, value)
        for form in forms.split() if isinstance(forms, str) else forms:
            words.setdefault(form, word)

    for number, ((stem, endings), short) in enumerate(zip(_MONTHS, _SHORT_MONTHS, strict=True), 1):
        add(_inflected(stem, endings) + short.split(), "MONTH", number)
    for number, forms in [*enumerate(_CARDINALS, 1), *_TENS.items()]:
        add(forms, "CARDINAL", number)
    for number, (stem, endings) in enumerate(_ORDINALS, 1):
        add(_inflected(stem, endings), "ORDINAL", number)
    add(_inflected("последн", _SOFT_ADJECTIVE), "ORDINAL", -1)
    for roman, number in _ROMAN.items():
        add([roman], "ROMAN", number)
    for number, prefix in [*enumerate(_LENGTHS, 1), *_LONG.items()]:
        for stem, unit in (("дневн", "D"), ("недельн", "W"), ("месячн", "M"), ("суточн", "D"), ("часов", "H")):
            add(_inflected(prefix + stem, "ый ого ом ому ой"), "LENGTH", (number, unit))
    add(_inflected("годичн", "ый ого ом"), "LENGTH", (1, "Y"))
    for number, (noun, endings, adjective) in enumerate(_SEASONS, 1):
        add(_inflected(noun, endings), "SEASON", number)
        add(_inflected(adjective, _SOFT_ADJECTIVE), "SEASON_ADJECTIVE", number)
    for number, (stem, endings, short) in enumerate(_WEEKDAYS):
        add([*_inflected(stem, endings), short], "WEEKDAY", number)

    for word_forms, kind, value in _PLAIN:
        add(word_forms, kind, value)
    return words


WORDS = _vocabulary()

ABBREVIATED = frozenset(
    {form for forms in _SHORT_MONTHS for form in forms.split()}
    | {short for _, _, short in _WEEKDAYS}
    | {"г", "гг", "кв", "уч", "учеб", "полуг", "пг", "п/г", "четв", "нед", "мес", "дн", "ч", "мин", "р", "т.г", "с.г"}
    | {"полугод", "сут", "раб", "нач", "кон", "сер", "теч", "соотв", "согл", "необх", "м-ц"}
)
"""Words that take a full stop with them."""
WORDS |= {f"{form}.": WORDS[form] for form in ABBREVIATED if form in WORDS}

# Words that mean one thing together; the longest that fits is taken.
_PHRASES = {
    "в течение": "THROUGH",
    "в течении": "THROUGH",
    "в теч": "THROUGH",
    "на протяжении": "THROUGH",
    "не позднее": "NOT_LATER",
    "не позже": "NOT_LATER",
    "не ранее": "NOT_BEFORE",
    "не раньше": "NOT_BEFORE",
    "не реже": "AT_LEAST",
    "не менее": "AT_LEAST",
    "не более": "AT_MOST",
    "не чаще": "AT_MOST",
    "начиная с": "FROM",
    "в связи": "REASON",
    "а также": "AND",
    "в дальнейшем": "THEN",
    "в период": "DURING",
    "за период": "DURING",
    "на период": "DURING",
    "во время": "DURING",
    "на время": "DURING",
    "в ходе": "DURING",
    "в процессе": "DURING",
    "в дни": "DURING",
    "в рамках": "DURING",
    "по окончании": "LEAD_AFTER",
    "по окончанию": "LEAD_AFTER",
    "по завершении": "LEAD_AFTER",
    "по завершению": "LEAD_AFTER",
    "по истечении": "LEAD_AFTER",
    "по истечению": "LEAD_AFTER",
    "по итогам": "LEAD_AFTER",
    "по результатам": "LEAD_AFTER",
    "со дня": "LEAD_AFTER",
    "с даты": "LEAD_AFTER",
    "с момента": "LEAD_AFTER",
    "от даты": "LEAD_AFTER",
    "в день": "LEAD_AT",
    "в момент": "LEAD_AT",
    "одновременно с": "LEAD_AT",
    "в соответствии с": "LEAD_SCHEDULE",
    "в соответствие с": "LEAD_SCHEDULE",
    "в соответствии со": "LEAD_SCHEDULE",
    "в соотв с": "LEAD_SCHEDULE",
    "по мере": "DEMAND",
    "в случае": "DEMAND",
    "в случаях": "DEMAND",
    "при наличии": "DEMAND",
    "при необходимости": "DEMAND",
    "при необх": "DEMAND",
    "по необходимости": "DEMAND",
    "по потребности": "DEMAND",
    "по запросу": "DEMAND",
    "по запросам": "DEMAND",
    "по требованию": "DEMAND",
    "по требованиям": "DEMAND",
    "по заявке": "DEMAND",
    "по заявкам": "DEMAND",
    "по заявлению": "DEMAND",
    "по обращению": "DEMAND",
    "по обращениям": "DEMAND",
    "по факту": "DEMAND",
    "на постоянной основе": "ONGOING",
    "в постоянном режиме": "ONGOING",
    "круглый год": "ONGOING",
}
PHRASES: dict[tuple[str, str], list[tuple[list[str], str, str]]] = {}
"""By the first two words: the words after them, the kind, the whole; the longest first."""
for _text in sorted(_PHRASES, key=len, reverse=True):
    _first, _second, *_rest = _text.split()
    PHRASES.setdefault((_first, _second), []).append((_rest, _PHRASES[_text], _text))
SECOND_WORDS = frozenset(second for _, second in PHRASES)

DOCUMENTS = (
    "график",
    "план",
    "расписани",
    "приказ",
    "распоряжени",
    "положени",
    "программ",
    "циклограмм",
    "регламент",
    "карт",
    "договор",
    "контракт",
    "соглашени",
    "инструкц",
    "постановлени",
    "законодательств",
    "календар",
    "протокол",
    "поручени",
    "смет",
)
"""How the words begin that name a document which fixes dates."""

_LONG_ENOUGH = 4
"""Shorter words are not compared: too many others look like them."""


def suggestion(word: str) -> str | None:
    """Return the word of the vocabulary that *word* may be a misspelling of, if one is near."""
    return _near(word, _LONG_WORDS) if len(word) >= _LONG_ENOUGH else None


def near_date(word: str) -> bool:
    """Whether an unknown word may be a misspelt month, season or rhythm."""
    return len(word) >= _SHORTEST_NEAR and _near(word, _DATE_WORDS) is not None


def _near(word: str, forms: list[str]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415  # 3 ms that only a refusal or a label pays

    near = get_close_matches(word, forms, 1, 0.75) if len(word) <= _LONGEST else []
    return near[0] if near else None


def resembles_a_month(word: str) -> bool:
    """Whether an unknown word of six letters or more is one slip away from a month: a letter more, less or swapped."""
    return _LONG_MONTH <= len(word) <= _LONGEST and not _SLIPS.isdisjoint(_slips(word))


def _slips(word: str) -> set[str]:
    return {word, *[word[:at] + word[at + 1 :] for at in range(len(word))]}


_LONG_MONTH, _SHORTEST_NEAR = 6, 3
_LONGEST = max(map(len, WORDS)) + 2
_LONG_WORDS = [form for form in WORDS if form.isalpha() and len(form) >= _LONG_ENOUGH]
_DATE_WORDS = [
    form for form, word in WORDS.items() if word.kind in {"MONTH", "SEASON", "RHYTHM"} and len(form) >= _SHORTEST_NEAR
]
_SLIPS = {
    slip
    for form, word in WORDS.items()
    if word.kind == "MONTH" and len(form) >= _LONG_MONTH
    for slip in _slips(form)
    if len(slip) >= _LONG_MONTH - 1
}
