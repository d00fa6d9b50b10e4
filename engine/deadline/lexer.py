"""Cuts a «Сроки» cell into tokens that keep their place."""

from __future__ import annotations

import re
import unicodedata
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from engine.deadline.terms import Span
from engine.deadline.words import ABBREVIATED, PHRASES, SECOND_WORDS, WORDS, Word, suggestion
from engine.errors import DeadlineError

MAX_CHARACTERS = 2000

_END = r"(?![^\W\d_])"
# Groups in order: an odd word, a word, a date, a time, a year, a number, anything else.
_TOKEN = re.compile(
    r"[\s_*]*(?:"
    rf"(?=[тсгпркм1i])((?:[тс]\s?\.\s?г|г\s?\.\s?г|п/г|раз\(а\)|кв-[а-я]+|м-ц[а-я]?|1[vу]){_END}\.?|i{{1,3}}v?(?=кв|полуг|четв|декад))"
    r"|([^\W\d_]+\.?)"
    r"|([0-9]{1,2}\s?\.\s?[0-9]{1,2}\s?\.\s?(?:[0-9]{4}|[0-9]{2})(?![0-9])"
    r"|[0-9]{1,2},[0-9]{1,2},(?:19|20)[0-9]{2}(?![0-9])"
    r"|(?:0?[1-9]|1[0-2])\.(?:19|20)[0-9]{2}(?![0-9])"
    r"|[0-9]{1,2}\.[0-9]{1,2}(?![0-9])\.?|(?:19|20)[0-9]{2}[-.][0-9]{2}[-.][0-9]{2}(?![0-9])|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?![0-9]))"
    r"|([0-9]{1,2}:[0-9]{2})"
    r"|((?:19|20)[0-9]{2}(?![0-9]))"
    rf"|([0-9]+(?:-?(?:ого|ое|ой|ом|го|ый|ий|ая|ую|ым|ых|ти|ми|му|е|й|я|х|м|ю|и){_END})?|[«\"“„]\s?[0-9]{{1,2}}\s?[»\"”])"
    r"|(\S))"
)
_ODD_WORD, _WORD, _DATE, _TIME, _YEAR, _NUMBER = range(1, 7)
_MARKS = {",": "PUNCT", ";": "PUNCT", ".": "PUNCT", ":": "COLON", "(": "OPEN", ")": "CLOSE", "[": "OPEN", "]": "CLOSE"}
_MARKS |= dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "DASH") | {"/": "SLASH"}
_CLOCK = re.compile(r"[0-9]{1,2}\.[0-9]{2}")
_DIGITS = re.compile("[0-9]+")

_FORBIDDEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff"
)
_CONTROL = re.compile(f"[{_FORBIDDEN}]")
# What needs the long way: Latin letters, soft hyphens, combining marks, the Ukrainian i, and İ (two letters when low).
_ODD = re.compile(rf"[{_FORBIDDEN}a-zA-Z\u00ad\u0130\u0300-\u036f\u0406\u0456\u04c0\u04cf]")
_TWINS = str.maketrans("acekmhoptxybё\u0456\u04cf", "асекмнортхувеii")
_MONTHS, _HOURS, _MINUTES = 12, 24, 59
_TWO, _THREE, _YEAR_FIGURES = 2, 3, 4
_FULL_YEAR, _CENTURY = 100, 2000
_UNKNOWN = Word("WORD")
_MAY_BREAK = frozenset({"WORD", "DASH"})  # a word may have been broken there by the end of a line
_KIND = itemgetter(0)
_token = tuple.__new__  # twice as fast as the constructor of a named tuple


class Token(NamedTuple):
    """One token; ``start`` and ``end`` are offsets in the clean text of :class:`Tokens`, ``low`` its lower case.

    ``value`` is the number of a month, (day, month, year or None) of a date, the unit of a rhythm …
    """

    kind: str
    value: Any
    start: int
    end: int
    low: str


class Tokens:
    """A cell cut into tokens, the last of the kind END, and the place of its reader.

    Attributes:
        text: The cell as written.
        clean: The cell without soft hyphens, with combined letters (NFC).
        tokens: Its tokens, offsets in ``clean``.
        kinds: Their kinds.
        at: Number of the token to be read next.
        depth: How many brackets are open there.
    """

    def __init__(self, text: str) -> None:
        """Cut *text*.

        Raises:
            DeadlineError: It is longer than MAX_CHARACTERS or holds a control character.
        """
        if len(text) > MAX_CHARACTERS:
            raise DeadlineError(text, MAX_CHARACTERS, f"длиннее {MAX_CHARACTERS} знаков, не читается", "too-long")
        self.text = self.clean = text
        self._places: list[int] | None = None
        self.at = self.depth = 0
        if text.isprintable() or not _ODD.search(text):
            low = text.lower()
            if "ё" in low:
                low = low.replace("ё", "е")
            self.tokens, self.kinds = kinds = _cut(low)
            if ("WORD" not in kinds[1] and "OTHER" not in kinds[1]) or not _ODD.search(text):
                return  # a known word has no odd letter
        self.tokens, self.kinds = _cut(self._fold())

    def ahead(self, count: int = 1) -> str:
        """Kind of the token *count* after the next one."""
        return self.kinds[min(self.at + count, len(self.kinds) - 1)]

    def take(self) -> Token:
        """Pass the next token."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Pass the next token if it is of the kind."""
        found = self.kinds[self.at] == kind
        self.at += found
        return found

    def expect(self, kind: str) -> Token:
        """Pass the next token, which must be of the kind."""
        return self.take() if self.kinds[self.at] == kind else self.refuse()

    def span(self, first: int) -> Span:
        """Place in the cell of the tokens from number *first* to the last one passed."""
        tokens = self.tokens
        start, end = tokens[first][2], tokens[self.at - 1][3]
        return (start, end) if self._places is None else (self._places[start], self._places[end - 1] + 1)

    def words(self, first: int, last: int) -> str:
        """Return the cell from token number *first* to the one before *last*, with single spaces."""
        return " ".join(self.clean[self.tokens[first].start : self.tokens[last - 1].end].split())

    def refuse(self, at: int | None = None, reason: str = "не разобрано", code: str = "not-read") -> NoReturn:
        """Refuse the cell at a token, the next one unless told; at the end of the cell, at its last token."""
        at = self.at if at is None else at
        token = self.tokens[at]
        if token.kind == "END" and len(self.tokens) > 1:
            token = self.tokens[-2]
        elif token.kind == "DASH" and self.tokens[at + 1].kind == "WORD" and suggestion(self.tokens[at + 1].low):
            token = self.tokens[at + 1]
        place = token.start if self._places is None else self._places[token.start]
        near = suggestion(token.low) if token.kind == "WORD" else None
        raise DeadlineError(self.text, place, reason, code, near)

    def _fold(self) -> str:
        """Set ``clean`` and its places; return it in lower case, Latin letters that look Russian made Russian."""
        if control := _CONTROL.search(self.text):
            raise DeadlineError(self.text, control.start(), "недопустимый знак, не разобрано", "control-character")
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
        return "".join(letter.lower()[0] for letter in letters).translate(_TWINS)


def _cut(low: str) -> tuple[list[Token], list[str]]:  # noqa: C901  # one case for each group, in one pass
    tokens: list[Token] = []
    add = tokens.append
    known = WORDS.get
    leads = False
    kind = before = ""
    end = len(low.rstrip())  # a long tail of spaces would be tried from each of its places
    for match in _TOKEN.finditer(low, 0, end):
        group = match.lastindex
        text = match[group]  # type: ignore[index]
        stop = match.end()
        if group == _WORD:
            word = known(text)
            if word is not None and kind not in _MAY_BREAK:
                kind = word[0]
                add(_token(Token, (kind, word[1], stop - len(text), stop, text)))
            else:
                kind, text = _cut_word(tokens, text, stop - len(text), stop)
            if text in SECOND_WORDS and (before, text) in PHRASES:
                leads = True
            before = text
        elif group == _YEAR:
            kind = "YEAR"
            add(_token(Token, (kind, int(text), stop - 4, stop, text)))
        elif group == _NUMBER:
            kind = "NUMBER"
            digits = text if text.isdigit() else _DIGITS.findall(text)[0]
            add(_token(Token, (kind, int(digits), stop - len(text), stop, text)))
        elif group == _DATE:
            kind = "DATE"
            tokens += _date(text, stop - len(text), stop)
        elif group == _TIME:
            kind = "TIME"
            add(Token(kind, None, stop - len(text), stop, text))
        elif group == _ODD_WORD:
            add(_odd_word(text, stop - len(text), stop))
            kind, before = tokens[-1].kind, tokens[-1].low
        else:
            kind = _MARKS.get(text, "OTHER")
            add(_token(Token, (kind, None, stop - 1, stop, text)))
    add(_token(Token, ("END", None, end, end, "")))
    if leads:
        _join(tokens)
    return tokens, list(map(_KIND, tokens))


def _odd_word(text: str, start: int, stop: int) -> Token:
    word = "".join(text.rstrip(".").split())
    word = {"г.г": "гг", "1v": "iv", "1у": "iv"}.get(word, "кв" if word.startswith("кв-") else word)
    known = WORDS.get("м-ц" if word.startswith("м-ц") else word, _UNKNOWN)
    return Token(known.kind, known.value, start, stop, word)


def _cut_word(tokens: list[Token], text: str, start: int, stop: int) -> tuple[str, str]:
    """Add a word that is unknown, abbreviated, or may be half of one; return its kind and the word."""
    word = text[:-1] if text[-1] == "." else text
    known = WORDS.get(word, _UNKNOWN)
    if tokens and tokens[-1][0] in _MAY_BREAK:
        broken = _broken(tokens, word, start)
        if broken is not None:
            word, known, start = broken.low, WORDS[broken.low], broken.start
    if text[-1] == "." and word not in ABBREVIATED:
        tokens.append(Token(known.kind, known.value, start, stop - 1, word))
        tokens.append(Token("PUNCT", None, stop - 1, stop, "."))
        return "PUNCT", word
    tokens.append(_token(Token, (known.kind, known.value, start, stop, word)))
    return known.kind, word


def _broken(tokens: list[Token], rest: str, start: int) -> Token | None:
    """Take back the first half of a word that the end of a line broke: «ежеквар-» before «тально»."""
    dash = tokens[-1].kind == "DASH"
    if len(tokens) < 1 + dash:
        return None
    half = tokens[-1 - dash]
    whole = half.low + rest
    if whole not in WORDS or (half.kind != "WORD" and rest in WORDS) or not half.low.isalpha():
        return None
    if (dash and tokens[-1].start != half.end) or (not dash and start - half.end != 1):
        return None
    del tokens[-1 - dash :]
    return half._replace(low=whole)


def _date(text: str, start: int, stop: int) -> list[Token]:
    """Return a date (day, month, year or None), a month and its year, or a time of day."""
    parts = text.split(".")
    if len(parts) == _THREE and len(parts[2]) == _YEAR_FIGURES and len(parts[0]) <= _TWO and parts[2].isdigit():
        return [_token(Token, ("DATE", (int(parts[0]), int(parts[1]), int(parts[2])), start, stop, text))]
    numbers = [int(digits) for digits in _DIGITS.findall(text)]
    if len(numbers) == _TWO and numbers[1] >= _FULL_YEAR:  # «09.2023»
        dot = start + text.index(".")
        return [
            Token("MONTH", numbers[0], start, dot, text[: dot - start]),
            Token("YEAR", numbers[1], dot + 1, stop, text[dot - start + 1 :]),
        ]
    if len(numbers) == _TWO:  # day and month
        first, second = numbers
        if not 1 <= second <= _MONTHS and first <= _HOURS and second <= _MINUTES and _CLOCK.fullmatch(text):
            return [Token("TIME", None, start, stop, text)]
        return [Token("DATE", (first, second, None), start, stop, text)]
    day, month, year = numbers
    if len(str(numbers[0])) > _TWO:
        day, year = year, day
    short = len(_DIGITS.findall(text)[2]) == _TWO and year < _FULL_YEAR
    return [Token("DATE", (day, month, _CENTURY + year if short else year), start, stop, text)]


def _join(tokens: list[Token]) -> None:
    """Join words that mean one thing together, as «не позднее»."""
    lows = [token[4] for token in tokens]
    for at in range(len(tokens) - 2, -1, -1):  # backwards, so that joining moves nothing still to be seen
        for rest, kind, low in PHRASES.get((lows[at], lows[at + 1]), ()):
            last = at + 1 + len(rest)
            if not rest or lows[at + 2 : last + 1] == rest:
                tokens[at : last + 1] = [_token(Token, (kind, None, tokens[at][2], tokens[last][3], low))]
                lows[at : last + 1] = [low]
                break
