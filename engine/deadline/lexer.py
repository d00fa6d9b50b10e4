"""Cuts a «Сроки» cell into tokens that keep their place."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple, NoReturn

from engine.deadline.terms import Span, Term
from engine.errors import DeadlineError

MAX_CHARACTERS = 2000

_END_OF_WORD = r"(?![^\W\d_])"
_MONTH = (
    r"(?:(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)(?:ь|я|е|ю|ем)"
    r"|(?:март|август)(?:а|е|у|ом)?|ма(?:й|я|е|ю|ем))" + _END_OF_WORD
)
_DOCUMENT = r"(?:график|план|расписани|приказ|распоряжени|положени|программ|циклограмм)"

# The first alternative that fits is taken: a phrase stands before its words, WORD and OTHER stand last.
_TOKENS = {
    "MONTH": _MONTH,
    "DATE": r"[0-9]{1,2}\.[0-9]{1,2}\.(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9])",
    "YEAR": r"(?:19|20)[0-9]{2}(?![0-9])",
    "NUMBER": r"[0-9]+",
    "YEARWORD": rf"(?:г\.?\s?г\.?|год(?:а|у|ом|е|ы|ов|ах)?|г){_END_OF_WORD}\.?",
    "DASH": r"[-\u2010-\u2015\u2212]",
    "PUNCT": r"[,;.:]",
    "SCHOOL": rf"уч\.|(?:уч|учебн[а-я]+){_END_OF_WORD}",
    "YEARLY": rf"ежегодно{_END_OF_WORD}",
    "BY": rf"(?:в\s+срок[\s,]+)?до{_END_OF_WORD}",
    "NOTLATER": rf"(?:в\s+срок[\s,]+)?не\s+поз(?:днее|же){_END_OF_WORD}",
    "IN": rf"во?(?=\s+(?:{_MONTH}|[0-9]))|в\s+течени[еи](?=\s+{_MONTH})",
    "THROUGH": rf"в\s+течени[еи](?:\s+всего)?{_END_OF_WORD}",
    "DURING": rf"(?:в\s+период|во\s+время){_END_OF_WORD}",
    "AFTER": rf"(?:после|по\s+(?:окончани|завершени)[июя]|по\s+итогам){_END_OF_WORD}",
    "DEMAND": rf"по\s+мере{_END_OF_WORD}|(?:по|при)(?=\s+необходимости{_END_OF_WORD})",
    "SCHEDULE": (
        rf"согласно{_END_OF_WORD}|в\s+соответстви[еи]\s+со?{_END_OF_WORD}|по(?=\s+(?:[^\W\d_]+\s+){{0,2}}{_DOCUMENT})"
    ),
    "ONGOING": rf"(?:постоянно|круглогодично|систематически){_END_OF_WORD}",
    "AND": rf"(?:и|а\s+также){_END_OF_WORD}",
    # What a phrase must not swallow: a rhythm, a term of days, a season.
    "REPEAT": (
        rf"(?:еже[а-я]+|кажд[а-я]+|раза?|реже|чаще|срок|весн(?:а|ой)|лето|летом|осень|осенью|зим(?:а|ой)){_END_OF_WORD}"
    ),
    "UNIT": (
        r"(?:день|дн(?:я|ей|и)|недел[а-я]+|месяц[а-я]*|квартал[а-я]*|декад[а-я]*|полугоди[а-я]+|сут(?:ки|ок)|час(?:а|ов)?|лет)"
        + _END_OF_WORD
    ),
    "OPEN": r"\(",
    "CLOSE": r"\)",
    "SLASH": r"/",
    "WORD": r"[^\W\d_]+",
    "OTHER": r"\S",
}
_TOKEN = re.compile(r"\s*(?:" + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TOKENS.items()) + ")")

_FORBIDDEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff"
)
_CONTROL = re.compile(f"[{_FORBIDDEN}]")
# What needs the long way: Latin letters, soft hyphens, combining marks, and İ, two letters long in lower case.
_ODD = re.compile(rf"[{_FORBIDDEN}a-zA-Z\u00ad\u0130\u0300-\u036f]")
_LATIN_TWINS = str.maketrans("acekmhoptxyb", "асекмнортхув")


class Token(NamedTuple):
    """One token; ``start`` and ``end`` are offsets in the clean text of :class:`Tokens`, ``low`` its lower case."""

    kind: str
    start: int
    end: int
    low: str


class Tokens:
    """A cell cut into tokens, the last of the kind END, and the place of its reader.

    Attributes:
        text: The cell as written.
        clean: The cell without soft hyphens, with combined letters (NFC).
        tokens: Its tokens, offsets in ``clean``.
        at: Number of the token to be read next.
    """

    __slots__ = ("_places", "at", "clean", "text", "tokens")

    def __init__(self, text: str) -> None:
        """Cut *text*.

        Raises:
            DeadlineError: It is longer than MAX_CHARACTERS or holds a control character.
        """
        if len(text) > MAX_CHARACTERS:
            raise DeadlineError(text, MAX_CHARACTERS, f"длиннее {MAX_CHARACTERS} знаков, не читается")
        self.text = self.clean = text
        self._places: list[int] | None = None
        low = self._fold() if _ODD.search(text) else text.lower()
        end = len(low.rstrip())  # a long tail of spaces would be tried from each of its places
        self.tokens = [
            Token(str(m.lastgroup), m.start(m.lastindex or 0), m.end(), m[m.lastindex or 0])
            for m in _TOKEN.finditer(low, 0, end)
        ]
        self.tokens.append(Token("END", end, end, ""))
        self.at = 0

    @property
    def kind(self) -> str:
        """Kind of the next token."""
        return self.tokens[self.at].kind

    def after(self) -> str:
        """Kind of the token after the next one."""
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)].kind

    def take(self) -> Token:
        """Pass the next token."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Pass the next token if it is of the kind."""
        found = self.tokens[self.at].kind == kind
        self.at += found
        return found

    def expect(self, kind: str) -> Token:
        """Pass the next token, which must be of the kind."""
        return self.take() if self.kind == kind else self.refuse()

    def span(self, first: int) -> Span:
        """Place in the cell of the tokens from number *first* to the last one passed."""
        start, end = self.tokens[first].start, self.tokens[self.at - 1].end
        return (start, end) if self._places is None else (self._places[start], self._places[end - 1] + 1)

    def refuse(self, at: int | None = None, reason: str = "не разобрано") -> NoReturn:
        """Refuse the cell at a token, the next one unless told; at the end of the cell, at its last token."""
        token = self.tokens[self.at if at is None else at]
        if token.kind == "END" and len(self.tokens) > 1:
            token = self.tokens[-2]
        raise DeadlineError(self.text, token.start if self._places is None else self._places[token.start], reason)

    def refuse_term(self, term: Term) -> NoReturn:
        """Refuse the cell at a term."""
        raise DeadlineError(self.text, term.span[0])

    def _fold(self) -> str:
        """Set ``clean`` and its places; return it in lower case, Latin letters that look Russian made Russian."""
        if control := _CONTROL.search(self.text):
            raise DeadlineError(self.text, control.start(), "недопустимый знак, не разобрано")
        letters: list[str] = []
        places: list[int] = []
        for place, letter in enumerate(self.text):
            if letter == "\u00ad":
                continue
            if unicodedata.combining(letter) and letters:
                both = unicodedata.normalize("NFC", letters[-1] + letter)
                if len(both) == 1:
                    letters[-1] = both
                    continue
            letters.append(letter)
            places.append(place)
        self.clean = "".join(letters)
        self._places = [*places, len(self.text)]
        return "".join(letter.lower()[0] for letter in letters).translate(_LATIN_TWINS)
