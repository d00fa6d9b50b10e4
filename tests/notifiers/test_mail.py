"""Mail over real sockets: what arrives, and what each failure means."""

import email
import logging
from collections.abc import Iterator
from email import policy
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

import notifiers.mail
from engine.errors import DeliveryError
from notifiers.envelope import Outcome, OutcomeKind
from notifiers.mail import MailChannel
from notifiers.mime import Letter
from tests.mailbox import Loopback

SECRET = "Сезам-7f3a"
BAD_URL = (
    "SROK_MAIL_URL не понят: нужно smtp://, smtp+starttls:// или smtps://имя:пароль@сервер:порт?from=адрес, "
    "либо file:///папка; знаки :/?#@% в пароле пишутся кодом, например @ как %40"
)
SENT, TEMP, PERM = OutcomeKind.SENT, OutcomeKind.TEMP, OutcomeKind.PERM
AMBIGUOUS, CONFIG = OutcomeKind.AMBIGUOUS, OutcomeKind.CONFIG


class Inbox:
    """Handler of aiosmtpd that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(envelope)
        return "250 2.0.0 taken"


def serve(inbox: Inbox, **options: Any) -> Loopback:
    controller = Loopback(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    return controller


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    inbox = Inbox()
    controller = serve(inbox)
    yield inbox, f"smtp://127.0.0.1:{controller.port}?from=Срок <srok@example.org>"
    controller.stop()


def send(url: str, envelope: Any) -> Outcome:
    channel = MailChannel.from_url(url)
    try:
        return channel.deliver(envelope)
    finally:
        channel.close()


def test_a_letter_arrives_whole(inbox, envelope) -> None:
    box, url = inbox
    subject = "Ж" * 500
    outcome = send(url, envelope(subject=subject, text=".точка\n" + "Ы" * 5000, calendar=b"BEGIN:VCALENDAR\r\n"))
    (arrived,) = box.letters
    letter = email.message_from_bytes(arrived.content, policy=policy.default)
    assert outcome == Outcome(SENT, "250", "250 2.0.0 taken", provider_id=letter["Message-ID"])
    assert (arrived.mail_from, arrived.rcpt_tos) == ("srok@example.org", ["ivanova@example.org"])
    assert letter["Subject"] == subject
    assert len(letter.get_all("Message-ID")) == 1
    assert letter.get_body(("plain",)).get_content().splitlines() == [".точка", "Ы" * 5000]
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["text/calendar"]
    assert max(map(len, arrived.content.split(b"\r\n"))) <= 998


def test_one_connection_carries_many_letters(smtp, envelope) -> None:
    channel = MailChannel.from_url(smtp.url())
    outcomes = [channel.deliver(envelope(key=f"k{n}")).kind for n in range(3)]
    channel.close()
    assert outcomes == [SENT] * 3
    assert smtp.stages.count("BANNER") == 1
    assert smtp.stages[-1] == "QUIT"


def test_a_connection_that_died_in_between_is_opened_anew(smtp, envelope) -> None:
    smtp.script = {"RSET": None}
    channel = MailChannel.from_url(smtp.url())
    assert [channel.deliver(envelope(key=f"k{n}")).kind for n in range(2)] == [SENT, SENT]
    channel.close()
    assert smtp.stages.count("BANNER") == 2


@pytest.mark.parametrize(("stage", "answer"), [("RCPT", "421 closing"), ("BODY", ""), ("BODY", "what?")])
def test_a_conversation_that_broke_off_is_not_taken_up_again(smtp, envelope, monkeypatch, stage, answer) -> None:
    monkeypatch.setattr(notifiers.mail, "_TIMEOUT_SECONDS", 0.2)
    smtp.script = {stage: answer}
    channel = MailChannel.from_url(smtp.url())
    assert channel.deliver(envelope()).kind is not SENT
    smtp.script = {}
    assert channel.deliver(envelope(key="next")).kind is SENT
    channel.close()
    assert smtp.stages.count("BANNER") == 2


def test_a_server_that_was_busy_when_greeted_is_greeted_anew(smtp, envelope) -> None:
    """Not our fault, and nobody is to take up that conversation without a login."""
    smtp.script = {"EHLO": "451 busy"}
    channel = MailChannel.from_url(smtp.url("srok:secret@"))
    assert channel.deliver(envelope()).kind is TEMP
    smtp.script = {}
    assert channel.deliver(envelope()).kind is SENT
    channel.close()
    assert smtp.stages == ["BANNER", "EHLO", "BANNER", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "QUIT"]


def test_a_line_that_begins_with_a_dot_stays(inbox) -> None:
    box, url = inbox
    channel = MailChannel.from_url(url)
    letter = Letter("srok@example.org", "ivanova@example.org", "<1@example.org>", b"Subject: x\r\n\r\n.\r\n..x\r\n")
    assert channel.transport.send(letter).kind is SENT
    channel.close()
    assert box.letters[0].content == letter.content


def test_a_refused_letter_does_not_spoil_the_next(smtp, envelope) -> None:
    smtp.script = {"RCPT": "550 5.1.1 no such user"}
    channel = MailChannel.from_url(smtp.url())
    assert channel.deliver(envelope()).kind is PERM
    smtp.script = {}
    assert channel.deliver(envelope(key="next")).kind is SENT
    channel.close()
    assert smtp.stages.count("BANNER") == 1


CUT = "нет связи с почтовым сервером: сервер прервал разговор"
DOUBT = "связь прервалась после передачи письма"
# notes of the delivery model, 3.2: the stage, what the server answers there (None: cuts), what is known
FAILURES = [
    ("BANNER", "421 busy", TEMP, "421", "почтовый сервер не принял соединение: 421"),
    ("BANNER", "554 go away", TEMP, "554", "почтовый сервер не принял соединение: 554"),
    ("BANNER", "HTTP/1.1 400 Bad Request", TEMP, None, CUT),
    ("BANNER", None, TEMP, None, CUT),
    ("EHLO", None, TEMP, None, CUT),
    ("EHLO", "421 closing", TEMP, "421", "почтовый сервер отказал в знакомстве: 421 closing"),
    ("EHLO", "451 later", TEMP, "451", "почтовый сервер отказал в знакомстве: 451 later"),
    ("EHLO", "502 what is EHLO?", SENT, "250", "250 taken"),
    ("MAIL", "451 later", TEMP, "451", "почтовый сервер отказал отправителю: 451 later"),
    ("MAIL", "550 not you", TEMP, "550", "почтовый сервер отказал отправителю: 550 not you"),
    ("MAIL", "530 5.7.0 log in", CONFIG, "530", "почтовый сервер требует входа по паролю"),
    ("MAIL", None, TEMP, None, CUT),
    ("RCPT", "450 greylisted", TEMP, "450", "почтовый сервер отказал адресату: 450 greylisted"),
    ("RCPT", "550 5.1.1 no such user", PERM, "550", "почтовый сервер отказал адресату: 550 5.1.1 no such user"),
    ("RCPT", "530 5.7.0 log in", CONFIG, "530", "почтовый сервер требует входа по паролю"),
    ("RCPT", "421 closing", TEMP, "421", "почтовый сервер отказал адресату: 421 closing"),
    ("RCPT", None, TEMP, None, CUT),
    ("DATA", "451 later", TEMP, "451", "почтовый сервер отказал письму: 451 later"),
    ("DATA", "554 no", PERM, "554", "почтовый сервер отказал письму: 554 no"),
    ("DATA", None, TEMP, None, CUT),
    ("BODY", "452 disk full", TEMP, "452", "почтовый сервер отказал письму: 452 disk full"),
    ("BODY", "554 5.7.1 spam", PERM, "554", "почтовый сервер отказал письму: 554 5.7.1 spam"),
    ("BODY", "what?", AMBIGUOUS, None, DOUBT),
    ("BODY", None, AMBIGUOUS, None, DOUBT),
    ("QUIT", None, SENT, "250", "250 taken"),
]


@pytest.mark.parametrize(("stage", "answer", "kind", "code", "text"), FAILURES)
def test_what_a_failure_means(smtp, envelope, stage, answer, kind, code, text) -> None:
    smtp.script = {stage: answer}
    outcome = send(smtp.url(), envelope())
    assert (outcome.kind, outcome.code, outcome.text) == (kind, code, text)


@pytest.mark.parametrize(
    ("stage", "kind", "text"), [("BANNER", TEMP, None), ("RCPT", TEMP, None), ("BODY", AMBIGUOUS, DOUBT)]
)
def test_a_silent_server_is_a_cut_one(smtp, envelope, monkeypatch, stage, kind, text) -> None:
    monkeypatch.setattr(notifiers.mail, "_TIMEOUT_SECONDS", 0.2)
    smtp.script = {stage: ""}
    outcome = send(smtp.url(), envelope())
    assert outcome.kind is kind
    assert text in {None, outcome.text}


def test_a_refused_connection_is_temporary(closed_port, envelope) -> None:
    outcome = send(f"smtp://127.0.0.1:{closed_port}?from=srok@example.org", envelope())
    assert outcome == Outcome(TEMP, None, "нет связи с почтовым сервером: Connection refused")


def test_a_bad_address_never_reaches_the_server(smtp, envelope) -> None:
    outcome = send(smtp.url(), envelope(address="не-адрес"))
    assert outcome == Outcome(PERM, None, "неверный адрес почты: «не-адрес»")
    assert smtp.stages == []


LOGINS = [
    ("535 5.7.8 wrong: secret-7f3a", CONFIG, "535"),
    ("454 4.7.0 try later", TEMP, "454"),
    (None, TEMP, None),
]


@pytest.mark.parametrize(("answer", "kind", "code"), LOGINS)
def test_a_wrong_password_is_our_fault_and_stays_secret(smtp, envelope, caplog, answer, kind, code) -> None:
    caplog.set_level(logging.DEBUG)
    smtp.script = {"AUTH": answer}
    outcome = send(smtp.url("ivan:secret-7f3a@"), envelope())
    assert (outcome.kind, outcome.code) == (kind, code)
    assert "secret-7f3a" not in caplog.text + repr(outcome)


def test_a_password_outside_ascii_and_a_server_without_login_are_our_fault(smtp, envelope) -> None:
    text = "почтовый сервер не умеет того, что задано в SROK_MAIL_URL: вход по паролю или STARTTLS"
    assert send(smtp.url(f"ivan:{SECRET}@"), envelope()) == Outcome(CONFIG, None, text)
    smtp.script = {"EHLO": "250 hello"}
    assert send(smtp.url("ivan:secret@"), envelope()) == Outcome(CONFIG, None, text)
    smtp.script = {"EHLO": "250-hello\r\n250 AUTH GSSAPI"}
    assert send(smtp.url("ivan:secret@"), envelope()) == Outcome(CONFIG, None, text)
    assert send(smtp.url().replace("smtp:", "smtp+starttls:"), envelope()) == Outcome(CONFIG, None, text)


def test_a_server_that_repeats_the_password_is_not_quoted(smtp, envelope) -> None:
    smtp.script = {"RCPT": "550 you said secret-7f3a"}
    assert send(smtp.url("ivan:secret-7f3a@"), envelope()).text == "почтовый сервер отказал адресату: 550 you said …"


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_letter_goes_over_tls_with_a_login(tls, envelope, monkeypatch, scheme) -> None:
    context, certificate = tls
    given = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
        given.append((login.login, login.password))
        return AuthResult(success=True)

    box = Inbox()
    way = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    # aiosmtpd does not count a connection that began in TLS as secure enough for AUTH
    controller = serve(box, authenticator=check, auth_require_tls=scheme != "smtps", **way)
    url = f"{scheme}://ivan%40example.org:p%40ss%2Fw@127.0.0.1:{controller.port}?from=srok@example.org"
    try:
        untrusted = send(url, envelope())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusted = send(url, envelope())
    finally:
        controller.stop()
    assert untrusted.kind is TEMP
    assert untrusted.text.startswith("нет связи с почтовым сервером: защищённое соединение не установлено")
    assert trusted.kind is SENT
    assert given == [(b"ivan@example.org", b"p@ss/w")]
    assert len(box.letters) == 1


BAD_URLS = [
    "",
    "imap://mail.example.org?from=srok@example.org",
    "smtp://mail.example.org",
    "smtp://mail.example.org?from=не-адрес",
    "smtp://mail.example.org?form=srok@example.org&from=srok@example.org",
    "smtp://mail.example.org?from",
    "smtp://?from=srok@example.org",
    f"smtps://ivan:{SECRET}#@mail.example.org?from=srok@example.org",
    f"smtps://ivan:{SECRET}/1@mail.example.org?from=srok@example.org",
    "smtp://mail.example.org:port?from=srok@example.org",
    "smtp://mail.example.org:99999?from=srok@example.org",
    "smtp://mail..example.org?from=srok@example.org",
    "file://host/folder",
    "file:///",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_of_the_server_that_is_none_is_refused_without_repeating_it(url) -> None:
    with pytest.raises(DeliveryError) as refused:
        MailChannel.from_url(url)
    assert str(refused.value) == BAD_URL
    assert refused.value.__suppress_context__


def test_the_channel_does_not_show_its_password() -> None:
    channel = MailChannel.from_url("smtps://ivan:secret-7f3a@mail.example.org?from=srok@example.org")
    assert "secret-7f3a" not in repr(channel)


def test_a_folder_takes_a_letter_as_a_file(tmp_path, envelope) -> None:
    folder = tmp_path / "письма 2021"
    outcome = send(folder.as_uri() + "?from=srok+demo@example.org", envelope())
    (file,) = folder.iterdir()
    letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert outcome == Outcome(SENT, None, f"записано: {file.name}", provider_id=letter["Message-ID"])
    assert file.name == letter["Message-ID"][1:33] + ".eml"
    assert letter["From"] == "srok+demo@example.org"
    assert letter["Subject"] == "Напоминание"


def test_a_repeat_replaces_its_own_file_only(tmp_path, envelope) -> None:
    url = tmp_path.as_uri()
    for key, subject in [("a", "Первое"), ("a", "Второе"), ("b", "Третье")]:
        assert send(url, envelope(key=key, subject=subject)).kind is SENT
    letters = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in tmp_path.iterdir()]
    assert sorted(letter["Subject"] for letter in letters) == ["Второе", "Третье"]
    assert {letter["From"] for letter in letters} == {"Срок <srok@example.org>"}


def test_a_repeat_takes_away_the_draft_of_one_who_was_killed(tmp_path, envelope) -> None:
    assert send(tmp_path.as_uri(), envelope(key="b")).kind is SENT
    assert send(tmp_path.as_uri(), envelope(key="a")).kind is SENT
    known = set(tmp_path.iterdir())
    for file in known:
        (tmp_path / f".{file.stem}-killed").touch()
    assert send(tmp_path.as_uri(), envelope(key="a")).kind is SENT
    assert len(set(tmp_path.iterdir()) - known) == 1  # that of the other letter, which is not repeated


def test_a_folder_that_is_a_file_is_our_fault(tmp_path, envelope) -> None:
    (tmp_path / "file").touch()
    outcome = send((tmp_path / "file").as_uri(), envelope())
    assert outcome == Outcome(CONFIG, None, "папка для писем недоступна: File exists")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, envelope, monkeypatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(notifiers.mail.os, "fsync", full)
    outcome = send(tmp_path.as_uri(), envelope())
    assert outcome == Outcome(CONFIG, None, "папка для писем недоступна: No space left on device")
    assert list(tmp_path.iterdir()) == []
