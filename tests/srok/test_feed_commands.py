"""`srok feed …`: an address is shown once; lists show whose it is; refusals say what to do."""

import re
import sqlite3

ADDRESS = re.compile(r"http://127\.0\.0\.1:8321/calendar/([A-Za-z0-9_-]{32})\.ics")


def test_an_address_is_shown_once_and_by_no_list(office) -> None:
    made = office("feed", "add", "--scope", "official", "--of", "Условнова Д. Е.", "--alarm", "3", "--alarm", "1")
    assert made.code == 0
    token = ADDRESS.search(made.out)[1]  # type: ignore[index]
    assert "Адрес больше нигде не показывается: кто его знает, тот видит этот календарь." in made.out
    assert "Открывается только на этом компьютере: чтобы открывали и другие, задайте SROK_PUBLIC_URL." in made.out
    listed = office("feed", "list")
    assert re.fullmatch(
        r"[a-z2-7]{8}  official p-uslovnova  «Сроки: Условнова Д. Е.»  edges, напоминания за 1, 3 дн.; "
        r"ещё не открывалась\n",
        listed.out,
    )
    (row,) = office("feed", "list", "--json").json
    assert (row["scope"], row["of"], row["style"], row["alarms"], row["used_on"], row["revoked_at"]) == (
        "official", "p-uslovnova", "edges", [1, 3], None, None,
    )  # fmt: skip
    with sqlite3.connect(office.home / "srok.db") as connection:
        assert token not in "\n".join(connection.iterdump())


def test_json_is_the_id_and_the_address(office) -> None:
    public = {"SROK_PUBLIC_URL": "https://srok.example.org/office"}
    made = office("feed", "add", "--scope", "plan", "--of", "lysva-2021", "--name", "Лысьва", "--json", **public).json
    assert set(made) == {"id", "url"}
    assert re.fullmatch(r"https://srok\.example\.org/office/calendar/[\w-]{32}\.ics", made["url"])
    board = office("feed", "add", "--scope", "board", "--name", "Экран", "--json", **public).json
    assert re.fullmatch(r"https://srok\.example\.org/office/board/[\w-]{32}", board["url"])
    assert [one["name"] for one in office("feed", "list", "--json").json] == ["Лысьва", "Экран"]
    assert "board  «Экран»  страница; ещё не открывалась\n" in office("feed", "list").out


def test_another_address_and_an_end(office) -> None:
    made = office("feed", "add", "--scope", "all", "--json").json
    again = office("feed", "rotate", made["id"], "--json").json
    assert (again["id"], again["url"] != made["url"]) == (made["id"], True)
    ended = office("feed", "revoke", made["id"])
    assert ended.out == (
        f"Подписка {made['id']} отозвана. Адрес больше не открывается. Календарные программы прежних событий сами не "
        "убирают: попросите владельца удалить подписку у себя.\n"
    )
    assert re.search(r"; отозвана \d\d\.\d\d\.\d{4}\n", office("feed", "list").out)
    for deed in ("rotate", "revoke"):
        done = office("feed", deed, made["id"])
        said = f"Ошибка: подписка «{made['id']}» уже отозвана: заведите новую (srok feed add)\n"
        assert (done.code, done.err) == (5, said)


REFUSED = [
    (("--scope", "person"), 5, "такого календаря нет: «person»; есть official, role, school, controller, plan, all"),
    (("--scope", "plan", "--of", "x"), 5, "плана «x» нет в базе (есть: lysva-2021); сначала srok sync"),
    (("--scope", "board", "--of", "x"), 5, "плана «x» нет в базе (есть: lysva-2021); сначала srok sync"),
    ((), 5, "чей календарь? укажите --of: id человека, роли, школы или плана"),
    (("--scope", "all", "--style", "x"), 2, "такого вида нет: «x»; есть edges и bar"),
    (("--scope", "all", "--alarm", "0"), 2, "--alarm"),
]


def test_what_is_not_known_is_refused_and_nothing_is_given(office) -> None:
    for given, code, said in REFUSED:
        done = office("feed", "add", *given)
        assert done.code == code
        assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", done.err).split())
    assert office("feed", "list").out == "Подписок нет: первую даёт srok feed add\n"


def test_a_calendar_of_every_scope_is_written(office, tmp_path) -> None:
    for scope, of in (
        ("official", "p-uslovnova"), ("controller", "p-uslovnova"), ("plan", "lysva-2021"), ("all", None),
        ("role", "Управление образования"), ("school", "sosh-17"),
    ):  # fmt: skip
        done = office(
            "feed", "export", "--scope", scope, *(["--of", of] if of else []), "-o", tmp_path / f"{scope}.ics"
        )
        assert done.code == 0, done.err
        assert (tmp_path / f"{scope}.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
