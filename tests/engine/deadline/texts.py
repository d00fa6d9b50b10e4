"""Texts for properties: anything, and the vocabulary of deadlines in any order."""

import json
from pathlib import Path

from hypothesis import strategies as st

from engine.deadline.words import PHRASES, WORDS

CORPUS = Path(__file__).parents[2] / "corpus"
FILES = ("dev", "madeup", "own")


def cells() -> list[str]:
    """Every distinct cell of the corpus."""
    lines = [line for name in FILES for line in (CORPUS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return sorted({json.loads(line)["text"] for line in lines})


# Cells on which the properties once failed.
FOUND = [
    "с 20 по 25 число каждого месяца с 15 октября по 15 апреля",
    "с 20 по 25 число каждого месяца, декабрь",
    "2 раза в летний период, Сентябрь, в течение года",
    "3 раза в летний период, 01.09",
    "3 раза в летний период, II-III декада октября",
    "2000, 2000 ноябрь",
    "Август\n31.08.2023, 2000, 2000 ноябрь",
    "1 числа каждого месяца и 1 числа каждого месяца",
    "раз в две недели и (до «1» февраля 2024 года)",
    # a list went over «;», or a year did not
    "2024г., Ежемесячно (сентябрь-май)",
    "мая ежемесячно в 2021г.",
    "I квартал, в срок до 1 июня 2022 года",
    "8 мая (в связи с праздничным днём 9 мая); октябрь-май 2014-2015 гг.",
    "ежеквартально, к 20 числу последнего месяца квартала, еженедельно с 26.08.2013 по 20.10.2013",
    # a term that was written so that it was not read alone
    "В течение учебного года и последняя пятница месяца",
    "В течение месяца, 1 раз в месяц",
    "последняя пятница месяца, Ежегодно Сентябрь",
    "последняя пятница месяца включительно",
    "2-я пятница месяца – 25 числа каждого месяца",
    "1 раз в год, до 31 января, нач. сентября, кон. мая",
    "с 2020/2021 по 2022/2023 учебный год",
    "с 5 числа месяца",
    "Не позже 5 сентября – х",
    "сезон сезон",
    "ежемесячно в течение сезона",
    "В течение месячника В течение месяца",
    # terms that cannot be meant
    "2-й вторник каждого месяца IУ кв.",
    "в течение последней пятницы месяца",
    "всего последняя пятница месяца",
    "во II полугодии, 2000, 2000 ноябрь",
    "II квартал 2014\nс 15 октября по 15 апреля",
    "с 2022 года – 2022-23 уч.г.",
    "До и в течение 1-2 сезона",
    "до 30.06.2016, февраля 2022 г.",
]
CELLS = [*cells(), *FOUND]
SIGNS = [",", ";", ".", ":", "-", "–", "(", ")", "/", "«", "»", "%", "?", "\n"]
FIGURES = ["0", "1", "2", "3", "5", "15", "28", "29", "31", "32", "99", "2020", "2021", "2024 г.", "202"]
FIGURES += ["10000000000"]
FIGURES += [
    "01.09.2021",
    "31.02.2022",
    "05.2021",
    "29.02",
    "10.00",
    "12:30",
    "2021/22",
    "2020-2021",
    "1-2",
    "I",
    "IV",
    "5-го",
]
VOCABULARY = sorted({*WORDS, *(row[-1] for found in PHRASES.values() for row in found)})
_OF_CELLS = sorted({word for cell in CELLS for word in cell.split()})
_WORD = st.sampled_from(VOCABULARY) | st.sampled_from(_OF_CELLS) | st.sampled_from(FIGURES) | st.sampled_from(SIGNS)

OF_WORDS = st.lists(_WORD, min_size=1, max_size=8).map(" ".join)
"""Words of deadlines in any order."""
OF_CELLS = st.tuples(
    st.sampled_from(CELLS), st.sampled_from([" ", ", ", "; ", " и ", "\n", " – "]), st.sampled_from(CELLS)
).map("".join)
"""Two cells of the corpus in one."""


@st.composite
def _mutilated(draw: st.DrawFn) -> str:
    """A cell of the corpus without some of its words, or with a foreign one."""
    words = draw(st.sampled_from(CELLS)).split()
    at = draw(st.integers(0, len(words)))
    return " ".join([*words[:at], *draw(st.lists(_WORD, max_size=1)), *words[at + draw(st.integers(0, 2)) :]])


MUTILATED = _mutilated()
ANY = st.one_of(st.text(max_size=300), OF_WORDS, OF_CELLS, MUTILATED, st.sampled_from(CELLS))
READABLE = st.one_of(OF_WORDS, OF_CELLS, MUTILATED, st.sampled_from(CELLS))
