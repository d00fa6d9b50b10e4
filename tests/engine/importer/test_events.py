"""Deadlines that hang on an event: the draft has it once for each phrase, and the measures find it."""

import pytest

from engine.calendar import match_event
from engine.errors import Level
from engine.importer.draft import Draft, draft_plan
from engine.importer.text import read_text
from engine.people import Directory
from engine.plan_file import read_plan

HEADER = "№\tМероприятия\tСроки\tОтветственные"


def draft(*deadlines: str) -> Draft:
    rows = [f"{number}\tДело\t{cell}\tКто" for number, cell in enumerate(deadlines, 1)]
    return draft_plan(read_text("\n".join([HEADER, *rows]).encode(), "план.txt"), Directory({}), "p", "Europe/Moscow")


def test_one_event_for_each_phrase_however_it_is_written() -> None:
    made = draft("в период проведения ВПР", "После проведения  впр", "май 2027", "до окончания олимпиады")
    roadmap, problems = read_plan(made.text, "p.yaml", Directory({}))
    assert [one.message for one in problems if one.level is Level.ERROR] == []
    assert roadmap is not None
    assert [(one.id, one.title, one.status.value, one.basis, one.phrases) for one in roadmap.events] == [
        ("provedeniya-vpr", "проведения ВПР", "planned", "документ дат не называет", ("проведения ВПР",)),
        (
            "okonchaniya-olimpiady",
            "окончания олимпиады",
            "planned",
            "документ дат не называет",
            ("окончания олимпиады",),
        ),
    ]
    assert "unknown-event" not in {one.code for one in problems}
    assert [one.message for one in made.findings if one.code == "event-undated"] == [
        "Событие «проведения ВПР» без дней (№ 1, 2): внесите их командой srok event set.",
        "Событие «окончания олимпиады» без дней (№ 4): внесите их командой srok event set.",
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "осенние каникулы",
        "не позднее чем за 3 дня до начала ГИА",
        "Ноябрь 2027 г., а также в период проведения ВПР",
        "в день проведения «Урока мира»: сбор",
        "после проведения ОГЭ; после проведения ЕГЭ",
    ],
)
def test_a_measure_finds_its_event_by_its_words(cell: str) -> None:
    roadmap, problems = read_plan(draft(cell).text, "p.yaml", Directory({}))
    assert roadmap is not None
    assert roadmap.events
    assert "unknown-event" not in {one.code for one in problems}
    assert all(match_event(one.phrases[0], [one.to_event()]) for one in roadmap.events)


def test_two_phrases_never_share_an_id() -> None:
    long = "проведения " * 6
    made = draft(*(f"в период {long}{which} этапа" for which in ("первого", "второго", "третьего")))
    roadmap, problems = read_plan(made.text, "p.yaml", Directory({}))
    assert [one.message for one in problems if one.level is Level.ERROR] == []
    assert roadmap is not None
    assert len({one.id for one in roadmap.events}) == len(roadmap.events) == 3


@pytest.mark.parametrize("cell", ["май 2027", "по графику", "по мере необходимости", "постоянно", "как-нибудь"])
def test_a_deadline_without_an_event_makes_none(cell: str) -> None:
    assert "events:" not in draft(cell).text
