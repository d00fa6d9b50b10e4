"""A read deadline in standard Russian, which reads back to the same terms."""

from __future__ import annotations

from engine.deadline.terms import (
    EACH_MONTH,
    LAST,
    LAST_MONTH,
    NEXT_YEAR,
    NO_WEEKDAY,
    THIS_YEAR,
    Between,
    By,
    Deadline,
    EventBound,
    Heading,
    On,
    OnDemand,
    Ongoing,
    Part,
    Period,
    Piece,
    Relation,
    Rhythm,
    Schedule,
    Since,
    Term,
    Unit,
)

MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
GENITIVE_MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_SEASONS = (("весна", "весны"), ("лето", "лета"), ("осень", "осени"), ("зима", "зимы"))
_SEASON_PERIODS = ("весенний период", "летний период", "осенний период", "зимний период")
_WEEKDAYS = ["понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям"]
_COUNTED = {
    Unit.QUARTER: ("{} квартал", "{} квартала"),
    Unit.HALF_YEAR: ("{} полугодие", "{} полугодия"),
    Unit.SCHOOL_HALF: ("{} учебное полугодие", "{} учебного полугодия"),
    Unit.SCHOOL_QUARTER: ("{} четверть", "{} четверти"),
}
_PIECES = {
    Piece.DECADE: ("{}-я декада", "{}-й декады"),
    Piece.WEEK: ("{}-я неделя", "{}-й недели"),
    Piece.HALF: ("{}-я половина", "{}-й половины"),
    Piece.START: ("начало", "начала"),
    Piece.MIDDLE: ("середина", "середины"),
    Piece.END: ("конец", "конца"),
}
_LAST_PIECES = {Piece.WEEK: ("последняя неделя", "последней недели"), Piece.DAY: ("последний день", "последнего дня")}
_RHYTHMS = {
    Unit.DAY: "ежедневно",
    Unit.WEEK: "еженедельно",
    Unit.MONTH: "ежемесячно",
    Unit.QUARTER: "ежеквартально",
    Unit.HALF_YEAR: "1 раз в полугодие",
    Unit.SCHOOL_QUARTER: "1 раз в четверть",
    Unit.YEAR: "ежегодно",
}
_IN = {
    Unit.DAY: ("день", "дня", "дней"),
    Unit.WEEK: ("неделю", "недели", "недель"),
    Unit.MONTH: ("месяц", "месяца", "месяцев"),
    Unit.QUARTER: ("квартал", "квартала", "кварталов"),
    Unit.HALF_YEAR: ("полугодие", "полугодия", "полугодий"),
    Unit.SCHOOL_QUARTER: ("четверть", "четверти", "четвертей"),
    Unit.YEAR: ("год", "года", "лет"),
}
_REPORTED = {Unit.QUARTER: " кварталом", Unit.HALF_YEAR: " полугодием"}
_ACCUSATIVE = {
    "BD": ("рабочий день", "рабочих дня", "рабочих дней"),
    "D": ("день", "дня", "дней"),
    "W": ("неделю", "недели", "недель"),
    "M": ("месяц", "месяца", "месяцев"),
    "Y": ("год", "года", "лет"),
    "H": ("час", "часа", "часов"),
}
_GENITIVES = {
    "BD": ("рабочего дня", "рабочих дней", "рабочих дней"),
    "D": ("дня", "дней", "дней"),
    "W": ("недели", "недель", "недель"),
    "M": ("месяца", "месяцев", "месяцев"),
    "Y": ("года", "лет", "лет"),
    "H": ("часа", "часов", "часов"),
}
_FEMININE_WEEKDAYS, _SUNDAY = frozenset({2, 4, 5}), 6
_ELEVEN = 11
_NTH_WEEKDAYS = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"]
_NTH_WEEKDAYS_GENITIVE = ["понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья"]


def canonical(deadline: Deadline) -> str:
    """The deadline as it is best written; ``parse_deadline`` of it gives the same terms."""
    written = ""
    for term in deadline.terms:
        written += canonical_term(term) + (": " if isinstance(term, Heading) else "; ")
    return written[:-2]


def canonical_term(term: Term) -> str:
    """One term as it is best written."""
    match term:
        case Heading(text):
            return text
        case Rhythm():
            return _rhythm(term)
        case Ongoing(period):
            return _ongoing(period)
        case Schedule(lead, ref):
            return f"{lead} {ref}" if lead else f"в {ref}"
        case EventBound():
            return _event(term)
        case OnDemand(lead, condition):
            return f"{lead} {condition}"
        case _:
            return _item(term)


def _item(item: On | Between | By | Since) -> str:
    match item:
        case On(period):
            return _period(period)
        case Between(first, last) if first.unit is Unit.YEAR:
            return f"{_year_number(first)} – {_year_number(last)} годы"
        case Between(first, last) if first.unit is Unit.SCHOOL_YEAR:
            return f"с {_period(first, 1)} по {_period(last)}"
        case Between(first, last):
            return f"{_period(first, with_year=first.year != last.year)} – {_period(last)}"
        case Since(period):
            return f"с {_period(period, 1)}"
        case By(period, before):
            return _by(period, before=before)


def _by(period: Period, *, before: bool) -> str:
    if before:
        return f"до {_period(period, 1)}"
    if period.part is None:
        return f"до конца {_period(period, 1)}"
    if period.part.piece in {Piece.DAY, Piece.MIDDLE}:
        return f"до {_period(period, 1)}"
    return f"не позднее {_period(period, 1)}"


def _period(period: Period, case: int = 0, *, with_year: bool = True) -> str:
    """The period in the nominative (0) or genitive (1)."""
    year = _year(period) if with_year else ""
    number = period.number
    match period.unit:
        case Unit.MONTH:
            return _month(period, case) + year + _weekday_beside(period)
        case Unit.SEASON:
            return _SEASONS[number - 1][case] + year
        case Unit.SCHOOL_YEAR:
            word = ("учебный год", "учебного года")[case]
            return f"{period.year}-{period.year + 1} {word}" if period.year is not None else word
        case Unit.YEAR if period.year is None:
            return ("год", "года")[case]
        case Unit.YEAR:
            if period.year in {THIS_YEAR, NEXT_YEAR}:
                return (("текущий год", "текущего года"), ("следующий год", "следующего года"))[period.year][case]
            return f"{period.year} {('год', 'года')[case]}"
        case unit:
            return _COUNTED[unit][case].format(number) + year


def _month(period: Period, case: int) -> str:
    part = period.part
    names = (MONTHS, GENITIVE_MONTHS)
    if part is None:
        return names[case][period.number - 1] if period.number > 0 else ("месяц", "месяца")[case]
    of = f" {GENITIVE_MONTHS[period.number - 1]}" if period.number > 0 else ""
    if period.number == LAST_MONTH:
        of = " последнего месяца квартала"
    if part.piece is Piece.WEEKDAY:
        name = (_NTH_WEEKDAYS, _NTH_WEEKDAYS_GENITIVE)[case][part.weekday]
        return f"{_nth_weekday(part, case)} {name}{of or ' месяца'}"
    if part.number == LAST:
        return f"{_LAST_PIECES[part.piece][case]}{of}"
    if part.piece is Piece.DAY:
        return f"{part.number}{of}" if period.number > 0 else f"{part.number} числа{of}"
    return f"{_PIECES[part.piece][case].format(part.number)}{of}"


def _weekday_beside(period: Period) -> str:
    part = period.part
    if part is None or part.piece is not Piece.DAY or part.weekday == NO_WEEKDAY:
        return ""
    return f" ({_NTH_WEEKDAYS[part.weekday]})"


def _nth_weekday(part: Part, case: int) -> str:
    gender = 1 if part.weekday in _FEMININE_WEEKDAYS else 2 if part.weekday == _SUNDAY else 0
    last = (("последний", "последняя", "последнее"), ("последнего", "последней", "последнего"))[case][gender]
    ending = (("й", "я", "е"), ("го", "й", "го"))[case][gender]
    return last if part.number == LAST else f"{part.number}-{ending}"


def _year(period: Period) -> str:
    return f" {_year_number(period)} года" if period.year is not None else ""


def _year_number(period: Period) -> str:
    known = {THIS_YEAR: "текущего", NEXT_YEAR: "следующего"}
    return known.get(period.year or 0, str(period.year))


def _rhythm(rhythm: Rhythm) -> str:
    words = "" if rhythm.implied else _beat(rhythm)
    if rhythm.weekdays:
        words += f" по {', '.join(_WEEKDAYS[day] for day in rhythm.weekdays)}"
    if rhythm.implied:
        words += _items(rhythm)
    elif rhythm.items and rhythm.unit is not Unit.SEASON:
        opens = ": " if rhythm.following or any(_ends(item).number < 1 for item in rhythm.items) else " ("
        words += opens + _items(rhythm) + (")" if opens == " (" else "")
    if rhythm.following:
        reported = _REPORTED.get(rhythm.unit, "")
        words += " года, следующего за отчетным" if rhythm.unit is Unit.YEAR else f", следующего за отчетным{reported}"
    match rhythm.bound:
        case None:
            return words
        case Ongoing(None):
            return f"{words} в течение периода"
        case bound:
            return f"{canonical_term(bound)}, {words}"


def _items(rhythm: Rhythm) -> str:
    """The days of a rhythm; those that name no month are of each month."""
    written = [(_item(item), _ends(item)) for item in rhythm.items]
    each = [
        words if last.number != EACH_MONTH or words.endswith("месяца") else f"{words} месяца" for words, last in written
    ]
    return ", ".join(
        words if last.unit is Unit.MONTH else plain for words, (plain, last) in zip(each, written, strict=True)
    )


def _ends(item: On | Between | By) -> Period:
    return item.last if isinstance(item, Between) else item.period


def _beat(rhythm: Rhythm) -> str:
    if rhythm.unit is Unit.SEASON:
        (item,) = rhythm.items
        return f"{_times(rhythm)} в {_SEASON_PERIODS[_ends(item).number - 1]}"
    if rhythm.every > 1:
        return f"{_times(rhythm)} в {_counted(rhythm.every, _IN[rhythm.unit])}"
    if rhythm.times is None:
        return _RHYTHMS[rhythm.unit]
    return f"{_times(rhythm)} в {_IN[rhythm.unit][0]}"


def _times(rhythm: Rhythm) -> str:
    least, most = rhythm.times or (1, 1)
    counted = _counted(most, ("раз", "раза", "раз"))
    return counted if least == most else f"{least}-{counted}"


def _ongoing(period: Period | None) -> str:
    if period is None:
        return "постоянно"
    if period.unit is Unit.YEAR and period.year == THIS_YEAR:
        return "в течение текущего года"
    return f"в течение {_period(period, 1)}"


def _event(term: EventBound) -> str:
    event = f"{term.lead} {term.event}".strip()
    if term.offset is None or term.lead == "накануне":
        return event
    hours = term.offset.startswith("PT")
    number = "".join(filter(str.isdigit, term.offset))
    unit = "H" if hours else term.offset[1 + len(number) :]
    if term.lead == "за днем":
        return f"не позднее {'рабочего ' if unit == 'BD' else ''}дня, следующего {event}"
    if term.relation is Relation.BEFORE:
        return f"за {_counted(int(number), _ACCUSATIVE[unit])} {event}"
    return f"в течение {_counted(int(number), _GENITIVES[unit])} {event}".strip()


def _counted(number: int, words: tuple[str, str, str]) -> str:
    """The number with its noun: «1 неделю», «2 недели», «5 недель»."""
    if number % 10 == 1 and number % 100 != _ELEVEN:
        return f"{number} {words[0]}"
    if number % 10 in {2, 3, 4} and number % 100 // 10 != 1:
        return f"{number} {words[1]}"
    return f"{number} {words[2]}"
