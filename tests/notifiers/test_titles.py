"""Every title of the five plans, and hostile ones, as subject and file name over real SMTP (aiosmtpd)."""

import email
import re
from collections.abc import Iterator
from email import policy

import pytest

from engine.plan_file import read_plan
from notifiers.envelope import OutcomeKind, one_line
from notifiers.mail import MailChannel
from notifiers.render import render, render_telegram
from tests.notifiers.post_office import PLANS
from tests.notifiers.test_mail import Inbox, serve
from tests.notifiers.test_render import HOW, LYSVA, replace

ICS = "BEGIN:VCALENDAR\r\nSUMMARY:Срок\r\nEND:VCALENDAR\r\n".encode()


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Inbox, MailChannel]]:
    inbox = Inbox()
    controller = serve(inbox)
    channel = MailChannel.from_url(f"smtp://127.0.0.1:{controller.port}?from=srok@example.org")
    yield inbox, channel
    channel.close()
    controller.stop()


def titles() -> Iterator[str]:
    for file in sorted(PLANS.glob("*-20*.yaml")):
        roadmap, _ = read_plan(file.read_text(encoding="utf-8"), file.name, None)
        assert roadmap is not None
        yield roadmap.plan.title
        for measure in roadmap.measures:
            yield measure.title
            yield from (sub.title for sub in measure.sub)


HOSTILE = [
    "Ж" * 500,
    "x" * 500,
    "Срок\r\nBcc: spy@example.org\r\n\r\nтело",
    "Term\nX-Srok-Key: other\rMessage-ID: <a@b>",
    "<script>alert(1)</script> & <b>",
    "\u202eкорс\u202c \u200fשלום\u200e",
    "📅" * 120,
    "=?utf-8?b?0JA=?= «ёлочки» № 2.10",
    '"; filename="x.exe',
]


def sent(post: tuple[Inbox, MailChannel], envelope, title: str) -> bytes:
    inbox, channel = post
    inbox.letters.clear()
    letter = envelope(
        key=f"k/{title}"[:590], subject=f"Напоминание: «{title}»", calendar=ICS, calendar_name=f"{title}.ics"
    )
    outcome = channel.deliver(letter)
    assert outcome.kind is OutcomeKind.SENT, outcome
    return inbox.letters[-1].content


def words(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def check_arrived(content: bytes, title: str) -> None:
    assert max(map(len, content.split(b"\r\n"))) <= 998
    letter = email.message_from_bytes(content, policy=policy.default)
    assert letter["Subject"] == one_line(f"Напоминание: «{title}»")
    assert len(letter.get_all("Message-ID")) == 1
    assert letter["To"].addresses[0].addr_spec == "ivanova@example.org"
    assert [part["Bcc"] for part in letter.walk() if part["Bcc"]] == []
    (file,) = letter.iter_attachments()
    name = file.get_filename()
    assert name.endswith(".ics")
    assert re.fullmatch(r'[^\x00-\x1f/\\<>:"|?*]+', name)
    assert words(title).startswith(words(name.removesuffix(".ics")))


def test_every_title_of_the_five_plans_arrives_intact(post, envelope) -> None:
    found = list(dict.fromkeys(titles()))
    assert len(found) > 90
    for title in found:
        check_arrived(sent(post, envelope, title), title)


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_arrives_as_words_and_nothing_else(post, envelope, title) -> None:
    check_arrived(sent(post, envelope, title), title)


HOSTILE_WORDS = ["Иванова\r\nBcc: spy@example.org", "<img src=x onerror=alert(1)>", "</p><script>", "{{ 7 * 7 }}"]


@pytest.mark.parametrize("evil", HOSTILE_WORDS)
def test_hostile_names_and_evidence_are_words_in_every_form_of_a_letter(evil) -> None:
    item = replace(LYSVA, kind="reported", reports=(f"{evil}, подтверждение: {evil}",), reason=evil, responsible=evil)
    letter, telegram = render([item], evil, HOW), render_telegram([item], HOW)
    for page in (letter.html, telegram):
        assert "<script" not in page
        assert "<img" not in page
    assert "49" not in letter.text
    assert not any(line.startswith("Bcc:") for line in letter.text.splitlines())


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: b@example.org", "a@example.org\nRCPT TO:<b@example.org>"])
def test_an_address_with_a_line_end_is_refused_for_good_before_anything_is_sent(post, envelope, address) -> None:
    inbox, channel = post
    inbox.letters.clear()
    outcome = channel.deliver(envelope(address=address))
    assert (outcome.kind, inbox.letters) == (OutcomeKind.PERM, [])
    assert outcome.text == f"неверный адрес почты: «{one_line(address)[:80]}»"
