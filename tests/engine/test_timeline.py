"""The plan as a chart: its bars, its axis, and the SVG of it."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from engine.assignment import Outcome, State
from engine.report import STANDING_RUSSIAN, Standing, lines
from engine.svg import LABELS, render_svg
from engine.timeline import SYMBOLS, Bar, Timeline, timeline

FIRST, TODAY = date(2021, 1, 1), date(2021, 4, 28)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["=1+1", "<script>alert(1)</script>", "Щ" * 500, "\"&'<>]]>"]
UNSEEN = "\x00\x1b\u202eтекст\ud800\ufffe\n\tдва"


def bar(**change: object) -> Bar:
    one = Bar("2.4", "Совещание", date(2021, 6, 1), date(2021, 6, 30), date(2021, 6, 30), "", Standing.AHEAD)
    return replace(one, **change)


def chart(*bars: Bar, first: date = FIRST, last: date = date(2021, 12, 31)) -> Timeline:
    return Timeline("demo-2021", "План", TODAY, first, last, bars or (bar(),))


@pytest.fixture
def vesyegonsk(office, cases) -> Timeline:
    plan = office("vesyegonsk-2020")
    found = [case for one in plan.roadmap.tracked() for case in cases(plan, one.id, date(2020, 9, 1))]
    return timeline(plan, lines(found, TODAY), TODAY)


def test_a_real_plan_in_its_order(vesyegonsk) -> None:
    """Весьегонск 2020-2021: whole months, a bar an occurrence."""
    assert (vesyegonsk.first, vesyegonsk.last) == (date(2020, 9, 1), date(2021, 9, 30))
    numbers = [one.number for one in vesyegonsk.bars]
    assert numbers[:4] == ["1.1", "1.1", "1.2", "1.2"]
    assert numbers.index("2.9") < numbers.index("2.10")
    by_number = {one.number: one for one in vesyegonsk.bars}
    assert by_number["2.5"].words == "с 15.03.2021 по 21.05.2021, срок впереди"
    assert by_number["2.6"].words == "ждёт даты (по графику: «особому графику»)"
    assert by_number["2.3"].standing is Standing.OVERDUE


def test_an_extension_shows_both_days(office, cases) -> None:
    lysva = office("lysva-2021")
    june = cases(lysva, "2.4", FIRST)[0]
    more = replace(june.assignments[0], state=State.SENT, extended_to=date(2025, 2, 3), extensions=1)
    found = timeline(lysva, lines([replace(june, assignments=[more])], TODAY), TODAY)
    [one] = found.bars
    assert one.words == "с 01.06.2021 по 03.02.2025, по плану 30.06.2021, срок впереди"
    assert found.last == date(2025, 2, 28)


def test_what_ended_without_a_day_is_said(office, cases) -> None:
    """Артём 4, «по графику»."""
    artem = office("artem-2020")
    [case] = cases(artem, "4", FIRST)
    done = replace(case.assignments[0], state=State.CLOSED, outcome=Outcome.DONE)
    [one] = timeline(artem, lines([replace(case, assignments=[done])], TODAY), TODAY).bars
    assert (one.first, one.words) == (None, "ждёт даты (по графику: «графику»), исполнено")


SPANS = [
    (date(2020, month, 1), months) for month in (1, 2, 9, 12) for months in (1, 2, 7, 12, 13, 20, 24, 48, 60, 130, 200)
]


@pytest.mark.parametrize(("first", "months"), SPANS)
@pytest.mark.parametrize("room", [2, 5, 9, 20])
def test_labels_of_the_axis_never_crowd(first, months, room) -> None:
    last = (first + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)
    found = chart(first=first, last=last)
    places = [found.place(day) for day, _ in found.labels(room)]
    assert len(places) <= room + 1
    assert all(after - before >= 0.9 / room for before, after in pairwise(places))


def test_the_axis_names_months_and_years() -> None:
    two_years = chart(first=date(2020, 9, 1), last=date(2022, 8, 31))
    assert [text for _, text in two_years.labels(9)] == ["окт", "2021", "апр", "июл", "окт", "2022", "апр", "июл"]
    assert [text for _, text in chart().labels(12)][:3] == ["2021", "фев", "мар"]


def fields(root: ET.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of every field that holds a label; per cent of a 320 px screen as pixels."""
    return [
        (*(float(one.attrib[name].rstrip("%")) * (3.2 if one.attrib[name].endswith("%") else 1) for name in ("x", "y")),
         float(one.attrib["width"].rstrip("%")) * 3.2, float(one.attrib["height"]))
        for one in root.iter(f"{SVG}svg") if one is not root
    ]  # fmt: skip


@pytest.mark.parametrize("first", [FIRST, date(2021, 2, 1)], ids=["a year", "nine labels, February first"])
@pytest.mark.parametrize("titles", [["Совещание"], HOSTILE], ids=["plain", "hostile"])
def test_no_label_lies_over_another(vesyegonsk, titles, first) -> None:
    more = tuple(
        bar(title=title, number=str(n), standing=one)
        for n, (title, one) in enumerate(zip(titles * 3, Standing, strict=False))
    )
    given = chart(*vesyegonsk.bars, *more, first=first, last=date(2021, 10, 31))
    places = sorted(fields(ET.fromstring(render_svg(given))), key=lambda one: one[1])
    assert len(places) > 2 * len(given.bars)
    for n, (x, y, width, height) in enumerate(places):
        for other_x, other_y, other_width, _ in places[n + 1 :]:
            if other_y >= y + height:
                break
            assert x + width <= other_x + 0.1 or other_x + other_width <= x + 0.1


@pytest.mark.parametrize("title", HOSTILE, ids=["formula", "script", "long", "marks"])
def test_a_hostile_title_is_text(title) -> None:
    root = ET.fromstring(render_svg(chart(bar(title=title, number=title[:5]))))
    assert {one.tag for one in root.iter()} <= {
        SVG + name for name in ("svg", "title", "desc", "style", "rect", "line", "g", "text")
    }
    [item] = [one for one in root.iter(f"{SVG}g") if one.get("role") == "listitem"]
    assert title in item.attrib["aria-label"]
    assert max(len(one.text or "") for one in root.iter(f"{SVG}text")) <= 90


def test_titles_of_a_plan_come_without_unseen_characters(office, cases) -> None:
    lysva = office("lysva-2021")
    june = cases(lysva, "2.4", FIRST)[0]
    named = replace(june, measure=june.measure.model_copy(update={"title": UNSEEN}))
    [one] = timeline(lysva, lines([named], TODAY), TODAY).bars
    assert one.title == "текст два"


def test_the_picture_stands_alone_and_speaks(vesyegonsk) -> None:
    drawn = render_svg(vesyegonsk)
    root = ET.fromstring(drawn)
    for foreign in ("<script", "href", "url(", "@import", "<image", "<foreignObject"):
        assert foreign not in drawn
    assert drawn.count("http") == 1  # the name of the format
    assert "prefers-color-scheme:dark" in drawn
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text == vesyegonsk.title
    assert desc is not None
    assert desc.text
    assert desc.text.startswith("Сроки плана на 28.04.2021. Всего: 37. Просрочено: ")
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]
    items = [one for one in root.iter(f"{SVG}g") if one.get("role") == "listitem"]
    assert [one.attrib["aria-label"] for one in items] == [
        f"№ {one.number} {one.title}: {one.words}" for one in vesyegonsk.bars
    ]


def test_the_day_of_the_chart_is_drawn_where_it_lies_in_it() -> None:
    assert render_svg(chart()).count('class="today"') == 2  # the row and the legend
    assert 'class="today"' not in render_svg(chart(first=date(2022, 1, 1), last=date(2022, 12, 31)))


def test_every_standing_has_a_sign_and_words() -> None:
    assert set(SYMBOLS) == set(STANDING_RUSSIAN) == set(Standing)
    assert len(set(SYMBOLS.values())) == len(Standing)


def test_a_label_of_the_axis_has_a_ninth_of_the_width() -> None:
    assert 0.9 * 96 * 3.2 / LABELS > 30  # «2021» in 11 px on a screen of 320 px
