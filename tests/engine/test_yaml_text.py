"""YAML files that are broken, odd or hostile."""

from datetime import date
from decimal import Decimal

import pytest

from engine.errors import Level
from engine.yaml_text import MAX_CHARS, load_yaml

ODD_SIGNS = "файл не читается как YAML: в нём есть недопустимые знаки"
BROKEN = "файл не читается как YAML в этом месте: проверьте отступы, кавычки и двоеточия"
TOO_MUCH = "слишком много вложенных или повторённых значений: так план не пишут"
BOMB = "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED = [
    # what, text, line, code, message
    ("empty", "", None, "yaml", "файл пуст"),
    ("only a comment", "# план\n", None, "yaml", "файл пуст"),
    ("an open bracket", "plan: [1\nmeasures: 2\n", 2, "yaml", BROKEN),
    ("a tab", "plan:\n\tid: x\n", 2, "yaml", BROKEN),
    ("an open quote", 'plan: "x\n', 2, "yaml", BROKEN),
    ("two documents", "a: 1\n---\nb: 2\n", 2, "yaml", BROKEN),
    ("an alias of nothing", "a: *b\n", 1, "yaml", BROKEN),
    ("a NUL", "a: 1\nb: \x00\n", 2, "yaml", ODD_SIGNS),
    ("3 MB", "a: " + "x" * 3_000_000, None, "too-large", f"файл длиннее {MAX_CHARS} знаков: разделите его"),
    ("an alias bomb", BOMB, 1, "too-large", TOO_MUCH),
    ("an alias of itself", "a: &a [*a]\n", 1, "too-large", TOO_MUCH),
    ("21 levels", "- " * 21 + "x\n", 1, "too-large", TOO_MUCH),
    ("100000 brackets", "[" * 100_000, None, "too-large", TOO_MUCH),
    ("20000 braces", "{a: " * 20_000, None, "too-large", TOO_MUCH),
]


@pytest.mark.parametrize(("text", "line", "code", "message"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_text_that_cannot_be_read_is_refused_with_its_line(text, line, code, message) -> None:
    read = load_yaml(text, "plan.yaml")
    assert read.data is None
    assert [(one.file, one.line, one.code, one.level, one.message) for one in read.problems] == [
        ("plan.yaml", line, code, Level.ERROR, message)
    ]


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("!!python/object/apply:os.system [id]", "tag:yaml.org,2002:python/object/apply:os.system"),
        ("!!python/object:os.environ {x: 1}", "tag:yaml.org,2002:python/object:os.environ"),
        ("!!python/name:os.system ''", "tag:yaml.org,2002:python/name:os.system"),
        ("!!set {x}", "tag:yaml.org,2002:set"),
        ("!!binary aGk=", "tag:yaml.org,2002:binary"),
        ("!own x", "!own"),
        ("!own [x]", "!own"),
    ],
)
def test_a_tag_is_refused_on_any_value(value, tag) -> None:
    read = load_yaml(f"a: 1\nb: {value}\n", "plan.yaml")
    assert [(one.line, one.code, one.message) for one in read.problems] == [
        (2, "yaml", f"метка «{tag}» не допускается: запишите простое значение")
    ]


UNSEEN = [
    # as written between double quotes, the sign that is named
    (r"\a", "U+0007"),
    (r"\r", "U+000D"),
    (r"\x7f", "U+007F"),
    (r"\N", "U+0085"),
    (r"\u202a", "U+202A"),
    ("\u202e", "U+202E"),
    ("\u2066", "U+2066"),
    (r"\u2069", "U+2069"),
    (r"\n\t", None),
    (r"\u200b\u2029", None),
]


@pytest.mark.parametrize(("written", "sign"), UNSEEN)
@pytest.mark.parametrize("place", ['b: "а{}б"', 'b: ["а{}б"]', '"b{}": а'])
def test_a_control_character_is_refused_in_any_scalar(place, written, sign) -> None:
    read = load_yaml(f"a: 1\n{place.format(written)}\n", "plan.yaml")
    said = [(2, "unseen-character", f"в значении невидимый управляющий знак {sign}: удалите его")]
    assert [(one.line, one.code, one.message) for one in read.problems] == (said if sign else [])


def test_every_key_written_twice_is_named_and_the_first_one_stands() -> None:
    read = load_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n", "plan.yaml")
    assert read.data == {"a": 1, "b": {"c": 1}}
    assert [(one.line, one.message) for one in read.problems] == [
        (2, "ключ «c» записан дважды: оставьте один"),
        (3, "ключ «a» записан дважды: оставьте один"),
    ]


def test_values_are_read_as_written() -> None:
    days = "day: 2021-06-21, no_day: 2021-06-31, at: 2021-06-21 10:00"
    assert load_yaml(f"{{n: 2.10, i: 010, odd: 1_000, on: yes, t: true, z: ~, {days}}}", "plan.yaml").data == {
        "n": Decimal("2.10"),  # the № stays 2.10 in the message that refuses it
        "i": 10,
        "day": date(2021, 6, 21),
        "no_day": "2021-06-31",
        "odd": "1_000",
        "on": "yes",
        "t": True,
        "z": None,
        "at": "2021-06-21 10:00",
    }


def test_an_anchor_given_twice_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    read = load_yaml("a: &x 1\nb: &x 2\nc: *x\n", "plan.yaml")
    assert (read.data, read.problems, list(recwarn)) == ({"a": 1, "b": 2, "c": 2}, [], [])


def test_a_place_without_a_line_has_that_of_the_nearest_thing_around_it() -> None:
    read = load_yaml("plan:\n  id: x\n  horizon:\n    from: 1\n", "plan.yaml")
    assert [read.line(path) for path in [("plan", "horizon", "to"), ("plan", "zone"), ("measures",)]] == [3, 1, 1]


def test_what_is_done_to_a_text_that_was_read_is_not_seen_by_who_reads_it_again() -> None:
    text = "measures: [{id: 1, roles: [a, b]}]\n"
    first = load_yaml(text, "one.yaml")
    first.data["measures"][0]["roles"].append("c")
    first.lines.clear()
    first.blame((), "yaml", "x")
    again = load_yaml(text, "two.yaml")
    assert (again.file, again.data) == ("two.yaml", {"measures": [{"id": 1, "roles": ["a", "b"]}]})
    assert (again.problems, again.line(("measures", 0, "roles"))) == ([], 1)
