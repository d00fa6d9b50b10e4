"""A letter's bytes are legible to strict readers, whatever stands in the envelope."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.envelope import Envelope, one_line
from notifiers.mime import BadAddressError, compose, mailbox, named_mailbox

SENDER = named_mailbox("Срок <srok@example.org>")
ICS = "BEGIN:VCALENDAR\r\nSUMMARY:Срок\r\nEND:VCALENDAR\r\n".encode()
ENVELOPE = Envelope(
    key="lysva-2021/1.1#1|r0|-5|ivanova|mail",
    to_name="Иванова Мария",
    address="ivanova@example.org",
    subject="Напоминание",
    text="Срок 21.06.2021",
    html="<p>Срок 21.06.2021</p>",
    sent_at=datetime(2021, 6, 16, 9, 0, tzinfo=UTC),
)


def read(content: bytes) -> EmailMessage:
    return cast("EmailMessage", email.message_from_bytes(content, policy=policy.default))


# lysva-2021, 1.1, and mixed words that the stdlib's own folding spoils
SUBJECTS = [
    "Осталось 7 дней: «Разработка плана мероприятий по реализации Концепции региональной системы объективности»",
    "Ж" * 500,
    " ".join(["мера", "measure", "№ 2.10", "(ВПР)", "<b>"] * 60),
    "plain ASCII",
    "x" * 2000,
    "=?utf-8?b?0JA=?=",
    "📅 " * 200,
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_of_any_length_stays_intact_on_short_lines(subject) -> None:
    content = compose(replace(ENVELOPE, subject=subject), SENDER).content
    assert read(content)["Subject"] == one_line(subject)
    assert max(map(len, content.split(b"\r\n"))) <= 78


@given(st.text(max_size=600), st.text(max_size=200))
def test_any_subject_and_name_are_read_back(subject, name) -> None:
    content = compose(replace(ENVELOPE, subject=subject, to_name=name), SENDER).content
    head = content.partition(b"\r\n\r\n")[0]
    letter = read(content)
    assert head.isascii()
    assert letter.keys() == read(compose(ENVELOPE, SENDER).content).keys()
    assert letter["To"].addresses[0].addr_spec == "ivanova@example.org"


INJECTIONS = [
    {"subject": "Срок\r\nBcc: spy@example.org"},
    {"subject": "Term\r\nBcc: spy@example.org"},
    {"subject": "Term\x85Bcc: spy@example.org\x0b\u2028"},
    {"to_name": "Иванова\r\nBcc: spy@example.org"},
    {"to_name": 'Ivanova" <spy@example.org>, "x'},
    {"to_name": "Ivanova\nBcc: spy@example.org\n\nbody"},
    {"key": "k\r\nBcc: spy@example.org"},
    {"thread": "t\r\nBcc: spy@example.org"},
    {"calendar": ICS, "calendar_name": 'план"\r\nBcc: spy@example.org'},
]


@pytest.mark.parametrize("text", ["a\r\nb", "a\x85b", "a\u2028 b", "a\x00\x0b\x1cb", " a\xa0b\t"])
def test_one_line_has_no_breaks_and_no_control_characters(text) -> None:
    assert one_line(text) == "a b"


@pytest.mark.parametrize("given_facts", INJECTIONS)
def test_nothing_can_write_a_header(given_facts) -> None:
    letter = read(compose(replace(ENVELOPE, **given_facts), SENDER).content)
    assert not [name for part in letter.walk() for name in part if name.lower() == "bcc"]
    assert [box.addr_spec for box in letter["To"].addresses] == ["ivanova@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        *["", "не-адрес", "@example.org", "ivanova@", "ivanova@example..org", "иванова@example.org", "a b@example.org"],
        *["a@b@example.org", "a.@example.org", "a@-x.org", "a@x_y.org", "a@example.org\r\nRCPT TO:<b@example.org>"],
        *["a@example.org>", "l" * 65 + "@example.org", "a@" + "я" * 70 + ".org"],
    ],
)
def test_a_bad_address_is_refused(address) -> None:
    with pytest.raises(BadAddressError) as refused:
        mailbox(address)
    assert str(refused.value) == f"неверный адрес почты: «{one_line(address)[:80]}»"


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("ivan@школа.рф", "ivan@xn--80atdl2c.xn--p1ai"),
        ("Ivan.Petrov+srok@Example.org", "Ivan.Petrov+srok@Example.org"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_goes_over_the_wire_in_ascii(address, wire) -> None:
    assert mailbox(address).address == wire


def test_one_message_id_made_of_the_key_alone() -> None:
    first = compose(ENVELOPE, SENDER)
    other = compose(replace(ENVELOPE, subject="Другое", address="b@example.org"), SENDER)
    assert read(first.content).get_all("Message-ID") == [first.message_id]
    assert first.message_id == other.message_id
    assert first.message_id != compose(replace(ENVELOPE, key="other"), SENDER).message_id
    assert first.message_id.endswith("@example.org>")
    assert len(first.message_id) == 32 + len("<@example.org>")


def test_a_repeat_is_the_same_bytes() -> None:
    full = replace(ENVELOPE, calendar=ICS, thread="lysva-2021/1.1#1")
    assert compose(full, SENDER) == compose(full, SENDER)


def test_letters_of_one_occurrence_stand_in_one_thread() -> None:
    one = read(compose(replace(ENVELOPE, thread="lysva-2021/1.1#1"), SENDER).content)
    two = read(compose(replace(ENVELOPE, thread="lysva-2021/1.1#1", key="other"), SENDER).content)
    assert one["References"] == one["In-Reply-To"] == two["References"]
    assert "References" not in read(compose(ENVELOPE, SENDER).content)


def test_the_headers_say_who_when_and_that_a_machine_writes() -> None:
    letter = read(compose(ENVELOPE, SENDER).content)
    assert letter["From"] == "Срок <srok@example.org>"
    assert letter["To"] == "Иванова Мария <ivanova@example.org>"
    assert letter["Date"] == "Wed, 16 Jun 2021 09:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Srok-Key"] == ENVELOPE.key


def test_text_page_and_calendar_are_read_back() -> None:
    text = "Строка\n.точка в начале\n" + "очень длинная строка " * 100
    letter = read(compose(replace(ENVELOPE, text=text, calendar=ICS, calendar_name="План.ics"), SENDER).content)
    assert letter.get_content_type() == "multipart/mixed"
    plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert plain.get_content().splitlines() == text.splitlines()
    assert page.get_content().splitlines() == ["<p>Срок 21.06.2021</p>"]
    (file,) = letter.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert file.get_param("charset") == "utf-8"
    assert file.get_param("method") is None
    assert file.get_payload(decode=True) == ICS
    assert file.get_filename() == "План.ics"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("План.ics", "План.ics"),
        ("../../etc/Срок", "etc Срок.ics"),
        ("Ж" * 300, "Ж" * 60 + ".ics"),
        ("", "Срок.ics"),
        ("C:\\план\r\n.ics", "C план.ics"),
    ],
)
def test_the_file_has_a_safe_name_in_a_legible_header(name, shown) -> None:
    content = compose(replace(ENVELOPE, calendar=ICS, calendar_name=name), SENDER).content
    (file,) = read(content).iter_attachments()
    assert file.get_filename() == shown
    assert b"Content-Disposition: attachment" in content
