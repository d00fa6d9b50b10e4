"""Short names for the terms that tables of cells are made of."""

from engine.deadline import Between, By, Item, On, Ongoing, Part, Period, Piece, Rhythm, Since, Unit


def month_period(number: int, year: int | None = None) -> Period:
    return Period(Unit.MONTH, number, year)


def day_period(day: int, month: int = 0, year: int | None = None) -> Period:
    """Day of a month; month 0 is one that the cell does not name."""
    return Period(Unit.MONTH, month, year, Part(Piece.DAY, day))


def year_period(number: int) -> Period:
    return Period(Unit.YEAR, 0, number)


def month(number: int, year: int | None = None) -> On:
    return On(month_period(number, year))


def months(first: int, last: int, year: int | None = None) -> Between:
    return Between(month_period(first, year), month_period(last, year))


def day(number: int, month: int = 0, year: int | None = None) -> On:
    return On(day_period(number, month, year))


def days(first: tuple[int, int], last: tuple[int, int], year: int | None = None) -> Between:
    """From day and month to day and month."""
    return Between(day_period(*first, year), day_period(*last, year))


def by(number: int, month: int = 0, year: int | None = None) -> By:
    """Not later than a day."""
    return By(day_period(number, month, year))


def piece(kind: Piece, number: int, month: int, year: int | None = None) -> Period:
    """A piece of a month: «3-я декада», «начало»."""
    return Period(Unit.MONTH, month, year, Part(kind, number))


def counted(unit: Unit, number: int, year: int | None = None) -> On:
    """Once in a quarter, half-year, season, school quarter of that number."""
    return On(Period(unit, number, year))


def year(number: int) -> On:
    return On(year_period(number))


def years(first: int, last: int) -> Between:
    return Between(year_period(first), year_period(last))


def since(number: int, month: int, year: int | None = None) -> Since:
    return Since(day_period(number, month, year))


def all_year(number: int | None = None) -> Ongoing:
    return Ongoing(Period(Unit.YEAR, 0, number))


def school_year(number: int | None = None) -> Ongoing:
    """All through the school year that begins in that year."""
    return Ongoing(Period(Unit.SCHOOL_YEAR, 0, number))


def yearly(*items: Item) -> Rhythm:
    return Rhythm(Unit.YEAR, items=items)


def monthly(*items: Item) -> Rhythm:
    return Rhythm(Unit.MONTH, items=items)


def quarterly(*items: Item) -> Rhythm:
    return Rhythm(Unit.QUARTER, items=items)
