"""Servers on the loopback that speak SMTP and HTTP, well or badly."""

import json
import logging
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.store.database import Store
from notifiers.envelope import Envelope
from tests.notifiers.post_office import PLANS, Post
from tests.notifiers.telegram_api import BotApi, serving

CUT = None  # in a script: close the connection instead of answering
HANG = ""  # in a script: say nothing


@pytest.fixture(autouse=True)
def _loud_logs() -> None:
    """Undo what an earlier channel silenced: each must silence for itself."""
    for name in ("urllib3", "apprise"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def envelope() -> Callable[..., Envelope]:
    def build(**given: Any) -> Envelope:
        facts: dict[str, Any] = {
            "key": "lysva-2021/1.1#1|r0|-5|ivanova|mail",
            "to_name": "Иванова Мария",
            "address": "ivanova@example.org",
            "subject": "Напоминание",
            "text": "Срок 21.06.2021",
            "html": "<p>Срок 21.06.2021</p>",
            "sent_at": datetime(2021, 6, 16, 9, 0, tzinfo=UTC),
        }
        return Envelope(**(facts | given))

    return build


class _SmtpTalk(socketserver.StreamRequestHandler):
    """One conversation by a script: stage to answer, all else is well."""

    server: "ScriptedSmtp"

    def handle(self) -> None:
        usual = {
            "BANNER": "220 ready",
            "EHLO": "250-hello\r\n250 AUTH PLAIN",
            "AUTH": "235 welcome",
            "DATA": "354 go on",
            "BODY": "250 taken",
            "QUIT": "221 bye",
        }
        stage = "BANNER"
        while stage:
            self.server.stages.append(stage)
            answer = self.server.script.get(stage, usual.get(stage, "250 ok"))
            if answer is CUT:
                return
            self.wfile.write(f"{answer}\r\n".encode() if answer else b"")
            if stage == "QUIT":
                return
            in_body = stage == "DATA" and answer.startswith("354")
            stage = self._body() if in_body else self.rfile.readline().decode().split(" ")[0].strip().upper()

    def _body(self) -> str:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                self.server.letters.append(b"".join(lines))
                return "BODY"
            lines.append(line)
        return ""


class ScriptedSmtp(socketserver.ThreadingTCPServer):
    """A mail server by a script; ``letters`` holds every body it was given, whatever it answered."""

    daemon_threads = True

    def __init__(self) -> None:
        self.script: dict[str, str | None] = {}
        self.stages: list[str] = []
        self.letters: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _SmtpTalk)

    def url(self, login: str = "") -> str:
        return f"smtp://{login}127.0.0.1:{self.server_address[1]}?from=srok@example.org"


class _BotTalk(socketserver.StreamRequestHandler):
    """HTTP by hand, so that an answer may be cut at any byte."""

    server: "ScriptedBot"

    def handle(self) -> None:
        while request := self.rfile.readline().decode():
            length = 0
            while (line := self.rfile.readline()) not in {b"\r\n", b""}:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                if name.lower() == b"authorization":
                    self.server.authorizations.append(value.strip().decode())
            self.server.calls.append((request.split(" ")[1], json.loads(self.rfile.read(length))))
            number = len(self.server.calls) - 1
            answers = self.server.answers
            answer = answers[number] if number < len(answers) else bot_answer(200, ok=True, result={"message_id": 7})
            if answer is CUT:
                return
            self.wfile.write(answer)
            if b"Connection: close" in answer:
                return


def bot_answer(status: int, **body: Any) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(content), content)


class ScriptedBot(socketserver.ThreadingTCPServer):
    """A service by HTTP: ``answers`` in turn, then as a bot always well; ``calls`` holds path and fields."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: list[bytes | None] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.authorizations: list[str] = []
        super().__init__(("127.0.0.1", 0), _BotTalk)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def _serve(server: socketserver.TCPServer) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def smtp() -> Iterator[ScriptedSmtp]:
    yield from _serve(ScriptedSmtp())


@pytest.fixture
def bot() -> Iterator[ScriptedBot]:
    yield from _serve(ScriptedBot())


@pytest.fixture
def telegram() -> Iterator[BotApi]:
    with serving() as api:
        yield api


@pytest.fixture
def answer_of_bot() -> Callable[..., bytes]:
    return bot_answer


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is ours and refuses: bound, not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a fresh certificate for 127.0.0.1, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.fromtimestamp(tmp_path.stat().st_mtime).astimezone() - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "cert.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = tmp_path / "key.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem


@pytest.fixture
def post(migrated: str, smtp: Any) -> Iterator[Post]:
    store = Store(migrated)
    yield Post(store, smtp.url(), (PLANS / "people.example.yaml").read_text(encoding="utf-8"), "")
    store.close()
