"""Six measures of the road maps, each from its line in plans/*.yaml to the words its official reads."""

import email
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest

from engine.settings import Settings, load_settings
from engine.store import queries
from engine.store.events import EventAct, EventDeed, decide_event
from engine.store.installation import load_people, open_store
from flows.passes import pass_over
from srok.syncing import sync_files

PLANS = Path(__file__).parents[2] / "plans"
LYSVA = (
    "План: Дорожная карта по реализации Концепции региональной системы объективности процедур оценки качества "
    "образования и олимпиад школьников в Лысьвенском городском округе на 2021-2024 гг."
)
ARTEM = (
    "План: План мероприятий («дорожная карта») по повышению объективности оценочных процедур "
    "в общеобразовательных учреждениях Артемовского городского округа на 2020-2021 уч. год (приказ № 218 от 14.10.2020)"
)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    shutil.copy(PLANS / "people.example.yaml", tmp_path / "people.yaml")
    return load_settings(home=tmp_path)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def sync(home: Settings, name: str, measure: str, now: datetime) -> None:
    """Sync a plan of which only *measure* is left."""
    head, *blocks = re.split(r"(?m)^(?=  - id: \"?\d)", (PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
    plan = home.home / f"{name}.yaml"
    plan.write_text(head + "".join(one for one in blocks if one.startswith(f'  - id: "{measure}"')), encoding="utf-8")
    sync_files([plan], home, now, "test")


def live(home: Settings, until: datetime) -> None:
    """Make a pass a day for the fortnight before *until*, and one then."""
    people = load_people(home)
    with open_store(home) as store:
        for days in range(14, -1, -1):
            pass_over(store, people, home, until - timedelta(days=days))


def letters(home: Settings, key: str) -> list[Any]:
    """The letters whose key begins with *key*: occurrence | reference | … | rung."""
    found = [
        email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in (home.home / "mail").glob("*.eml")
    ]
    return sorted((one for one in found if re.match(key, one["X-Srok-Key"])), key=lambda one: one["To"])


def said(letter: Any) -> list[str]:
    """What a letter says between the greeting and how to answer, without empty lines."""
    lines = letter.get_body(("plain",)).get_content().splitlines()
    return [line for line in lines if line][1:-1]


def test_a_named_day(home):
    """Лысьва 1.1 «До 21 июня 2021»: a Monday."""
    sync(home, "lysva-2021", "1.1", at(2021, 1, 1, 4))
    live(home, at(2021, 6, 16, 4))
    (letter,) = letters(home, r"lysva-2021/1\.1/1\|working-group\|r0\|-5d\|")
    assert letter["To"] == '"Эскизов Л. М." <eskizov@example.org>'
    assert letter["Subject"] == (
        "Осталось 5 дней: п. 1.1 «Разработка плана мероприятий по реализации Концепции региональной системы…», "
        "срок 21.06.2021"
    )
    assert said(letter) == [
        "ОСТАЛОСЬ 5 ДНЕЙ",
        (
            "п. 1.1 «Разработка плана мероприятий по реализации Концепции региональной системы объективности процедур "
            "оценки качества образования и олимпиад школьников»"
        ),
        "Вы ответственный исполнитель. Напоминаем о сроке. Отчитайтесь, когда сделано.",
        "Срок: 21.06.2021 (понедельник)",
        "Срок в плане: «До 21 июня 2021» (01.01.2021 – 21.06.2021)",
        "Что считается исполнением: План мероприятий",
        "Ответственный исполнитель: Муниципальная рабочая группа (Эскизов Л. М.)",
        LYSVA,
    ]


def test_a_range(home):
    """Лысьва 1.2 «Август-сентябрь 2021»: 25.09.2021, five days before, is a Saturday, so Friday speaks."""
    sync(home, "lysva-2021", "1.2", at(2021, 6, 1, 4))
    live(home, at(2021, 9, 24, 4))
    (letter,) = letters(home, r"lysva-2021/1\.2/1\|upravlenie\|r0\|-5d\|")
    assert letter["To"] == '"Условнова Д. Е." <uslovnova@example.org>'
    assert said(letter) == [
        "ОСТАЛОСЬ 6 ДНЕЙ",
        (
            "п. 1.2 «Разработка и утверждение критериев и показателей системы объективности процедур оценки качества "
            "образования и олимпиад школьников на школьном и муниципальном уровне»"
        ),
        "Вы ответственный исполнитель. Напоминаем о сроке. Отчитайтесь, когда сделано.",
        "Срок: 30.09.2021 (четверг)",
        "Срок в плане: «Август-сентябрь 2021» (01.08.2021 – 30.09.2021)",
        "Что считается исполнением: Утверждена система критериев и показателей",
        "Ответственный исполнитель: Управление образования (Условнова Д. Е.)",
        LYSVA,
    ]


def test_a_month_end_on_a_day_off(home):
    """Артём № 1 «Октябрь 2020»: 31.10.2020 is a Saturday, so the Friday before counts; the letter says both."""
    sync(home, "artem-2020", "1", at(2020, 10, 14, 0))
    live(home, at(2020, 10, 30, 0))
    (letter,) = letters(home, r"artem-2020/1/1\|deputy-head\|r0\|due\|")
    assert letter["To"] == '"Образцова Б. В." <obraztsova@example.org>'
    assert said(letter) == [
        "СРОК СЕГОДНЯ",
        (
            "п. 1 «Разработка и утверждение локального нормативного акта об утверждении муниципальной системы оценки "
            "качества образования»"
        ),
        "Вы ответственный исполнитель. Сегодня последний день. Отчитайтесь, когда сделано.",
        "Срок: 30.10.2020 (пятница); 31.10.2020 — выходной",
        "Срок в плане: «Октябрь 2020» (01.10.2020 – 31.10.2020)",
        "Ответственный исполнитель: Заместитель начальника управления образования (Образцова Б. В.)",
        ARTEM,
    ]


YEARLY = [
    (1, at(2021, 6, 30, 4), "Срок: 30.06.2021 (среда)", "(01.06.2021 – 30.06.2021)"),
    (2, at(2021, 8, 31, 4), "Срок: 31.08.2021 (вторник)", "(01.08.2021 – 31.08.2021)"),
    (3, at(2022, 6, 30, 4), "Срок: 30.06.2022 (четверг)", "(01.06.2022 – 30.06.2022)"),
    (
        8, at(2024, 8, 30, 4), "Срок: 30.08.2024 (пятница); 31.08.2024 — выходной",
        "(01.08.2024 – 31.08.2024)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("number", "day", "due", "window"), YEARLY)
def test_twice_a_year(home, number, day, due, window):
    """Лысьва 2.4 «Ежегодно Июнь, август»: eight terms in four years, each with letters of its own."""
    sync(home, "lysva-2021", "2.4", at(2021, 1, 1, 4))
    live(home, day)
    (letter,) = letters(home, rf"lysva-2021/2\.4/{number}\|upravlenie\|r0\|due\|")
    assert letter["To"] == '"Условнова Д. Е." <uslovnova@example.org>'
    assert said(letter) == [
        "СРОК СЕГОДНЯ",
        (
            "п. 2.4 «Проведение совещаний по результатам мониторинга объективности результатов оценочных процедур "
            "и олимпиад школьников»"
        ),
        "Вы ответственный исполнитель. Сегодня последний день. Отчитайтесь, когда сделано.",
        due,
        f"Срок в плане: «Ежегодно Июнь, август» {window}",
        "Что считается исполнением: Анализ и рекомендации",
        "Ответственный исполнитель: Управление образования (Условнова Д. Е.)",
        LYSVA,
    ]


CONTINUOUS = [
    (1, at(2021, 1, 20, 0), "Срок: 20.01.2021 (среда); отчёт за 2020 год — до 20 января", "(01.09.2020 – 31.12.2020)"),
    (2, at(2021, 8, 31, 0), "Срок: 31.08.2021 (вторник)", "(01.01.2021 – 31.08.2021)"),
]


@pytest.mark.parametrize(("number", "day", "due", "window"), CONTINUOUS)
def test_a_whole_school_year(home, number, day, due, window):
    """Артём № 5 «в течение учебного года»: a report by 20 January over the new year, and one at the end."""
    sync(home, "artem-2020", "5", at(2020, 10, 14, 0))
    live(home, day)
    (letter,) = letters(home, rf"artem-2020/5/{number}\|tsentr-obrazovaniya\|r0\|due\|")
    assert letter["To"] == '"Модельнов З. И." <modelnov@example.org>'
    assert said(letter) == [
        "СРОК СЕГОДНЯ",
        (
            "п. 5 «Проведение семинаров, совещаний и иных мероприятий по вопросам управления качеством образования "
            "на основе объективных результатов оценочных процедур»"
        ),
        "Вы ответственный исполнитель. Сегодня последний день. Отчитайтесь, когда сделано.",
        due,
        f"Срок в плане: «в течение учебного года» {window}",
        "Ответственный исполнитель: МБУО Центр образования (Модельнов З. И.)",
        ARTEM,
    ]


TITLE = (
    "п. 3.3 «Организация контроля при проведении оценочных процедур, проверки работ, загрузки результатов на сайт "
    "в соответствии со сроками и порядком проведения»"
)


def set_dates(
    home: Settings, event: str, start: date, end: date, now: datetime, deed: EventDeed = EventDeed.SET
) -> None:
    with open_store(home) as store, store.writing() as session:
        office = queries.office(queries.plan(session, "yeniseysk-2023"), load_people(home), None)
        act = EventAct(deed, "p-shablonova", "test", start, end, "приказ № 119")
        decide_event(session, office, event, act, now)


def test_bound_to_an_event(home):
    """Енисейск 3.3 «В период проведения оценочных процедур»: silence until the event has dates, then its own ladder."""
    sync(home, "yeniseysk-2023", "3.3", at(2023, 11, 8, 3))
    live(home, at(2024, 2, 12, 2))
    assert letters(home, r"yeniseysk-2023/3\.3/") == []

    set_dates(home, "ocenochnye-procedury-2024", date(2024, 3, 4), date(2024, 5, 17), at(2024, 2, 13, 2))
    live(home, at(2024, 3, 4, 2))
    opening = letters(home, r"yeniseysk-2023/3\.3/1\|school-heads\|sosh-7\|r1\|opening\|")
    assert [one["To"] for one in opening] == ['"Игреков С. Т." <igrekov@example.org>']
    assert said(opening[0])[:-1] == [
        "ПОРУЧЕНИЕ",
        TITLE,
        "Вы ответственный исполнитель. Начинается срок исполнения.",
        "Срок: 17.05.2024 (пятница); осталось 74 дня",
        "Срок в плане: «В период проведения оценочных процедур» (04.03.2024 – 17.05.2024)",
        "Что считается исполнением: Предупреждение необъективности при проведении оценочных процедур",
        "Школа: МКОУ СОШ № 7",
        "Ответственный исполнитель: Руководители ОУ",
    ]

    set_dates(home, "ocenochnye-procedury-2024", date(2024, 3, 4), date(2024, 5, 24), at(2024, 4, 3, 3), EventDeed.MOVE)
    live(home, at(2024, 4, 3, 4))
    (moved,) = letters(home, r"yeniseysk-2023/3\.3/1\|school-heads\|sosh-7\|r2\|moved\|")
    assert said(moved)[:6] == [
        "СРОК ИЗМЕНЁН",
        TITLE,
        "Вы ответственный исполнитель. Действует новый срок, прежний отменён.",
        "Срок: 24.05.2024 (пятница); осталось 51 день",
        "Прежний срок: 17.05.2024",
        "Основание: приказ № 119",
    ]
    live(home, at(2024, 5, 24, 2))
    due = letters(home, r"yeniseysk-2023/3\.3/1\|school-heads\|[a-z0-9-]+\|r2\|due\|")
    assert [one["To"].split('"')[1] for one in due] == [
        "Зетова Т. У.",
        "Игреков С. Т.",
        "Иксова Р. С.",
        "Нектова У. Ф.",
    ]
    assert "Срок: 24.05.2024 (пятница)" in said(due[0])
