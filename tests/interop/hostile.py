"""Words that have broken calendars, as titles of measures: every reader shows them as they stand."""

from __future__ import annotations

from tests.interop.world import NOW, Home

PLAN = "lysva-2021"
TITLES = (
    "Запятая, точка с запятой; двоеточие: косая / обратная \\ черта",
    "\\, \\; \\\\ уже экранировано \\",
    "«Ёлочки», \"лапки\" и 'апострофы'; проценты %s %d {0} ${HOME} `id`",
    *(f"{'ж' * shift}{'🙂' * 40} на сгибе {shift}" for shift in range(4)),
    "Флаги 🇷🇺🇷🇺🇷🇺, семья 👨‍👩‍👧‍👦 и знак с мантией 👩🏽‍🏫 не рвутся на сгибе строки, где бы он ни пришёлся",
    "Справа налево: \u200fמועד\u200f и \u202eсрок\u202c",
    "Буква " + "щ" * 400,
    "Управляющие\x00 знаки\x07 из\x0b PDF\x1b[31m\x7f и\r\nдва конца строки\n\nв ячейке",
    "BEGIN:VEVENT\r\nUID:чужое\r\nEND:VEVENT\r\nEND:VCALENDAR",
    "<script>alert(1)</script> &amp; <b>не разметка</b>",
    " пробелы \u00a0 по краям\t и внутри ",
)
BACKSLASH_N = "Папка C:\\new\\Nota, раздел \\n"
UNESCAPES_TWICE = frozenset({"ics.py", "node-ical", "Data::ICal", "ruby-icalendar"})
"""Readers that undo «\\\\» and «\\n» one after the other and so find a line break in «C:\\new»: their own fault."""


def retitle(home: Home, titles: tuple[str, ...]) -> None:
    """Give the measures of a plan *titles*, past the reader of plans, which refuses half of them."""
    roadmap = home.plans[PLAN]
    given = [one.model_copy(update={"title": title}) for one, title in zip(roadmap.measures, titles * 4, strict=False)]
    home.sync(roadmap.model_copy(update={"measures": tuple(given)}), NOW)
