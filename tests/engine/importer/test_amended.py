"""An amended document onto a plan: ids and decisions stay, what the document says comes in, nothing is guessed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.importer.amend import Amended, amend_plan
from engine.importer.draft import draft_plan
from engine.importer.matching import match_measures
from engine.importer.readers import read_document
from engine.importer.rows import ImportRefusedError
from engine.people_file import read_people
from engine.plan import Measure, Roadmap
from engine.plan_file import read_plan

ROOT = Path(__file__).parents[3]
PEOPLE, _ = read_people((ROOT / "plans" / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")
DOCUMENTS = sorted((ROOT / "tests" / "documents").glob("*.txt"))
LYSVA = (ROOT / "plans" / "lysva-2021.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Line:
    """One row of the document as it is to be: `was` is the id it has in the plan, None for a new one."""

    was: str | None
    section: str
    number: str
    title: str
    responsible: str
    deadline: str
    result: str


def plan(text: str) -> Roadmap:
    roadmap, problems = read_plan(text, "план.yaml", PEOPLE)
    assert roadmap is not None, problems
    return roadmap


def lines(text: str = LYSVA) -> list[Line]:
    return [
        Line(
            one.id, one.section or "", one.printed, one.title, ", ".join(one.responsibles), one.cell.text or "",
            one.result or "",
        )
        for one in plan(text).measures
    ]  # fmt: skip


def renumbered(rows: list[Line]) -> list[Line]:
    """Number the rows anew within their sections."""
    numbers: dict[str, int] = {}
    done = []
    for one in rows:
        numbers[one.section] = numbers.get(one.section, 0) + 1
        done.append(replace(one, number=f"{one.section[0]}.{numbers[one.section]}"))
    return done


def document(rows: list[Line]) -> bytes:
    head = ["Дорожная карта на 2021-2024 гг.", "", "№\tМероприятие\tОтветственный\tСроки\tРезультат"]
    section = None
    for one in rows:
        if one.section != section:
            head.append(f"{one.section}\t\t\t\t")
            section = one.section
        head.append(f"{one.number}\t{one.title}\t{one.responsible}\t{one.deadline}\t{one.result}")
    return "\n".join(head).encode()


def amended(rows: list[Line], text: str = LYSVA) -> Amended:
    draft = draft_plan(read_document(document(rows), "новый.txt"), PEOPLE, "p", "Asia/Yekaterinburg")
    return amend_plan(text, plan(text), draft, "новый.txt", PEOPLE)


def as_wanted(done: Amended, rows: list[Line]) -> None:
    """Check that each row has the id it had, and a new one none that was anybody's."""
    found = {" ".join(one.title.split()): one for one in done.roadmap.measures}
    former = {one.was for one in lines()}
    assert done.undecided == []
    assert len(done.roadmap.measures) == len(rows)
    for row in rows:
        one = found[row.title]
        assert (one.printed, one.section, one.cell.text, one.result or "") == (
            row.number, row.section, row.deadline, row.result,
        )  # fmt: skip
        assert one.id == row.was if row.was is not None else one.id not in former, row
    assert set(done.struck) == former - {row.was for row in rows}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_same_document_changes_no_character_of_the_plan(path: Path) -> None:
    text = (ROOT / "plans" / f"{path.stem}.yaml").read_text(encoding="utf-8")
    draft = draft_plan(read_document(path.read_bytes(), path.name), PEOPLE, "p", "Europe/Moscow")
    done = amend_plan(text, plan(text), draft, path.name, PEOPLE)
    assert done.text == text
    assert (done.added, done.struck, done.undecided) == ([], [], [])


EACH = range(len(lines()))


@pytest.mark.parametrize("at", EACH)
def test_a_deadline_changed(at: int) -> None:
    rows = lines()
    rows[at] = replace(rows[at], deadline="до 15 октября 2022")
    as_wanted(amended(rows), rows)


@pytest.mark.parametrize("at", EACH)
def test_a_measure_struck_with_the_rest_renumbered(at: int) -> None:
    rows = lines()
    del rows[at]
    rows = renumbered(rows)
    as_wanted(amended(rows), rows)


@pytest.mark.parametrize("at", EACH)
def test_a_measure_added_in_the_middle_with_the_rest_renumbered(at: int) -> None:
    rows = lines()
    new = Line(None, rows[at].section, "", "Издание памятки родителям", "Управление образования", "май 2022", "Памятка")
    rows = renumbered([*rows[:at], new, *rows[at:]])
    as_wanted(amended(rows), rows)


@pytest.mark.parametrize("at", EACH)
def test_a_title_reworded(at: int) -> None:
    rows = lines()
    words = rows[at].title.split()
    rows[at] = replace(rows[at], title=" ".join([words[0].rstrip("е") + "я", *words[1:], "(по плану отдела)"]))
    as_wanted(amended(rows), rows)


@pytest.mark.parametrize("at", EACH[:-1])
def test_two_measures_swapped(at: int) -> None:
    rows = lines()
    first, second = rows[at], rows[at + 1]
    rows[at], rows[at + 1] = (
        replace(second, section=first.section, number=first.number),
        replace(first, section=second.section, number=second.number),
    )
    as_wanted(amended(rows), rows)


def test_a_section_moved() -> None:
    rows = lines()
    moved = renumbered([replace(one, section=one.section.replace("3.", "1.")) for one in rows[12:]])
    rest = [replace(one, section={"1": "2", "2": "3"}[one.section[0]] + one.section[1:]) for one in rows[:12]]
    rows = moved + renumbered(rest)
    as_wanted(amended(rows), rows)


def test_all_kinds_at_once() -> None:
    rows = lines()
    rows[3] = replace(rows[3], deadline="Ежегодно октябрь")
    new = Line(None, rows[5].section, "", "Издание памятки родителям", "Управление образования", "май 2022", "Памятка")
    rows = renumbered([*rows[:5], new, *rows[6:9], rows[11], *rows[10:11], *rows[12:]])
    as_wanted(amended(rows), rows)


def test_what_people_decided_and_wrote_stays() -> None:
    text = LYSVA.replace(
        "    deadline: До 21 июня 2021\n",
        "    # письмо ждём\n    deadline:  # срок из приказа\n      text: До 21 июня 2021\n"
        "    controller: Муниципальный координатор\n    evidence: {kind: справка}\n    completion: lead\n"
        "    checkpoints: [2021-05-01]\n    notes: важное  # спросить\n    schools: [sosh-1]\n    self_control: true\n",
    ).replace('  - id: "1.2"', '  # --- критерии ---\n  - id: "1.2"')
    rows = lines(text)
    rows[0] = replace(rows[0], result="План")
    done = amended(rows, text)
    assert done.text.splitlines() == [
        *text.replace("result: План мероприятий\n", 'result: "План"\n', 1).splitlines(),
        "  # изменено по документу «новый.txt»",
    ]


DECIDED = """
    deadline:
      # решение совещания
      text: До 21 июня 2021
      fix: {to: 2021-06-25, by: Начальник, why: письмо № 4}  # до отпуска
      confirmed: {by: Отдел, why: сверено}
"""


def test_a_decision_over_the_old_words_does_not_decide_over_the_new_ones() -> None:
    text = LYSVA.replace("\n    deadline: До 21 июня 2021\n", DECIDED, 1)
    rows = lines(text)
    rows[0] = replace(rows[0], deadline="до 30 августа 2021")
    done = amended(rows, text)
    first = done.roadmap.measures[0]
    assert first.deadline == "до 30 августа 2021"
    said = [
        (
            "Срок был «До 21 июня 2021» и исправлен до 25.06.2021 (решил: Начальник; почему: письмо № 4). Слова срока "
            "изменены, поэтому исправление снято: если нужно, решите заново (fix)."
        ),
        (
            "Срок был «До 21 июня 2021», прочтение подтверждено (решил: Отдел; почему: сверено). Слова срока изменены, "
            "поэтому подтверждение снято: если нужно, решите заново (confirmed)."
        ),
    ]
    assert first.findings[-2:] == tuple(said)
    assert [one.message for one in done.findings if one.code == "decision-taken-off"] == said
    assert "    # решение совещания\n    # до отпуска\n" in done.text
    kept = amended(lines(text), text)
    assert kept.text == text


def test_parts_events_and_checkpoints_of_old_words_are_named() -> None:
    text = LYSVA.replace(
        "    deadline: До 21 июня 2021\n",
        "    deadline: До 21 июня 2021\n    event: vpr\n    checkpoints: [2021-05-01]\n"
        "    sub: [{id: a, title: Проект, deadline: май 2021}]\n",
    )
    rows = lines(text)
    rows[0] = replace(rows[0], deadline="до 30 августа 2021")
    done = amended(rows, text)
    assert [one.message for one in done.findings if one.code == "decision-of-old-words"] == [
        (
            "Слова срока изменены (было «До 21 июня 2021»), а событие «vpr» и контрольные точки 01.05.2021 остались: "
            "проверьте их."
        ),
        "Слова мероприятия изменены, а подпункты и их сроки остались прежними (a «Проект»): решите их заново.",
    ]
    assert done.roadmap.measures[0].sub[0].deadline == "май 2021"


def test_responsibles_that_are_known_come_in_and_unknown_ones_do_not() -> None:
    rows = lines()
    rows[1] = replace(rows[1], responsible="Муниципальный координатор, Управление образования")
    rows[2] = replace(rows[2], responsible="Управление образования, Дворец пионеров")
    done = amended(rows)
    assert done.roadmap.measures[1].responsibles == ("Муниципальный координатор", "Управление образования")
    assert done.roadmap.measures[2].responsibles == ("Управление образования",)
    assert done.roadmap.measures[2].findings[-1] == (
        "Ответственный в документе — «Управление образования», «Дворец пионеров», в справочнике людей есть не все; в "
        "плане осталось: «Управление образования». Допишите роль в people.yaml или исправьте план."
    )


def test_what_the_document_leaves_empty_is_not_emptied() -> None:
    rows = lines()
    rows[1] = replace(rows[1], deadline="", result="")
    done = amended(rows)
    assert done.roadmap.measures[1].cell.text == "Август-сентябрь 2021"
    assert [one.message for one in done.findings if one.code == "kept-against-document"] == [
        "В документе срок не указан, в плане осталось «Август-сентябрь 2021»: проверьте.",
        "В документе результат не указан, в плане осталось «Утверждена система критериев и показателей»: проверьте.",
    ]


def test_between_two_equally_near_nothing_is_guessed() -> None:
    text = LYSVA.replace("Мониторинг эффективности проведенных мероприятий", "Сверка журналов школ").replace(
        "Представление результатов реализации системы оценки качества подготовки обучающихся на муниципальном\n"
        "      уровне",
        "Сверка журналов школ",
    )
    rows = lines(text)
    row = replace(rows[12], number="3.9", title="Сверка журналов школ города", deadline="май 2022")
    rows = [*rows[:12], row]
    done = amended(rows, text)
    assert (done.added, done.struck, done.undecided) == (["3.9"], [], ["3.1", "3.2"])
    assert [one.id for one in done.roadmap.measures[12:]] == ["3.9", "3.1", "3.2"]
    messages = [one.message for one in done.findings if one.code == "which-measure"]
    either = "оставьте одно из двух; новые слова внесите сюда, чтобы id и решения остались."
    meant = "В изменённом документе этому мероприятию может отвечать п. 3.9 «Сверка журналов школ города»"
    assert messages == [
        "Не ясно, новое ли это мероприятие или прежнее: п. 3.1 (id «3.1»), п. 3.2 (id «3.2»). Оставьте одно из двух.",
        *[f"{meant}: {either}"] * 2,
    ]
    assert [one.findings[-1] for one in done.roadmap.measures[12:]] == messages


def test_other_figures_in_a_title_with_another_number_are_a_doubt() -> None:
    old = [Measure(id="1", title="Проверка объективности проведения работ по математике в 4 классах школ")]
    near = Measure(id="3", title="Проверка объективности проведения работ по математике в 5 классах школ")
    matched = match_measures(old, [near])
    assert (matched.pairs, matched.undecided) == ({}, {0: [0]})
    assert match_measures(old, [near.model_copy(update={"number": "1"})]).pairs == {0: 0}


def test_between_titles_equally_alike_the_number_decides() -> None:
    old = [Measure(id=str(n), title="Сверка журналов школ района") for n in (1, 2, 3)]
    new = [Measure(id=str(n), title="Сверка журналов всех школ района") for n in (3, 2)]
    assert match_measures(old, new).pairs == {0: 2, 1: 1}


TITLES = [one.title for path in DOCUMENTS for one in plan((ROOT / "plans" / f"{path.stem}.yaml").read_text()).measures]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(20))
def test_amended_at_random_no_measure_gets_the_id_of_another(path: Path, seed: int) -> None:
    """Struck, added, reworded, dated anew, swapped and renumbered at once: what is not sure is not matched."""
    chance = random.Random(f"{path.stem} {seed}")
    old = plan((ROOT / "plans" / f"{path.stem}.yaml").read_text(encoding="utf-8")).measures
    rows = [one for one in old if chance.random() > 0.1]
    strange = [Measure(id=f"new-{n}", title=title) for n, title in enumerate(chance.sample(TITLES, 3))]
    rows += [one for one in strange if all(one.title != other.title for other in old)]
    chance.shuffle(rows)
    rows.sort(key=lambda one: old.index(one) + chance.randrange(2) if one in old else chance.randrange(len(old)))
    new = []
    for place, one in enumerate(rows, 1):
        words = one.title.split()
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            words.insert(chance.randrange(len(words)), chance.choice(chance.choice(TITLES).split()))
            words.pop(chance.randrange(len(words)))
        deadline = one.deadline if chance.random() < 0.8 else "октябрь 2022"
        stem = one.printed.rpartition(".")[0]
        number = f"{stem}.{place}" if stem else str(place)
        new.append(one.model_copy(update={"title": " ".join(words), "deadline": deadline, "number": number}))
    matched = match_measures(old, new)
    assert {new[at].id: old[place].id for at, place in matched.pairs.items() if new[at].id != old[place].id} == {}
    still = sum(one in old for one in rows)
    assert len(matched.pairs) + len(matched.undecided) >= still * 0.8


def test_another_measure_under_the_same_number_gets_an_id_of_its_own() -> None:
    rows = lines()
    new = replace(rows[8], was=None, title="Издание памятки родителям", deadline="май 2022", result="Памятка")
    rows[8] = new
    done = amended(rows)
    assert (done.added, done.struck) == (["2.7-2"], ["2.7"])
    assert "  # снято: id «2.7», п. 2.7 «Разработка и утверждение методических" in done.text
    assert [one.code for one in done.findings if one.measure == "2.7"] == ["same-number"]
    again = amended([*rows[:8], replace(new, title="Съезд", deadline="июнь 2023"), *rows[9:]], done.text)
    assert (again.added, again.struck) == (["2.7-3"], ["2.7-2"])


def test_an_id_that_was_struck_once_is_not_given_again() -> None:
    rows = lines()
    first = amended(rows[:-1])
    assert first.struck == ["3.2"]
    new = replace(rows[-1], title="Съезд", deadline="июнь 2023", result="")
    second = amended([*rows[:-1], new], first.text)
    assert second.added == ["3.2-2"]


def test_a_comment_over_a_struck_measure_is_kept_with_its_name() -> None:
    text = LYSVA.replace('  - id: "1.2"', '  # спорное: см. письмо\n  # строка документа: 11\n  - id: "1.2"')
    rows = lines(text)
    done = amended([rows[0], *rows[2:]], text)
    assert "  #   было при нём: # спорное: см. письмо\n" in done.text
    assert "строка документа" not in done.text


def test_a_measure_in_braces_is_changed_in_its_place() -> None:
    text = (
        "plan: {id: p, title: Т, timezone: Europe/Moscow, horizon: {from: 2021-01-01, to: 2024-12-31}}\nmeasures:\n"
        "- {id: '1', title: Проверка журналов, deadline: {text: май 2021, fix: {to: 2021-05-20, by: Я, why: так}}, "
        "result: Акт}  # так\n"
        "-   id: '2'\n    title: Сверка\n    deadline: май 2021\nevents: []\n"
    )
    rows = [
        Line("1", "1. Р", "5", "Проверка журналов", "", "июнь 2021", "Справка"),
        Line("2", "1. Р", "6", "Сверка", "", "май 2021", ""),
    ]
    done = amended(rows, text)
    assert [(one.id, one.printed, one.cell.text, one.result) for one in done.roadmap.measures] == [
        ("1", "5", "июнь 2021", "Справка"),
        ("2", "6", "май 2021", None),
    ]
    assert "  # так\n" in done.text
    assert done.roadmap.measures[0].findings[-1].startswith("Срок был «май 2021» и исправлен до 20.05.2021")


REFUSED = [
    # the order names the changes alone
    (
        lambda rows: rows[:3],
        (
            "«новый.txt»: из 14 мероприятий плана в нём нашлось только 3: если документ называет одни изменения, "
            "внесите их в файл плана сами; нужен весь план в новой редакции"
        ),
    ),
    (
        lambda rows: [replace(one, title=f"Уборка снега {index}", deadline="") for index, one in enumerate(rows)],
        "«новый.txt»: ни одно мероприятие не похоже на мероприятия плана: тот ли это документ?",
    ),
]


@pytest.mark.parametrize(("change", "why"), REFUSED, ids=["changes alone", "another plan"])
def test_a_document_that_is_not_the_plan_is_refused(change, why: str) -> None:
    with pytest.raises(ImportRefusedError, match=f"^{re.escape(why)}$"):
        amended(change(lines()))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            (
                "plan: {id: p, title: Т, timezone: Europe/Moscow, horizon: {from: 2021-01-01, to: 2024-12-31}}\n"
                "measures: [{id: '1', title: Сверка, deadline: май 2021}]\n"
            ),
            "раздел measures записан в скобках",
        ),
        (
            (
                "plan: {id: p, title: &t Сверка, timezone: Europe/Moscow, horizon: {from: 2021-01-01, to: 2021-12-31}}"
                "\n"
                "measures:\n  - {id: '1', title: *t, deadline: май 2021}\n"
            ),
            "в нём есть ссылки на другие места (*)",
        ),
    ],
)
def test_a_file_that_is_not_changed_line_by_line_is_refused(text: str, why: str) -> None:
    row = Line("1", "1. Р", "1", "Сверка", "", "июнь 2021", "")
    message = f"файл плана так не изменить без потерь ({why}): внесите изменения в него сами"
    with pytest.raises(ImportRefusedError, match=re.escape(message)):
        amended([row], text)


def test_two_thousand_measures_alike_are_not_compared_each_with_each() -> None:
    """No pair is guessed among equals, and the numbers of comparisons stays near the number of measures."""
    old = [Measure(id=str(n), title="Мониторинг школ", deadline=f"до {n % 28 + 1} мая 2021") for n in range(2000)]
    new = [Measure(id=str(n), title="Мониторинг всех школ", deadline=f"до {n % 28 + 1} мая 2021") for n in range(2000)]
    matched = match_measures(old, new)
    assert matched.pairs == {n: n for n in range(2000)}
    shifted = [one.model_copy(update={"id": f"x{one.id}"}) for one in new]
    assert match_measures(old, shifted).pairs == {}


def test_a_value_written_oddly_is_refused_before_anything_is_written() -> None:
    text = (
        "plan: {id: p, title: Т, timezone: Europe/Moscow, horizon: {from: 2021-01-01, to: 2024-12-31}}\n"
        "measures:\n  - id: '1'\n    title: Сверка\n    deadline : май 2021\n"
    )
    with pytest.raises(ImportRefusedError, match=r"файл плана так не изменить без потерь \(вышла бы ошибка в строке"):
        amended([Line("1", "1. Р", "1", "Сверка", "", "июнь 2021", "")], text)
