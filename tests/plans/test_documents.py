"""The five plans hold their documents word for word, and the example directory knows everyone they name."""

import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.people import Directory
from engine.people_file import read_people

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "tests" / "documents"

# plan, measures, deadlines, horizon, zone
PLANS = [
    ("artem-2020", 18, 18, date(2020, 9, 1), date(2021, 8, 31), "Asia/Vladivostok"),
    ("vesyegonsk-2020", 24, 24, date(2020, 9, 1), date(2021, 8, 31), "Europe/Moscow"),
    ("kislovodsk-2021", 13, 1, date(2021, 3, 12), date(2021, 12, 31), "Europe/Moscow"),
    ("lysva-2021", 14, 14, date(2021, 1, 1), date(2024, 12, 31), "Asia/Yekaterinburg"),
    ("yeniseysk-2023", 17, 17, date(2023, 9, 1), date(2024, 8, 31), "Asia/Krasnoyarsk"),
]
NAMES = [row[0] for row in PLANS]

# document: the columns of its table, as fields of a measure
COLUMNS = {
    "artem-2020": ("number", "title", "deadline", "responsible"),
    "vesyegonsk-2020": ("number", "title", "deadline", "responsible", "result"),
    "lysva-2021": ("number", "title", "responsible", "deadline", "result"),
    "yeniseysk-2023": ("number", "title", "result", "deadline", "responsible"),
}

# words of a responsible cell that the plan splits otherwise than word by word: as printed, as listed
RESPONSIBLE_EXCEPTIONS = [
    # Весьегонск 1.3, 2.10, 2.14, 3.2: one noun for two roles
    ("Муниципальный и школьные координаторы", "Муниципальный координатор школьные координаторы"),
    # Весьегонск 1.2: what stands after «Контроль:» are controllers
    (" Контроль: общественные наблюдатели специалисты Отдела образования", ""),
]

# the first pattern found in a cell is its kind
KINDS = [
    ("date and event", r"а также в период"),
    ("event", r"период|По мере"),
    ("schedule", r"график|План|план"),
    ("annual", r"Ежегодно"),
    ("exact date", r"[Дд]о \d"),
    ("two dates", r"\d{4} ?г?\.? [А-Я]"),
    ("school year", r"уч\. год|учебного года"),
    ("within the year", r"течение года"),
    ("continuous", r"Постоянно|Круглогодично"),
    ("year span", r"^\d{4} ?[-–]"),
    ("month range", r"[а-я] ?- ?[А-Яа-я]"),
    ("month", r"[а-я] \d{4}"),
]

KIND_COUNTS = [
    ("artem-2020", {"month": 11, "month range": 2, "school year": 3, "within the year": 1, "schedule": 1}),
    (
        "vesyegonsk-2020",
        {
            "month": 6,
            "month range": 1,
            "two dates": 4,
            "date and event": 1,
            "year span": 4,
            "within the year": 2,
            "continuous": 2,
            "schedule": 3,
            "event": 1,
        },
    ),
    ("kislovodsk-2021", {"exact date": 1}),
    ("lysva-2021", {"month": 1, "month range": 3, "exact date": 1, "annual": 9}),
    ("yeniseysk-2023", {"month": 5, "exact date": 1, "two dates": 1, "school year": 1, "schedule": 2, "event": 7}),
]


@cache
def plan_file(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / "plans" / f"{name}.yaml")


def collapsed(text: str) -> str:
    return " ".join(text.split())


def document(name: str) -> str:
    return (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")


def table_rows(name: str) -> list[tuple[str | None, list[str]]]:
    """Return section and cells of each measure; a line whose first cell is empty continues the row before it."""
    lines = [[collapsed(cell) for cell in line.split("\t")] for line in document(name).splitlines() if "\t" in line]
    header, section, rows = lines[0], None, list[tuple[str | None, list[str]]]()
    for cells in lines:
        if cells == header:
            continue
        if not any(cells[1:]):
            section = re.sub("</?b>", "", cells[0])
        elif cells[0]:
            rows.append((section, cells + [""] * (len(header) - len(cells))))
        else:
            rows[-1][1][:] = [collapsed(f"{one} {more}") for one, more in zip(rows[-1][1], cells, strict=True)]
    return rows


def test_the_five_plans_hold_86_measures() -> None:
    assert sum(len(plan_file(name)["measures"]) for name in NAMES) == 86


def test_73_table_cells_and_one_clause_carry_a_deadline() -> None:
    assert sum("deadline" in measure for name in NAMES for measure in plan_file(name)["measures"]) == 73 + 1


@pytest.mark.parametrize(("name", "measures", "deadlines", "start", "end", "zone"), PLANS)
def test_a_plan_has_its_measures_horizon_and_zone(
    name: str, measures: int, deadlines: int, start: date, end: date, zone: str
) -> None:
    data = plan_file(name)
    plan = data["plan"]
    assert (plan["id"], plan["source"], plan["timezone"]) == (name, f"{name}.txt", zone)
    assert (plan["horizon"]["from"], plan["horizon"]["to"]) == (start, end)
    assert len(data["measures"]) == measures
    assert sum("deadline" in measure for measure in data["measures"]) == deadlines


@pytest.mark.parametrize("name", NAMES)
def test_the_head_of_a_plan_quotes_its_document(name: str) -> None:
    text = collapsed(document(name)).casefold()
    plan = plan_file(name)["plan"]
    assert plan["title"].casefold() in text.replace("*", "")
    order = plan.get("order", {"date": None})
    if order["date"]:
        printed = f"{order['date']:%d.%m.%Y}"
        assert all(str(one).casefold() in text for one in [printed, *(order[key] for key in order if key != "date")])


@pytest.mark.parametrize("name", NAMES)
def test_measure_ids_are_unique_strings(name: str) -> None:
    ids = [measure["id"] for measure in plan_file(name)["measures"]]
    assert all(isinstance(one, str) for one in ids)
    assert len(set(ids)) == len(ids)


def test_an_id_of_a_table_with_restarting_numbers_carries_its_section() -> None:
    for measure in plan_file("vesyegonsk-2020")["measures"]:
        task = measure["section"].removeprefix("Задача ")[0]
        assert measure["id"] == f"{task}.{measure['number']}"


@pytest.mark.parametrize("name", COLUMNS)
def test_a_row_of_the_table_is_a_measure_word_for_word(name: str) -> None:
    rows = table_rows(name)
    measures = plan_file(name)["measures"]
    assert len(measures) == len(rows)
    for measure, (section, cells) in zip(measures, rows, strict=True):
        printed = dict(zip(COLUMNS[name], cells, strict=True))
        assert measure.get("section") == section
        assert measure.get("number", measure["id"]) == printed["number"].rstrip(".")
        assert measure["title"] == printed["title"]
        assert measure["deadline"] == printed["deadline"]
        assert measure.get("result", "") == printed.get("result", "")
        assert " ".join(measure["responsible"]) == responsible_words(printed["responsible"])


def responsible_words(cell: str) -> str:
    words = cell.replace(",", "")
    for printed, listed in RESPONSIBLE_EXCEPTIONS:
        words = words.replace(printed, listed)
    return words


def test_a_clause_of_the_kislovodsk_order_is_a_measure_word_for_word() -> None:
    text = document("kislovodsk-2021")
    clauses = re.findall(r"^([1-3]\.\d|4)\. (.+)$", text, re.MULTILINE)
    measures = plan_file("kislovodsk-2021")["measures"]
    assert [(measure["id"], measure["title"]) for measure in measures] == clauses
    for measure in measures:
        assert measure["clause"] == f"п. {measure['id']}"
        assert "section" not in measure or f"\n{measure['section']}:\n" in text


def test_the_one_date_of_the_kislovodsk_order_stands_in_clause_1_2() -> None:
    dated = {one["id"]: one for one in plan_file("kislovodsk-2021")["measures"] if "deadline" in one}
    assert list(dated) == ["1.2"]
    assert dated["1.2"]["title"].startswith(dated["1.2"]["deadline"] + " ")


def test_the_parts_of_yeniseysk_2_3_make_up_its_cells() -> None:
    measure = next(one for one in plan_file("yeniseysk-2023")["measures"] if one["id"] == "2.3")
    assert " - ".join(part["title"] for part in measure["sub"]) == measure["title"]
    assert " ".join(part["deadline"] for part in measure["sub"]) == measure["deadline"]
    assert measure["sub"][1]["schools"] == ["ozernovskaya-47"]


@pytest.mark.parametrize(("name", "counts"), KIND_COUNTS)
def test_deadline_cells_are_of_the_kinds_counted_in_the_document(name: str, counts: dict[str, int]) -> None:
    cells = [measure["deadline"] for measure in plan_file(name)["measures"] if "deadline" in measure]
    assert Counter(kind_of(cell) for cell in cells) == counts


def kind_of(cell: str) -> str:
    return next(kind for kind, pattern in KINDS if re.search(pattern, cell))


def test_findings_are_russian_sentences() -> None:
    for name in NAMES:
        for measure in plan_file(name)["measures"]:
            for finding in measure.get("findings", []):
                assert re.fullmatch(r"[«А-ЯЁ].+\.", finding), (name, measure["id"], finding)


def test_events_without_a_date_in_their_document_have_none() -> None:
    dated = {
        event["id"]: (event.get("start"), event.get("end"))
        for name in NAMES
        for event in plan_file(name).get("events", [])
    }
    assert dated == {
        "vpr-2021": (date(2021, 3, 15), date(2021, 5, 21)),
        "vpr-2024": (date(2024, 3, 1), date(2024, 5, 17)),
        "ocenochnye-procedury-2024": (None, None),
        "osnovnoy-period-vpr": (None, None),
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_event_cell_names_an_event_of_its_plan(name: str) -> None:
    data = plan_file(name)
    phrases = [phrase for event in data.get("events", []) for phrase in event["phrases"]]
    for measure in data["measures"]:
        if kind_of(measure.get("deadline", "Постоянно")) in {"event", "date and event"}:
            on_demand = measure["deadline"].startswith("По мере")
            assert on_demand or any(measure["deadline"].endswith(phrase) for phrase in phrases)


@pytest.fixture(scope="module")
def directory() -> Directory:
    path = ROOT / "plans" / "people.example.yaml"
    found, problems = read_people(path.read_text(encoding="utf-8"), path.name)
    assert problems == []
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_responsible_is_found_in_the_example_directory(name: str, directory: Directory) -> None:
    for measure in plan_file(name)["measures"]:
        for reference in measure["responsible"]:
            addressees = directory.addressees(reference, measure.get("schools"))
            assert addressees, (measure["id"], reference)
            assert all(one.person for one in addressees), (measure["id"], reference)


@pytest.mark.parametrize("name", NAMES)
def test_issuer_and_controllers_are_single_people_of_the_example_directory(name: str, directory: Directory) -> None:
    data = plan_file(name)
    named = [data["plan"][key] for key in ("issuer", "controller", "deputy_head") if key in data["plan"]]
    named += [measure["controller"] for measure in data["measures"] if "controller" in measure]
    assert [one for one in named if directory.holder(one) is None] == []


def test_schools_named_by_measures_stand_in_the_example_directory(directory: Directory) -> None:
    known = {school.id for school in directory.schools}
    for name in NAMES:
        for measure in plan_file(name)["measures"]:
            for part in [measure, *measure.get("sub", [])]:
                assert known.issuperset(part.get("schools", []))


def test_a_body_and_its_head_are_different_entries(directory: Directory) -> None:
    """Артём 17 and 18, 1: one title contains the other."""
    titles = [
        "Управление образования",
        "Начальник управления образования",
        "Заместитель начальника управления образования",
    ]
    assert len({getattr(directory.find(one), "id", None) for one in titles} - {None}) == 3


def test_the_people_of_the_example_are_invented(directory: Directory) -> None:
    texts = " ".join(document(name) for name in NAMES).casefold()
    for person in directory.people.values():
        family = person.name.split()[0].casefold()
        assert family[:-1] not in texts, person.name
        assert person.email == f"{person.id.removeprefix('p-')}@example.org"
