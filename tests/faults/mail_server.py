"""A hostile mail server as a process: ``mail_server.py FOLDER SEED CALM`` prints its port and serves until it is ended.

The name at AUTH says which dispatcher speaks. Every try and what was done to it stands in ``FOLDER/mail.jsonl``
before the answer goes out; addresses that begin with «dead» are unknown here, letters to «spam» are refused whole.
"""

import base64
import email
import hashlib
import socket
import socketserver
import sys
import threading
import time
from pathlib import Path

from tests.faults.hostile import ACCEPTED, PATIENCE_SECONDS, PUT_OFF, REFUSED, Hostile, end_with_the_test

# Weights of the faults of a connection, by the step they happen at.
STEPS = {
    "BANNER": {"421 busy": 3, "554 go away": 1, "cut": 2, "hang": 1, "refuse": 2},
    "EHLO": {"421 busy": 1, "550 who are you": 1, "cut": 2},
    "AUTH": {"454 4.7.0 later": 2, "535 5.7.8 wrong": 1, "cut": 1},
    "MAIL": {"451 later": 2, "452 full": 1, "421 closing": 1, "550 not you": 1, "cut": 1},
}
# Those of a try of a recipient: the step stands first.
NOISE = {
    "RCPT 450 busy": 3, "RCPT 421 closing": 1, "RCPT cut": 1, "RCPT hang": 1,
    "DATA 451 later": 2, "DATA 452 full": 1, "DATA cut": 2, "DATA kill": 1,
    "BODY 451 later": 4, "BODY 452 full": 2, "BODY cut before": 4, "BODY hang before": 1, "BODY kill before": 2,
    "BODY cut after": 6, "BODY hang after": 1, "BODY kill after": 4, "BODY half": 1,
}  # fmt: skip
GREY = 8
"""One recipient in so many is greylisted: the first try is put off."""
CLOSED_SECONDS = 0.3


class CutError(Exception):
    """The conversation ends here."""


class Talk(socketserver.StreamRequestHandler):
    server: "MailServer"
    timeout = 30

    def handle(self) -> None:
        self.worker, self.to = "", ""
        try:
            self.step("BANNER", "220 ready")
            while (line := self.rfile.readline()) and self.command(line.decode().strip()):
                pass
        except (CutError, OSError):
            return

    def command(self, line: str) -> bool:
        verb = line.partition(" ")[0].upper()
        if verb in {"EHLO", "HELO"}:
            self.step("EHLO", "250-hello\r\n250 AUTH PLAIN")
        elif verb == "AUTH":
            self.worker = base64.b64decode(line.split(" ")[2]).split(b"\0")[1].decode()
            self.step("AUTH", "235 welcome")
        elif verb == "MAIL":
            self.step("MAIL", "250 ok")
        elif verb == "RCPT":
            self.recipient(line.partition("<")[2].rstrip(">"))
        elif verb == "DATA":
            if not self.happens("DATA"):
                self.say("354 go on")
                self.letter()
        else:
            self.say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def hang(self) -> None:
        """Say nothing until the other side has gone."""
        self.connection.settimeout(4 * PATIENCE_SECONDS)
        self.rfile.read()
        raise CutError

    def step(self, name: str, usual: str) -> None:
        found = self.server.hostile.fault(name, STEPS[name])
        if found:
            self.server.hostile.note(worker=self.worker, step=name, fault=found)
        if found == "refuse":
            self.server.refuse_for_a_while()
        if found in {"cut", "refuse"}:
            raise CutError
        if found == "hang":
            self.hang()
        self.say(found or usual)
        if found.startswith("421"):
            raise CutError

    def recipient(self, to: str) -> None:
        self.to = to
        self.fault = self.server.hostile.fault(to)
        first = self.server.hostile.tries[to] == 1
        if to.startswith("dead"):
            self.tried("RCPT", "550 5.1.1 no such user", REFUSED)
        elif first and self.server.hostile.is_one_in(GREY, to) and not self.server.hostile.is_quiet():
            self.tried("RCPT", "451 4.7.1 greylisted", PUT_OFF)
        elif not self.happens("RCPT"):
            self.say("250 ok")

    def happens(self, step: str) -> bool:
        """Do what the fault of this try is, if it is for this step."""
        at, _, what = self.fault.partition(" ")
        if at != step:
            return False
        if what[0].isdigit():
            self.tried(step, what, PUT_OFF)
            if what.startswith("421"):
                raise CutError
        else:
            self.tried(step, "", "")
            self.end(what)
        return True

    def tried(self, step: str, answer: str, fate: str, **facts: str) -> None:
        """Write down a try and answer it; without an answer the other side is left in doubt."""
        self.server.hostile.note(
            worker=self.worker, to=self.to, step=step, fault=self.fault, fate=fate, answered=bool(answer), **facts
        )
        if answer:
            self.say(answer)

    def end(self, what: str) -> None:
        """Cut, hang or have the other side killed."""
        if "kill" in what:
            self.server.hostile.ask_to_kill(self.worker)
        if "cut" not in what:
            self.hang()
        raise CutError

    def letter(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
            if self.fault == "BODY half":
                self.tried("BODY", "", "")
                raise CutError
        if not line:
            self.tried("BODY", "", "")
            raise CutError
        content = b"".join(lines)
        head = email.message_from_bytes(content)
        self.taken(content, str(head["X-Srok-Key"]), str(head["Message-ID"]))

    def taken(self, content: bytes, key: str, message_id: str) -> None:
        facts = {"key": key, "message_id": message_id, "digest": hashlib.sha256(content).hexdigest()[:16]}
        _, _, what = self.fault.partition(" ")
        if self.to.startswith("spam"):
            self.tried("BODY", "554 5.7.1 spam", REFUSED, **facts)
        elif not self.fault:
            self.tried("BODY", "250 taken", ACCEPTED, **facts)
        elif what[0].isdigit():
            self.tried("BODY", what, PUT_OFF, **facts)
        else:
            self.tried("BODY", "", ACCEPTED if what.endswith("after") else "", **facts)
            self.end(what)


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, seed: int, calm: int) -> None:
        self.hostile = Hostile(folder, seed, "mail", NOISE, calm)
        self.opening = threading.Lock()
        super().__init__(("127.0.0.1", 0), Talk)

    def refuse_for_a_while(self) -> None:
        """Nobody listens on the port for a moment: a connection is refused."""
        with self.opening:
            self.socket.close()
            time.sleep(CLOSED_SECONDS)
            self.socket = socket.create_server(self.server_address[:2], backlog=50)  # type: ignore[arg-type]

    def serve(self) -> None:
        """As serve_forever, but the socket may be another one by the next connection."""
        while True:
            with self.opening:
                listening = self.socket
            listening.settimeout(0.05)
            try:
                request, address = listening.accept()
            except OSError:
                continue
            request.settimeout(None)
            self.process_request(request, address)


if __name__ == "__main__":
    end_with_the_test()
    with MailServer(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve()
