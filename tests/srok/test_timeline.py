"""`srok timeline`: the chart in the terminal at any width, and as a file."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from engine.clock import utc_now
from engine.errors import NotFoundError
from engine.report import Standing
from engine.settings import load_settings
from engine.timeline import Bar, Timeline
from srok.syncing import sync_files
from srok.timeline import print_chart, run_timeline
from tests.srok.conftest import PLAN

DAYS = (date(2021, 2, 1), date(2021, 4, 30), date(2021, 6, 30))
BARS = (
    Bar("1", "Справка", DAYS[0], DAYS[1], DAYS[1], "", Standing.ON_TIME),
    Bar("2.10", "Слово " * 80, DAYS[0], DAYS[1], DAYS[2], "", Standing.AHEAD),
    Bar("очень-длинный-номер", "Щ" * 500, DAYS[0], DAYS[1], DAYS[1], "", Standing.OVERDUE),
    Bar("3", "[bold]Участие[/bold]", None, None, None, "по графику: «плану работы»", Standing.AWAITING),
)


def drawn(width: int, *bars: Bar, colour: bool = False) -> str:
    out = StringIO()
    system = "standard" if colour else None
    terminal = Console(file=out, width=width, force_terminal=colour, color_system=system, markup=False)
    days = date(2021, 5, 10), date(2021, 1, 1), date(2021, 12, 31)
    print_chart(Timeline("demo", "План", *days, bars or BARS), terminal)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 78, 80, 100, 120, 200])
def test_every_row_is_one_line_of_the_terminal(width) -> None:
    shown = drawn(width).splitlines()
    assert max(map(len, shown)) <= width
    assert len([line for line in shown if line.startswith(("1 ", "2.10 ", "очень-", "3 "))]) == len(BARS)


def test_a_narrow_chart_in_full() -> None:
    assert [line.rstrip() for line in drawn(64).splitlines()] == [
        "demo: План",
        "                           2021  апр   июл    окт",
        "1         Справка            ━━━━━━✓│                 ✓ 30.04.21",
        "2.10      Слово Слово Сло…   ──────·┊··○              ○ 30.06.21",
        "очень-дл… ЩЩЩЩЩЩЩЩЩЩЩЩЩЩЩ…   ──────!│                 ! 30.04.21",
        "3         [bold]Участие[/… ждёт даты (по графику: «п… …",
        "! просрочено  … ждёт даты  ○ срок впереди  ✓ исполнено в срок",
        "│ на 10.05.2021",
        "",
    ]


def test_colour_says_nothing_that_signs_do_not() -> None:
    plain, coloured = drawn(100), drawn(100, colour=True)
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured
    assert "".join(part.partition("m")[2] if n else part for n, part in enumerate(coloured.split("\x1b["))) == plain


def test_the_command_draws_and_writes(plan, tmp_path) -> None:
    done = plan("timeline", COLUMNS="80")
    assert (done.code, done.err, "\x1b" in done.out) == (0, "", False)
    assert max(map(len, done.out.splitlines())) <= 80
    assert {"Справка", "Собрания"} <= set(done.out.split())
    picture = tmp_path / "план.svg"
    done = plan("timeline", "demo-2027", "--svg", picture, "--as-of", "2027-04-28")
    assert (done.code, done.out) == (0, f"Записано: {picture} — сроков: 4\n")
    assert ET.parse(picture).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_a_picture_is_of_one_plan(cli, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SROK_HOME", str(cli.people().home))
    settings, files = load_settings(), [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for file in files:
        file.write_text(PLAN.replace("demo-2027", file.stem), encoding="utf-8")
    sync_files(files, settings, utc_now(), "test")
    with pytest.raises(NotFoundError, match=r"картинка — одного плана: назовите его \(one, two\)"):
        run_timeline(settings, None, tmp_path / "a.svg", None)
    with pytest.raises(NotFoundError, match="плана «нет» нет в базе"):
        run_timeline(settings, "нет", None, None)
    run_timeline(settings, "two", tmp_path / "a.svg", None)
    assert [one.name for one in tmp_path.glob("a.*")] == ["a.svg"]
