"""Inputs on which published parsers give a wrong day without a word, and exactly what srok says.

The peers were run on the deadline cells of the five plans; the comment says what they answered.
"""

from datetime import date

import pytest

from engine.calendar import Horizon, resolve
from engine.deadline import DeadlineError, parse_deadline

SCHOOL_YEAR = Horizon(date(2020, 9, 1), date(2021, 8, 31))
FOUR_YEARS = Horizon(date(2021, 1, 1), date(2024, 12, 31))


def dated(*windows: tuple[str | None, str]) -> list[dict[str, object]]:
    return [{"kind": "dated", "windows": [list(window) for window in windows]}]


def continuous(first: str, last: str) -> list[dict[str, object]]:
    return [{"kind": "continuous", "windows": [[first, last]]}]


READS = [
    # hors: 2023-01-01T13:12, it reads 01.12 as a time of day
    ("до 01.12.2023", FOUR_YEARS, dated((None, "2023-12-01"))),
    # hors: March 2022; dateparser's search: March 2021; the glued «г» kills the year
    ("март 2024г.", FOUR_YEARS, dated(("2024-03-01", "2024-03-31"))),
    # chrono, dateparser: November 2020 and December 2021; hors: ValueError
    ("Ноябрь - декабрь 2021", SCHOOL_YEAR, dated(("2021-11-01", "2021-12-31"))),
    # hors, dateparser's search, metadate: the whole of 2021; natasha: July alone
    ("Февраль-июль 2021", SCHOOL_YEAR, dated(("2021-02-01", "2021-07-31"))),
    # Duckling: 2020-03..2021-04; hors, dateparser: March 2020
    (
        "Октябрь 2020 Март - Апрель 2021г.",
        SCHOOL_YEAR,
        dated(("2020-10-01", "2020-10-31"), ("2021-03-01", "2021-04-30")),
    ),
    # Duckling: 2020-09..2021-10, twelve months too long
    ("Сентябрь-октябрь 2021 г.", SCHOOL_YEAR, dated(("2021-09-01", "2021-10-31"))),
    # HeidelTime: 2022-05..2021-06, the end before the start; chrono: May 2022 and June 2021
    (
        "Ежегодно Май-июнь",
        FOUR_YEARS,
        [
            {
                "kind": "recurring",
                "freq": "yearly",
                "windows": [[f"{year}-05-01", f"{year}-06-30"] for year in range(2021, 2025)],
            }
        ],
    ),
    # chrono: the year 4040, «in 2020 years»
    ("на 2020 год", SCHOOL_YEAR, dated(("2020-01-01", "2020-12-31"))),
    # chrono: the year 4041
    ("2020-2021 год", SCHOOL_YEAR, continuous("2020-09-01", "2021-08-31")),
    # HeidelTime, Duckling: 2021-01-01..2022-12-31; metadate: 2022
    ("2021-2022 уч. год", SCHOOL_YEAR, continuous("2021-09-01", "2022-08-31")),
    # chrono: a calendar year; rutimeparser: ValueError
    ("в течение учебного года", SCHOOL_YEAR, continuous("2020-09-01", "2021-08-31")),
    # timesense: 2020-09-25, month and year both dropped
    ("не позднее 25 декабря 2023 года", SCHOOL_YEAR, dated((None, "2023-12-25"))),
    # timesense: 2020-12-31, the year dropped
    ("до конца декабря 2023 года", SCHOOL_YEAR, dated((None, "2023-12-31"))),
    # timesense: nothing, but «в октябре 2020» is read
    ("Октябрь 2020", SCHOOL_YEAR, dated(("2020-10-01", "2020-10-31"))),
    ("в октябре 2020", SCHOOL_YEAR, dated(("2020-10-01", "2020-10-31"))),
    # natasha: 20 March alone; timesense: today
    ("15-20 марта 2024 г.", SCHOOL_YEAR, dated(("2024-03-15", "2024-03-20"))),
    # chrono, dateparser, Duckling, timesense, hors: ten days from today, the event is lost
    (
        "в течение 10 дней после получения результатов",
        SCHOOL_YEAR,
        [{"kind": "event", "relation": "after", "offset": "P10D", "event": "получения результатов"}],
    ),
    # Pullenti: the whole of 2024
    ("весна 2024 г.", SCHOOL_YEAR, dated(("2024-03-01", "2024-05-31"))),
    # yargy: September alone
    ("Август сентябрь 2021", SCHOOL_YEAR, dated(("2021-08-01", "2021-08-31"), ("2021-09-01", "2021-09-30"))),
    # dateparser: «с» is a second
    ("с 12 января по 30 апреля", SCHOOL_YEAR, dated(("2021-01-12", "2021-04-30"))),
    # chrono's refiner for ranges swaps the ends
    ("дек. – февр. 2015", SCHOOL_YEAR, dated(("2014-12-01", "2015-02-28"))),
]


@pytest.mark.parametrize(("cell", "horizon", "parts"), READS, ids=[row[0] for row in READS])
def test_what_others_read_wrongly_is_read(cell: str, horizon: Horizon, parts: list[dict[str, object]]) -> None:
    assert [part.as_json() for part in resolve(parse_deadline(cell), horizon).parts] == parts


DOUBTED = ["на 2020 год", "2020-2021 год", "дек. – февр. 2015"]


@pytest.mark.parametrize(("cell", "horizon", "_parts"), READS, ids=[row[0] for row in READS])
def test_only_what_is_ambiguous_is_doubted(cell: str, horizon: Horizon, _parts: object) -> None:
    assert bool(resolve(parse_deadline(cell), horizon).doubts) == (cell in DOUBTED)


def test_what_hangs_another_parser_is_refused() -> None:
    with pytest.raises(DeadlineError):
        parse_deadline("с 2 до 5")  # hors
