"""`srok people check`: who would not be reached, and what to do about it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from engine.calendar import WorkCalendar
from engine.errors import Level
from engine.office import Office
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan
from flows.rehearsal import planned
from srok.people_check import Gap, Installed, gaps
from tests.srok.conftest import PLANS

TODAY = date(2021, 6, 15)
INSTALLED = Installed("p-a", {"telegram", "max"})
TWO = """
people:
  - {id: p-a, name: Азбукина А. А., email: a@example.org%s}
  - {id: p-b, name: Букварёв Б. Б., email: b@example.org%s}
  - {id: p-c, name: Ведомый В. В., email: c@example.org}
roles:
  - {id: r-a, title: Контролёр, holder: p-a}
"""


def read(text: str) -> Directory:
    directory, problems = read_people(text, "people.yaml")
    assert problems == []
    return directory


def found(directory: Directory, installed: Installed = INSTALLED, plans=()) -> list[Gap]:
    return list(gaps(directory, plans, installed, TODAY))


def office_of(directory: Directory, edits: dict[str, str] | None = None) -> Office:
    text = (PLANS / "lysva-2021.yaml").read_text(encoding="utf-8")
    for before, after in (edits or {}).items():
        assert before in text
        text = text.replace(before, after)
    roadmap, _ = read_plan(text, "lysva-2021", None)
    assert roadmap is not None
    return Office(roadmap, directory, WorkCalendar(roadmap.rules))


def example() -> str:
    return (PLANS / "people.example.yaml").read_text(encoding="utf-8")


def test_the_example_people_reach_everybody_the_five_plans_name() -> None:
    directory = read(example())
    plans = []
    for file in PLANS.glob("*-20*.yaml"):
        roadmap, _ = read_plan(file.read_text(encoding="utf-8"), file.name, directory)
        assert roadmap is not None
        plans.append((Office(roadmap, directory, WorkCalendar(roadmap.rules)), []))
    assert len(plans) == 5
    assert found(directory, Installed("p-primerova", frozenset()), plans) == []


PEOPLE = [
    # what stands at p-a, at p-b; code, level, whose, the sentence
    (
        ", channels: [telegram, mail]",
        "",
        Gap(
            "no-account", Level.FINDING, "p-a", None,
            "Азбукина А. А.: выбран Telegram, но он не привязан и сообщения идут другим путём: привяжите его "
            "(srok people link) или впишите telegram в people.yaml",
        ),
    ),
    (
        ", substitute: [{person: p-b, from: 2021-06-10, to: 2021-06-20}]",
        ", substitute: [{person: p-c, from: 2021-06-18, to: 2021-06-25}]",
        Gap(
            "substitute-absent", Level.FINDING, "p-a", None,
            "Азбукина А. А.: замещающий Букварёв Б. Б. сам отсутствует с 18.06.2021 по 25.06.2021, письма пойдут: "
            "Ведомый В. В.; назначьте другого (srok substitute)",
        ),
    ),
    (
        ", substitute: [{person: p-b, from: 2021-06-10, to: 2021-06-20}]",
        ", silence: [{from: 2021-06-01, to: 2021-06-30}]",
        Gap(
            "substitute-absent", Level.FINDING, "p-a", None,
            "Азбукина А. А.: замещающий Букварёв Б. Б. сам не получает сообщений с 01.06.2021 по 30.06.2021, письма "
            "пойдут: никому до конца этого срока; назначьте другого (srok substitute)",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "gap"), PEOPLE)
def test_a_gap_of_the_directory_is_named(first, second, gap) -> None:
    assert found(read(TWO % (first, second))) == [gap]


OVER = [
    # the absences of p-a and p-b do not meet, or are over
    (
        ", substitute: [{person: p-b, from: 2021-06-10, to: 2021-06-20}]",
        ", substitute: [{person: p-c, from: 2021-06-21, to: 2021-06-25}]",
    ),
    (
        ", substitute: [{person: p-b, from: 2021-05-10, to: 2021-06-14}]",
        ", silence: [{from: 2021-05-01, to: 2021-07-01}]",
    ),
]


@pytest.mark.parametrize(("first", "second"), OVER)
def test_absences_that_do_not_meet_are_no_gap(first, second) -> None:
    assert found(read(TWO % (first, second))) == []


def test_who_answers_for_something_and_has_no_address_is_an_error_others_a_finding() -> None:
    text = (TWO % ("", "")).replace(", email: a@example.org", "").replace(", email: c@example.org", "")
    first, second = found(read(text))
    assert (first.code, first.level, first.person) == ("no-address", Level.ERROR, "p-a")
    assert first.message == "Азбукина А. А. (Контролёр): нет адреса, письма не уйдут: впишите email в people.yaml"
    assert (second.code, second.level, second.person) == ("no-address", Level.FINDING, "p-c")


def test_a_head_of_a_school_without_an_address_is_an_error() -> None:
    text = example().replace("    email: vymyslova@example.org\n", "")
    (gap,) = found(read(text), Installed("p-primerova", frozenset()))
    assert (gap.code, gap.level, gap.person) == ("no-address", Level.ERROR, "p-vymyslova")
    assert "руководитель: " in gap.message


def test_a_messenger_without_a_token_is_an_error() -> None:
    text = TWO % (', telegram: "1", channels: [telegram, mail]', "")
    (gap,) = found(read(text), Installed("p-a", frozenset()))
    assert (gap.code, gap.level) == ("no-token", Level.ERROR)
    assert gap.message == (
        "Азбукина А. А.: выбран Telegram, а он не настроен: задайте SROK_TELEGRAM_TOKEN или уберите канал"
    )
    assert found(read(text)) == []


@pytest.mark.parametrize(("owner", "code"), [(None, "no-owner"), ("p-x", "unknown-owner")])
def test_an_owner_who_is_nobody_is_named(owner, code) -> None:
    assert [one.code for one in found(read(TWO % ("", "")), Installed(owner, frozenset()))] == [code]


def test_words_of_a_plan_that_nobody_holds_are_named_once_with_their_numbers() -> None:
    directory = read(example())
    office = office_of(directory, {"Управление образования": "Управление просвещения"})
    gaps_found = found(directory, Installed("p-primerova", frozenset()), [(office, [])])
    (gap,) = [one for one in gaps_found if one.code == "unknown-responsible"]
    assert (gap.level, gap.plan) == (Level.FINDING, "lysva-2021")
    assert gap.message.startswith("план lysva-2021: «Управление просвещения» (п. 1.2, п. 2.1, п. ")
    assert gap.message.endswith(
        "и др.) — в справочнике нет такого человека: допишите роль или название в people.yaml; "
        "пока это получает Макетов В. Г."
    )


def test_where_nobody_stands_in_it_is_an_error() -> None:
    directory = read("people: []\n")
    levels = {one.code: one.level for one in found(directory, INSTALLED, [(office_of(directory), [])])}
    assert levels["unknown-responsible"] is Level.ERROR
    assert levels["unknown-controller"] is Level.ERROR


def test_a_silence_over_a_due_day_without_a_substitute_is_named() -> None:
    silence = "    silence: [{from: 2021-08-20, to: 2021-09-05}]\n"
    email = "    email: uslovnova@example.org\n"
    directory = read(example().replace(email, email + silence))
    office = office_of(directory)
    cases = planned(office, datetime(2021, 6, 1, tzinfo=office.zone))
    (gap,) = found(directory, Installed("p-primerova", frozenset()), [(office, cases)])
    assert (gap.code, gap.person, gap.plan) == ("silent-over-due", "p-uslovnova", "lysva-2021")
    assert gap.message.startswith("Условнова Д. Е.: молчание по 05.09.2021 закрывает сроки (п. 2.1 — 31.08.2021, ")
    assert gap.message.endswith(
        "а замещающего нет: назначьте его (srok substitute) — иначе первое письмо придёт после него"
    )
    acting = "    substitute: [{person: p-maketov, from: 2021-08-20, to: 2021-09-05}]\n"
    covered = read(example().replace(email, email + silence + acting))
    office = office_of(covered)
    assert found(covered, Installed("p-primerova", frozenset()), [(office, cases)]) == []


def test_the_command_says_it_in_words_and_in_json_and_leaves_with_its_code(office) -> None:
    done = office("people", "check", SROK_OWNER="p-primerova")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].endswith("; до всех доходит.")
    people = office.home / "people.yaml"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("    email: vymyslova@example.org\n", ""), encoding="utf-8")
    done = office("people", "check", "--json", SROK_OWNER="p-primerova")
    assert done.code == 3
    assert [one["code"] for one in done.json["problems"]] == ["no-address"]
    assert set(done.json["problems"][0]) == {"code", "level", "person", "plan", "message"}
    people.write_text(text.replace("    holder: ", "    holder: p-nobody-", 1), encoding="utf-8")
    done = office("people", "check", SROK_OWNER="p-primerova")
    assert done.code == 3
    assert "ошибка: people.yaml, строка " in done.out
    people.unlink()
    done = office("people", "check")
    assert (done.code, done.err[:24]) == (3, "Ошибка: нет файла людей ")


def test_without_a_database_the_directory_alone_is_checked(cli) -> None:
    done = cli.people()("people", "check")
    assert done.code == 0
    assert "[no-owner]" in done.out
    assert not (cli.home / "srok.db").exists()
