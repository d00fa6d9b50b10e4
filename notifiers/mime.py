"""The bytes of a letter: the same envelope gives the same bytes.

Header lines are encoded here and not by ``email``: its folding of a subject that mixes
Cyrillic and Latin words loses or adds blanks (seen with Python 3.11.7 in a third of random
subjects), and turns a long Message-ID in References into an encoded word.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from notifiers.envelope import Envelope, one_line

# RFC 2047, 2: an encoded word has at most 75 characters and its line 76; 39 octets leave room for «Subject: ».
_WORD_OCTETS = 39
_RAW_LENGTH = 900
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_FILE_NAME_LENGTH = 60


class BadAddressError(ValueError):
    """Not a mailbox that SMTP can carry; the text is a Russian sentence."""

    def __init__(self, address: str) -> None:
        super().__init__(f"неверный адрес почты: «{one_line(address)[:80]}»")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as it goes over the wire, and the name before it."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after @, in punycode."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed mail; ``recipient`` and ``sender`` are the addresses of the SMTP envelope."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


def mailbox(address: str, name: str = "") -> Mailbox:
    """Check an address; a domain in Cyrillic becomes punycode (RFC 3490).

    Raises:
        BadAddressError: It is not ``local@domain``, or needs SMTPUTF8.
    """
    local, at, domain = address.partition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):  # noqa: PLR2004 - RFC 5321, 4.5.3.1.1
        raise BadAddressError(address)
    return Mailbox(one_line(name), f"{local}@{host}")


def named_mailbox(text: str) -> Mailbox:
    """Read «Имя <адрес>» or a bare address.

    Raises:
        BadAddressError: As ``mailbox``.
    """
    name, address = parseaddr(text)
    return mailbox(address or text, name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _words(text: str) -> Iterator[str]:
    """Split *text* into encoded words of whole characters (RFC 2047, 5)."""
    chunk = b""
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(chunk) + len(octets) > _WORD_OCTETS:
            yield f"=?utf-8?b?{b64encode(chunk).decode()}?="
            chunk = b""
        chunk += octets
    yield f"=?utf-8?b?{b64encode(chunk).decode()}?="


def _encoded(text: str) -> str:
    plain = one_line(text)
    if plain.isascii() and len(plain) <= _RAW_LENGTH and "=?" not in plain:
        return plain
    return "\r\n ".join(_words(plain))


def _mailbox_header(box: Mailbox) -> str:
    if not box.name:
        return box.address
    name = box.name if re.fullmatch(r"[A-Za-z0-9 ]{1,60}", box.name) else "\r\n ".join(_words(box.name))
    return f"{name}\r\n <{box.address}>"


def _headers(envelope: Envelope, sender: Mailbox, to: Mailbox, message_id: str) -> bytes:
    lines = {
        "From": _mailbox_header(sender),
        "To": _mailbox_header(to),
        "Subject": _encoded(envelope.subject),
        "Date": format_datetime(envelope.sent_at),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Srok-Key": _encoded(envelope.key),
    }
    if envelope.thread is not None:
        root = f"<{_digest(envelope.thread)}@{sender.domain}>"
        lines |= {"In-Reply-To": root, "References": root}
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("ascii")


def _file_name(name: str) -> str:
    """A name that no system takes for a path, cut between words where there are any, ending in .ics."""
    stem = one_line(re.sub(r'[\\/:*?"<>|]+', " ", one_line(name)).removesuffix(".ics"))
    if len(stem) > _FILE_NAME_LENGTH:
        stem = stem[:_FILE_NAME_LENGTH].rpartition(" ")[0] or stem[:_FILE_NAME_LENGTH]
    return f"{stem.strip(' .,;:–-') or 'Срок'}.ics"


def _body(envelope: Envelope) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message.set_content(envelope.text, cte="base64")
    message.add_alternative(envelope.html, subtype="html", cte="base64")
    if envelope.calendar is not None:
        # No METHOD: PUBLISH needs an ORGANIZER (RFC 5546, 3.2.1), and the file is no invitation.
        message.add_attachment(
            envelope.calendar,
            maintype="text",
            subtype="calendar",
            params={"charset": "utf-8"},
            filename=_file_name(envelope.calendar_name),
        )
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=-{_digest(envelope.key)}-{number}")
    return message


def compose(envelope: Envelope, sender: Mailbox) -> Letter:
    """Write the letter of *envelope*, with one Message-ID ``<sha256(key)[:32]@domain of the sender>``.

    Raises:
        BadAddressError: The recipient's address is not one.
    """
    to = mailbox(envelope.address, envelope.to_name)
    message_id = f"<{_digest(envelope.key)}@{sender.domain}>"
    content = _headers(envelope, sender, to, message_id) + _body(envelope).as_bytes()
    return Letter(sender.address, to.address, message_id, content)
