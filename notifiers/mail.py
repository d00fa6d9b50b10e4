"""Mail: through an SMTP server over one kept connection, or into a folder of .eml files."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from engine.errors import DeliveryError
from notifiers.envelope import Envelope, Outcome, OutcomeKind, one_line
from notifiers.mime import BadAddressError, Letter, Mailbox, compose, named_mailbox

_TIMEOUT_SECONDS = 30
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_FORMS = "smtp://, smtp+starttls:// или smtps://имя:пароль@сервер:порт?from=адрес, либо file:///папка"
_FOLDER_SENDER = Mailbox("Срок", "srok@example.org")
# RFC 4954, 4 and 6: the server wants a login, or another one.
_LOGIN_CODES = frozenset({530, 534, 535, 538})


class _Transport(Protocol):
    def send(self, letter: Letter) -> Outcome: ...

    def close(self) -> None: ...


class _RefusedError(Exception):
    """The server's answer ends the transaction."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


@dataclass
class _Smtp:
    """A connection that is opened when it is needed and kept; after any failure it is opened anew."""

    scheme: str
    host: str
    port: int
    helo: str
    user: str
    password: SecretStr
    _kept: smtplib.SMTP | None = field(default=None, repr=False)

    def send(self, letter: Letter) -> Outcome:
        body_sent = False
        try:
            smtp = self._connection()
            self._expect(smtp.docmd("MAIL", f"FROM:<{letter.sender}>"), "отправителю", final=OutcomeKind.TEMP)
            self._expect(smtp.docmd("RCPT", f"TO:<{letter.recipient}>"), "адресату", final=OutcomeKind.PERM)
            self._expect(smtp.docmd("DATA"), "письму", final=OutcomeKind.PERM, good=354)
            body_sent = True
            smtp.send(re.sub(rb"(?m)^\.", b"..", letter.content) + b".\r\n")
            answer = smtp.getreply()
            self._expect(answer, "письму", final=OutcomeKind.PERM)
        except _RefusedError as refused:
            return refused.outcome
        except OSError as error:  # smtplib's errors are OSErrors too
            self._drop()
            if body_sent:
                return Outcome(OutcomeKind.AMBIGUOUS, None, "связь прервалась после передачи письма")
            return Outcome(OutcomeKind.TEMP, None, f"нет связи с почтовым сервером: {_reason(error)}")
        return Outcome(OutcomeKind.SENT, str(answer[0]), self._said(answer), provider_id=letter.message_id)

    def close(self) -> None:
        if self._kept is not None:
            with suppress(OSError):
                self._kept.quit()
        self._drop()

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connection(self) -> smtplib.SMTP:
        """Return the kept connection if it still answers; RSET asks that and ends what a refusal left open."""
        if self._kept is not None:
            with suppress(OSError):
                if self._kept.rset()[0] == 250:  # noqa: PLR2004 - RFC 5321, 4.1.1.5
                    return self._kept
            self._drop()
        self._kept = self._connect()
        self._greet(self._kept)
        self._log_in(self._kept)
        return self._kept

    def _connect(self) -> smtplib.SMTP:
        try:
            if self.scheme == "smtps":
                context = ssl.create_default_context()
                return smtplib.SMTP_SSL(self.host, self.port, self.helo, timeout=_TIMEOUT_SECONDS, context=context)
            return smtplib.SMTP(self.host, self.port, self.helo, timeout=_TIMEOUT_SECONDS)
        except smtplib.SMTPConnectError as error:
            if error.smtp_code < 0:
                raise smtplib.SMTPServerDisconnected("unreadable answer") from None
            text = f"почтовый сервер не принял соединение: {error.smtp_code}"
            raise _RefusedError(Outcome(OutcomeKind.TEMP, str(error.smtp_code), text)) from None

    def _greet(self, smtp: smtplib.SMTP) -> None:
        """Greet as ESMTP does; only where the server will never understand that, as SMTP did (RFC 5321, 3.2)."""
        code, _ = greeted = smtp.ehlo()
        if _is_final(code):
            greeted = smtp.helo()
        try:
            self._expect(greeted, "в знакомстве", final=OutcomeKind.TEMP)
        except _RefusedError:
            self._drop()
            raise

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        try:
            if self.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self.user:
                smtp.login(self.user, self.password.get_secret_value())
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPResponseException as error:
            self._drop()
            # The answer's words are left out: some servers repeat what was sent to them.
            kind = OutcomeKind.CONFIG if _is_final(error.smtp_code) else OutcomeKind.TEMP
            text = "почтовый сервер не принял имя или пароль"
            raise _RefusedError(Outcome(kind, str(error.smtp_code), text)) from None
        except (smtplib.SMTPException, UnicodeError):
            self._drop()
            text = "почтовый сервер не умеет того, что задано в SROK_MAIL_URL: вход по паролю или STARTTLS"
            raise _RefusedError(Outcome(OutcomeKind.CONFIG, None, text)) from None

    def _expect(self, answer: tuple[int, bytes], whom: str, *, final: OutcomeKind, good: int | None = None) -> None:
        """Raise unless the answer is *good* or 2xx; *final* is what a 5xx means at this point."""
        code = answer[0]
        if code == good or (good is None and 200 <= code < 300):  # noqa: PLR2004 - RFC 5321, 4.2.1
            return
        if code < 0:
            raise smtplib.SMTPServerDisconnected("unreadable answer")
        if code == 421:  # noqa: PLR2004 - the server closes (RFC 5321, 3.8)
            self._drop()
        kind = final if _is_final(code) else OutcomeKind.TEMP
        text = f"почтовый сервер отказал {whom}: {self._said(answer)}"
        if code in _LOGIN_CODES:
            kind, text = OutcomeKind.CONFIG, "почтовый сервер требует входа по паролю"
        raise _RefusedError(Outcome(kind, str(code), text))

    def _said(self, answer: tuple[int, bytes]) -> str:
        """The server's own words, short and without the password, should it repeat it."""
        said = one_line(f"{answer[0]} {answer[1].decode('utf-8', 'replace')}")
        password = self.password.get_secret_value()
        return (said.replace(password, "…") if password else said)[:200]


@dataclass(frozen=True, slots=True)
class _Folder:
    """Each letter one file named by its Message-ID; a repeat replaces the file it made before."""

    folder: Path

    def send(self, letter: Letter) -> Outcome:
        name = letter.message_id.strip("<>").partition("@")[0] + ".eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self.folder / name, letter.content)
        except OSError as error:
            return Outcome(OutcomeKind.CONFIG, None, f"папка для писем недоступна: {error.strerror}")
        return Outcome(OutcomeKind.SENT, None, f"записано: {name}", provider_id=letter.message_id)

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class MailChannel:
    """The channel «mail»."""

    sender: Mailbox
    transport: _Transport
    name: str = "mail"

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Open what ``SROK_MAIL_URL`` says; nothing is connected before the first letter.

        Raises:
            DeliveryError: The URL is not of a known form; its text is not repeated, as a password stands in it.
        """
        try:
            return cls(*_read_url(url))
        except ValueError:
            text = f"SROK_MAIL_URL не понят: нужно {_FORMS}; знаки :/?#@% в пароле пишутся кодом, например @ как %40"
            raise DeliveryError(text) from None

    def deliver(self, envelope: Envelope) -> Outcome:
        """Send the letter; the outcomes are those of notes/delivery.md 3.2, ``provider_id`` is the Message-ID."""
        try:
            letter = compose(envelope, self.sender)
        except BadAddressError as error:
            return Outcome(OutcomeKind.PERM, None, str(error))
        return self.transport.send(letter)

    def close(self) -> None:
        """End the kept connection politely."""
        self.transport.close()


def _read_url(url: str) -> tuple[Mailbox, _Transport]:
    """Raise ValueError, whatever is wrong: also for a port that is no number and an address that is none."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=bool(parts.query)))
    sender = named_mailbox(given.pop("from")) if "from" in given else None
    if given:
        raise ValueError(given)
    if parts.scheme == "file" and parts.path.strip("/") and not parts.netloc:
        from urllib.request import url2pathname  # noqa: PLC0415 - drive letters; costs the import of http.client

        return sender or _FOLDER_SENDER, _Folder(Path(url2pathname(parts.path)))
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or sender is None:
        raise ValueError(parts.scheme)
    smtp = _Smtp(
        scheme=parts.scheme,
        host=parts.hostname.encode("idna").decode("ascii"),
        port=parts.port or _PORTS[parts.scheme],
        helo=sender.domain,
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
    )
    return sender, smtp


def _write(path: Path, content: bytes) -> None:
    """Write so that a reader sees the whole file or none, also after a power cut.

    The draft that one who was killed has left is taken away by the repeat.
    """
    drafts = f".{path.stem}-"
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=drafts)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        for left in path.parent.glob(f"{drafts}*"):
            left.unlink(missing_ok=True)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPException):
        return "сервер прервал разговор"
    if isinstance(error, TimeoutError):
        return "не ответил вовремя"
    if isinstance(error, ssl.SSLError):
        return f"защищённое соединение не установлено ({error.reason or 'TLS'})"
    return error.strerror or "соединение не установлено"


def _is_final(code: int) -> bool:
    return 500 <= code < 600  # noqa: PLR2004 - RFC 5321, 4.2.1
