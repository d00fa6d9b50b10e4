"""The directory: who is meant, who acts for whom, and a people file that is wrong."""

from datetime import date

import pytest

from engine.errors import Level
from engine.people import Addressee
from engine.people_file import read_people

SCHOOLS = ["sosh-17", "sosh-7", "licey-8", "ozernovskaya-47"]

MEANT = [
    # the words of a cell, who answers (school: person)
    ("Муниципальная рабочая группа", [(None, "p-eskizov")]),  # Лысьва 1.1: a role with a holder
    ("Управление образования,", [(None, "p-uslovnova")]),  # Лысьва 2.2: the comma of the document
    ("муниципальный  КООРДИНАТОР", [(None, "p-shablonova")]),  # case and spaces do not matter
    ("руководитель МКУ «Управление образования»", [(None, "p-primerova")]),  # an alias
    ("Руководители ММО", [(None, "p-etalonova"), (None, "p-zadachnikov")]),  # Весьегонск 2.8: a list of people
    ("МБОУ Лицей № 8", [("licey-8", "p-zetova")]),  # a school answers through its head
    ("Типовая Ж. З.", [(None, "p-tipovaya")]),
    ("p-tipovaya", [(None, "p-tipovaya")]),
    ("Отдел связи", [(None, None)]),  # unknown words are still somebody's duty
    (
        "Руководители ОУ",  # Артём 8: no school has that role, the head stands for it
        list(zip(SCHOOLS, ["p-iksova", "p-igrekov", "p-zetova", "p-nektova"], strict=True)),
    ),
    (
        "школьные координаторы",  # Весьегонск 2.10: two schools name one
        list(zip(SCHOOLS, ["p-uchebnikova", "p-igrekov", "p-tetradkina", "p-nektova"], strict=True)),
    ),
]


@pytest.mark.parametrize(("words", "meant"), MEANT, ids=[row[0] for row in MEANT])
def test_the_words_of_a_cell_mean_people(directory, words, meant) -> None:
    assert [(one.school, one.person) for one in directory.addressees(words, None)] == meant


def test_a_measure_may_be_limited_to_some_schools(directory) -> None:
    found = directory.addressees("Руководители ОУ", ("licey-8", "no-such"))
    assert found == (Addressee("school-heads", "Руководители ОУ", "p-zetova", "licey-8", True),)  # noqa: FBT003


HOLDS = [
    ("Муниципальный координатор", "p-shablonova"),
    ("Отдел образования", "p-tipovaya"),
    ("МБОУ СОШ № 17", "p-iksova"),
    ("p-maketov", "p-maketov"),
    ("Руководители ОУ", None),  # a group is nobody alone
    ("Руководители ММО", None),
    ("Никто", None),
    (None, None),
]


@pytest.mark.parametrize(("words", "person"), HOLDS)
def test_a_holder_is_one_person_or_none(directory, words, person) -> None:
    holder = directory.holder(words)
    assert (holder.id if holder else None) == person


# --- substitutes

ACTING = [
    # whom, on, who acts
    ("p-maketov", date(2021, 6, 30), "p-maketov"),
    ("p-maketov", date(2021, 7, 1), "p-obraztsova"),  # both ends belong to the period
    ("p-maketov", date(2021, 7, 28), "p-obraztsova"),
    ("p-maketov", date(2021, 7, 29), "p-maketov"),
    ("p-maketov", date(2021, 7, 15), "p-primerova"),  # the substitute is away too
    ("p-primerova", date(2021, 7, 20), "p-obraztsova"),  # all three are away: a ring stops before it closes
    ("p-tipovaya", date(2021, 7, 20), "p-tipovaya"),  # a substitute for herself is none
    ("p-nobody", date(2021, 7, 20), None),
]
AWAY = {
    "    email: maketov@example.org\n": (
        "    email: maketov@example.org\n"
        "    substitute: [{person: p-obraztsova, from: 2021-07-01, to: 2021-07-28, basis: отпуск}]\n"
    ),
    "    email: obraztsova@example.org\n": (
        "    email: obraztsova@example.org\n    substitute: [{person: p-primerova, from: 2021-07-10, to: 2021-07-20}]\n"
    ),
    "    email: primerova@example.org\n": (
        "    email: primerova@example.org\n    substitute: [{person: p-maketov, from: 2021-07-20, to: 2021-07-20}]\n"
    ),
    "    email: tipovaya@example.org\n": (
        "    email: tipovaya@example.org\n    substitute: [{person: p-tipovaya, from: 2021-07-01, to: 2021-07-31}]\n"
    ),
}


@pytest.mark.parametrize(("whom", "day", "acts"), ACTING)
def test_a_substitute_acts_in_the_period(people, whom, day, acts) -> None:
    acting = people(AWAY).acting(whom, day)
    assert (acting.id if acting else None) == acts


# --- a file that is wrong

WRONG = """\
people:
  - {id: a, name: Аверина А. А., email: не-адрес, timezone: Mars/Base,
     substitute: [{person: zz, from: 2021-02-01, to: 2021-01-01}]}
  - {id: a, name: Борин Б. Б.}
  - {id: b, name: аверина  А. А, phone: "1"}
  - {id: 7, name: Вольнов В. В.}
  - {id: "a|b", name: Гущин Г. Г.}
roles:
  - {id: r, title: Роль, holder: nobody, group: schools}
  - {id: b, title: Ещё роль, group: [a, ghost]}
  - {id: empty, title: Пустая}
schools:
  - {id: s, name: Школа, head: "7", roles: {тьютор: a}}
units:
  - {id: u, title: роль, head: a}
отделы: []
"""
CLASH = "название «{}» уже занято записью «{}»: срок получил бы не тот человек"


def test_everything_wrong_with_a_people_file_is_found_in_one_run() -> None:
    directory, problems = read_people(WRONG, "people.yaml")
    assert {one.level for one in problems} == {Level.ERROR}
    assert {one.file for one in problems} == {"people.yaml"}
    assert [(one.line, one.code, one.message) for one in problems] == [
        (
            2,
            "unknown-zone",
            "часового пояса «Mars/Base» нет: запишите имя IANA, например Asia/Yekaterinburg или Europe/Moscow",
        ),
        (2, "wrong-address", "«не-адрес» не похоже на адрес почты: исправьте его"),
        (3, "unknown-person", "человека «zz» нет в разделе people: добавьте его"),
        (3, "wrong-period", "замещение кончается (01.01.2021) раньше, чем начинается (01.02.2021)"),
        (4, "duplicate-id", "id «a» занят дважды: оставьте один"),
        (5, "duplicate-name", CLASH.format("аверина  А. А", "people/a")),
        (5, "unknown-key", "неизвестный ключ «phone»: такого поля нет, проверьте написание"),
        (6, "wrong-type", "«id»: нужна строка, возьмите значение в кавычки"),
        (7, "wrong-type", "«id»: недопустимые знаки, запишите иначе"),
        (9, "unknown-person", "человека «nobody» нет в разделе people: добавьте его"),
        (9, "wrong-role", "роль «Роль»: укажите одно из двух, holder или group"),
        (10, "duplicate-name", CLASH.format("b", "people/b")),
        (10, "unknown-person", "человека «ghost» нет в разделе people: добавьте его"),
        (11, "wrong-role", "роль «Пустая»: укажите одно из двух, holder или group"),
        (13, "unknown-role", "роли «тьютор» нет в разделе roles: запишите id роли"),
        (15, "duplicate-name", CLASH.format("роль", "roles/r")),
        (16, "unknown-key", "неизвестный ключ «отделы»: такого раздела нет, проверьте написание"),
    ]
    assert set(directory.people) == {"a", "b"}  # what can be read is returned


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- a\n", 1, "файл людей должен содержать разделы people, roles, schools, units"),
        ("people: {a: b}\n", 1, "раздел people должен быть списком"),
        ("people:\n  - Аверина А. А.\n", 2, "«people»: нужен раздел с ключами, а не одно значение"),
        ("people:\n  - {id: a}\n", 2, "нет обязательного ключа «name»: допишите его"),
        (
            "people:\n  - {id: a, name: б, channels: [mail, telegramm, 'ntfy://server/topic', max]}\n",
            2,
            "канала «telegramm» нет: есть mail, telegram, max и адреса служб вида ntfy://сервер/тема",
        ),
        ('people:\n  - {id: a, name: "б\\u2066в"}\n', 2, "в значении невидимый управляющий знак U+2066: удалите его"),
        (f"people:\n  - {{id: {'a' * 81}, name: б}}\n", 2, "«id»: длиннее 80 знаков"),
        ("roles:\n  - {id: a, title: б, group: all}\n", 2, "«group»: допускается только «schools»"),
        (
            "people:\n  - {id: a, name: б, substitute: [{person: a, from: 2021-02-29, to: 2021-03-01}]}\n",
            2,
            "такой даты нет: 2021-02-29",
        ),
    ],
)
def test_a_people_file_of_the_wrong_form_is_refused(text, line, message) -> None:
    _, problems = read_people(text, "people.yaml")
    assert [(one.line, one.message) for one in problems] == [(line, message)]


# --- silence


def silenced(person: str, *periods: str, substitute: str = "") -> dict[str, str]:
    """An edit of the example people that silences *person* from … to …, and lets somebody act for him in June 2021."""
    email = f"    email: {person.removeprefix('p-')}@example.org\n"
    said = ", ".join(f"{{from: {one.split()[0]}, to: {one.split()[1]}}}" for one in periods)
    acting = f"    substitute: [{{person: {substitute}, from: 2021-06-01, to: 2021-06-30}}]\n" if substitute else ""
    return {email: f"{email}    silence: [{said}]\n{acting}"}


JUNE = "2021-06-16 2021-06-20"
SILENT = [
    # who is silenced, asked of whom, on which day, until when he is told nothing
    (silenced("p-eskizov", JUNE), "p-eskizov", "2021-06-15", None),
    (silenced("p-eskizov", JUNE), "p-eskizov", "2021-06-16", "2021-06-20"),
    (silenced("p-eskizov", JUNE), "p-eskizov", "2021-06-20", "2021-06-20"),  # both days are inside
    (silenced("p-eskizov", JUNE), "p-eskizov", "2021-06-21", None),
    (silenced("p-eskizov", JUNE), "p-maketov", "2021-06-18", None),
    (silenced("p-eskizov", JUNE, "2021-06-18 2021-06-25"), "p-eskizov", "2021-06-18", "2021-06-25"),  # the later end
    (silenced("p-eskizov", JUNE, "2021-06-21 2021-06-25"), "p-eskizov", "2021-06-17", "2021-06-20"),
    (silenced("p-eskizov", JUNE, substitute="p-maketov"), "p-eskizov", "2021-06-18", None),  # who acts for him hears
    (silenced("p-eskizov", "2021-07-01 2021-07-05", substitute="p-maketov"), "p-eskizov", "2021-07-02", "2021-07-05"),
    (silenced("p-eskizov", JUNE), None, "2021-06-18", None),
    (silenced("p-eskizov", JUNE), "p-nobody", "2021-06-18", None),
]


@pytest.mark.parametrize(("who", "person", "day", "until"), SILENT)
def test_a_silence_has_an_end(people, who, person, day, until) -> None:
    end = people(who).silent_to(person, date.fromisoformat(day))
    assert end == (date.fromisoformat(until) if until else None)


def test_a_silenced_substitute_silences_what_goes_to_him(people) -> None:
    edits = silenced("p-maketov", JUNE) | silenced("p-eskizov", "2021-01-01 2021-01-02", substitute="p-maketov")
    assert people(edits).silent_to("p-eskizov", date(2021, 6, 18)) == date(2021, 6, 20)
