"""Tokens: made by the key alone, and worth nothing after any change."""

import re
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import StoreError
from engine.settings import load_settings
from engine.store.installation import signing_key
from notifiers.tokens import LENGTH, Signer

NOW = datetime(2021, 6, 16, 4, tzinfo=UTC)
LATER = NOW + timedelta(days=60)
SIGNER = Signer(b"a key of these tests, and of nothing else")
ID = 7_365_015_123_456_789
TOKEN = SIGNER.sign(ID, LATER)
ALPHABET = string.ascii_letters + string.digits + "-_"


def test_a_token_is_forty_characters_that_name_the_link() -> None:
    assert (len(TOKEN), bool(re.fullmatch(r"[A-Za-z0-9_-]{40}", TOKEN))) == (LENGTH, True)
    assert SIGNER.read(TOKEN, NOW) == ID
    assert SIGNER.sign(ID, LATER) == TOKEN


@given(st.integers(0, 2**63 - 1), st.integers(1, 2**35))
def test_every_link_is_read_back_until_its_end(link: int, seconds: int) -> None:
    ends = datetime.fromtimestamp(seconds, UTC)
    token = SIGNER.sign(link, ends)
    assert len(token) == LENGTH
    assert SIGNER.read(token, ends - timedelta(seconds=1)) == link
    assert SIGNER.read(token, ends) is None


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_token_with_another_character_is_nothing(place: int) -> None:
    for other in ALPHABET.replace(TOKEN[place], ""):
        assert SIGNER.read(TOKEN[:place] + other + TOKEN[place + 1 :], NOW) is None


def test_what_is_not_a_token_is_nothing() -> None:
    raw = urlsafe_b64decode(TOKEN)
    for other in (
        "", TOKEN[:-1], TOKEN + "A", TOKEN + "=", TOKEN + "\n", " " + TOKEN[1:], TOKEN[:-1] + "é", TOKEN[:-1] + "\x00",
        "٣" * LENGTH, "A" * LENGTH, TOKEN.swapcase(), TOKEN[::-1],
        urlsafe_b64encode(b"\x02" + raw[1:]).decode(),
        urlsafe_b64encode(raw[:14] + bytes(16)).decode(),
    ):  # fmt: skip
        assert SIGNER.read(other, NOW) is None


def test_another_key_reads_nothing() -> None:
    assert Signer(b"another key").read(TOKEN, NOW) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_is_nothing(text: str) -> None:
    assert SIGNER.read(text, NOW) is None


def test_the_key_is_in_no_repr() -> None:
    assert "nothing else" not in repr(SIGNER)


def test_a_home_makes_its_key_once_for_its_owner_alone(tmp_path) -> None:
    settings = load_settings(home=tmp_path)
    key = signing_key(settings)
    assert (len(key) >= 32, signing_key(settings)) == (True, key)
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert signing_key(load_settings(home=tmp_path, secret_key="that of the settings")) == b"that of the settings"


def test_who_comes_second_keeps_the_key_of_the_first(tmp_path) -> None:
    from engine.store.installation import _make_secret  # noqa: PLC0415 - the race itself

    key = signing_key(load_settings(home=tmp_path))
    _make_secret(tmp_path / "secret")
    assert (tmp_path / "secret").read_bytes() == key
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]


def test_an_empty_key_is_refused(tmp_path) -> None:
    (tmp_path / "secret").write_bytes(b"\n")
    with pytest.raises(StoreError, match=r"^ключ ссылок «.*secret» пуст: удалите файл"):
        signing_key(load_settings(home=tmp_path))


def test_a_key_that_can_be_guessed_is_refused(tmp_path) -> None:
    with pytest.raises(StoreError) as caught:
        signing_key(load_settings(home=tmp_path, secret_key="123456789012345"))
    assert str(caught.value) == "SROK_SECRET_KEY короток: нужно не меньше 16 случайных знаков"
