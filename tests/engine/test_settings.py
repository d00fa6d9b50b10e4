"""Where the pages stand: an address that a link may safely be made of, or a refusal that names it."""

import pytest

from engine.settings import SettingsError, load_settings

TAKEN = [
    ("https://srok.example.org", "https://srok.example.org"),
    ("https://srok.example.org/", "https://srok.example.org"),
    ("https://xn--e1ajk.example.org:8443/office/srok", "https://xn--e1ajk.example.org:8443/office/srok"),
    ("http://127.0.0.1:8321", "http://127.0.0.1:8321"),
    ("http://localhost:8321/", "http://localhost:8321"),
    ("http://[::1]:8321", "http://[::1]:8321"),
]


@pytest.mark.parametrize(("given", "taken"), TAKEN)
def test_an_address_of_the_pages_is_taken(tmp_path, given, taken) -> None:
    assert load_settings(home=tmp_path, public_url=given).public_url == taken


REFUSED = [
    "", "srok.example.org", "http://srok.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1",
    "ftp://srok.example.org", "javascript:alert(1)", "https://", "https:///a", "https://user:password@srok.example.org",
    "https://srok.example.org/../a", "https://srok.example.org/./a", "https://srok.example.org//a",
    "https://srok.example.org/%2e%2e", "https://srok.example.org/a?b", "https://srok.example.org/#a",
    "https://srok.example.org\n", "https://srok.example.org\r\nX: 1", "https://срок.рф", "https://srok.example.org/<a>",
    "https://srok.example.org:port", "https://-srok.example.org",
]  # fmt: skip


@pytest.mark.parametrize("given", REFUSED)
def test_another_address_is_refused_without_being_repeated(tmp_path, given) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(home=tmp_path, public_url=given)
    assert str(caught.value) == (
        "настройки не подходят: public_url; адрес страниц пишется как https://srok.example.org, "
        "http только для 127.0.0.1; проверьте srok.toml и переменные SROK_*"
    )


def test_a_setting_that_does_not_exist_is_told_from_one_that_does_not_fit(tmp_path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(home=tmp_path, colour="красный", zone="Europe/Nowhere")
    assert str(caught.value) == (
        "настройки не подходят: colour (такой настройки нет), zone; проверьте srok.toml и переменные SROK_*"
    )
