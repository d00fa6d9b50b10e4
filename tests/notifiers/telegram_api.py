"""The Bot API on the loopback: what srok speaks of it, with faults by a script, or by a seed as a process of its own.

``python -m tests.notifiers.telegram_api --port 0 --seed 7 --faults 0.4 --log FILE`` prints its port, then serves until
it is ended; each line of FILE is one JSON object, written before the answer: ``accepted`` with its chat, text and
buttons, or ``in_ban``: a call that came before a ban it was told of was over.
"""

from __future__ import annotations

import argparse
import json
import random
import socketserver
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

TOKEN = "123456:TEST-token_7f3a"
NAME = "srok_test_bot"


@dataclass(frozen=True)
class Fault:
    """One answer by a script.

    ``accept``: the message is taken all the same. ``cut``: the connection is closed instead of answering.
    ``body``: JSON fields beside ``ok`` and ``error_code``, or a page.
    """

    status: int = 200
    body: dict[str, Any] | str = field(default_factory=dict)
    accept: bool = False
    cut: bool = False


def refused(status: int, description: str, **parameters: Any) -> Fault:
    more = {"parameters": parameters} if parameters else {}
    return Fault(status, {"description": description} | more)


def too_many(seconds: float) -> Fault:
    return refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


BLOCKED = refused(403, "Forbidden: bot was blocked by the user")
NO_CHAT = refused(400, "Bad Request: chat not found")
NO_PARSE = refused(400, "Bad Request: can't parse entities: unsupported start tag")
BROKEN = refused(500, "Internal Server Error")
UNAUTHORIZED = refused(401, "Unauthorized")
CONFLICT = refused(409, "Conflict: terminated by other getUpdates request")
PAGE = Fault(502, "<html><h1>502 Bad Gateway</h1></html>")
PAGE_AFTER = Fault(502, "<html><h1>502 Bad Gateway</h1></html>", accept=True)
CUT_BEFORE = Fault(cut=True)
CUT_AFTER = Fault(cut=True, accept=True)


def moved(chat: int) -> Fault:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    return refused(400, said, migrate_to_chat_id=chat)


def seeded(seed: int, share: float) -> Callable[[], Fault | None]:
    """Return a source of faults, *share* of all answers, equal for equal seeds."""
    chance = random.Random(seed)
    faults = [too_many(1), BROKEN, PAGE, PAGE_AFTER, CUT_BEFORE, CUT_AFTER, too_many(2), BROKEN]
    return lambda: chance.choice(faults) if chance.random() < share else None


class _Talk(socketserver.StreamRequestHandler):
    """HTTP by hand, so that a connection may be cut."""

    server: BotApi

    def handle(self) -> None:
        while request := self.rfile.readline().decode():
            length = 0
            while (line := self.rfile.readline()) not in {b"\r\n", b""}:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            fields = json.loads(self.rfile.read(length) or b"{}")
            fault = self.server.answer(request.split(" ")[1], fields)
            if fault.cut:
                return
            page = isinstance(fault.body, str)
            known = {"ok": fault.status == 200} | ({} if fault.status == 200 else {"error_code": fault.status})
            content = fault.body.encode() if isinstance(fault.body, str) else json.dumps(known | fault.body).encode()
            kind = b"text/html" if page else b"application/json"
            head = b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (
                fault.status,
                kind,
                len(content),
            )
            self.wfile.write(head + content)


class BotApi(socketserver.ThreadingTCPServer):
    """One bot. All it holds may be looked at by a test.

    Attributes:
        script: Answers in turn by method; where none is left ``chance`` is asked, then all is well.
        dead: Chats that have blocked the bot.
        calls: Every call with its fields, in order.
        accepted: The messages that were taken, as Telegram keeps them.
        in_ban: How many messages came inside a ban.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0, chance: Callable[[], Fault | None] = lambda: None, log: TextIO | None = None):
        self.script: dict[str, deque[Fault]] = defaultdict(deque)
        self.dead: set[str] = set()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.accepted: list[dict[str, Any]] = []
        self.in_ban = 0
        self._chance, self._log, self._banned_until = chance, log, 0.0
        self._updates: deque[dict[str, Any]] = deque()
        self._numbers = iter(range(1001, 10**9))
        self._changed = threading.Condition()
        self._stopped = False
        super().__init__(("127.0.0.1", port), _Talk)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def named(self, method: str) -> list[dict[str, Any]]:
        """Return the fields of every call of *method*."""
        return [fields for name, fields in self.calls if name == method]

    def update(self, **content: Any) -> int:
        """Have something happen to the bot; return its number."""
        with self._changed:
            number = next(self._numbers)
            self._updates.append({"update_id": number} | content)
            self._changed.notify_all()
            return number

    def says(self, text: str, chat: int, *, reply_to: str | None = None, kind: str = "private", **more: Any) -> int:
        """Have the user *chat* write *text* to the bot, maybe as the reply to a message of the bot."""
        message: dict[str, Any] = {
            "message_id": 5,
            "from": {"id": chat},
            "chat": {"id": chat, "type": kind},
            "text": text,
        }
        if reply_to is not None:
            message["reply_to_message"] = {"message_id": 4, "from": {"id": 123456, "is_bot": True}, "text": reply_to}
        return self.update(message=message | more)

    def press(self, data: str, chat: int, *, message: int = 7) -> int:
        """Have the user *chat* press a button."""
        under = {"message_id": message, "chat": {"id": chat, "type": "private"}, "text": "…"}
        return self.update(callback_query={"id": f"q{chat}", "from": {"id": chat}, "message": under, "data": data})

    def answer(self, path: str, fields: dict[str, Any]) -> Fault:
        """Return what is answered to one call, after what it does."""
        start = path.find("/bot")  # a proxy is asked for the whole address
        token, _, method = path[start + 4 :].partition("/")
        if token != TOKEN:
            return refused(401, "Unauthorized")
        with self._changed:
            self.calls.append((method, fields))
            fault = self.script[method].popleft() if self.script[method] else None
        if method == "sendMessage":
            return self._send(fields, fault or self._chance())
        if fault is not None:
            return fault
        if method == "getUpdates":
            return Fault(body={"result": self._get_updates(fields)})
        if method == "getMe":
            return Fault(body={"result": {"id": 123456, "is_bot": True, "first_name": "Срок", "username": NAME}})
        return Fault(body={"result": True})

    def _send(self, fields: dict[str, Any], fault: Fault | None) -> Fault:
        with self._changed:
            if time.monotonic() < self._banned_until:
                self.in_ban += 1
                self._note("in_ban", chat=fields.get("chat_id"))
                return too_many(max(1, round(self._banned_until - time.monotonic())))
            if str(fields.get("chat_id")) in self.dead:
                return BLOCKED
            if fault is not None and fault.status == 429 and isinstance(fault.body, dict):
                self._banned_until = time.monotonic() + fault.body["parameters"]["retry_after"]
            if fault is not None and not fault.accept:
                return fault
            message = {"message_id": len(self.accepted) + 1, "date": 0, **fields}
            self.accepted.append(message)
            markup = fields.get("reply_markup")
            self._note("accepted", chat=fields.get("chat_id"), text=fields.get("text"), reply_markup=markup)
        return fault or Fault(body={"result": message})

    def _note(self, what: str, **facts: Any) -> None:
        if self._log is not None:
            self._log.write(json.dumps({"what": what, **facts}, ensure_ascii=False) + "\n")
            self._log.flush()

    def _get_updates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        last = time.monotonic() + float(fields.get("timeout", 0))
        with self._changed:
            while self._updates and self._updates[0]["update_id"] < fields.get("offset", 0):
                self._updates.popleft()
            while not self._updates and not self._stopped and (left := last - time.monotonic()) > 0:
                self._changed.wait(left)
            return list(self._updates)[: fields.get("limit", 100)]

    def stop(self) -> None:
        """Let go of those who wait for news, and serve no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self.shutdown()


@contextmanager
def serving() -> Iterator[BotApi]:
    """Serve on a free port inside."""
    with BotApi() as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield api
        finally:
            api.stop()
            thread.join()


def main() -> None:
    """Serve by a seed until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--dead", nargs="*", default=[])
    parser.add_argument("--log", type=Path)
    given = parser.parse_args()
    log = given.log.open("a", encoding="utf-8") if given.log else None
    with BotApi(given.port, seeded(given.seed, given.faults), log) as api:
        api.dead |= set(given.dead)
        sys.stdout.write(f"{api.server_address[1]}\n")
        sys.stdout.flush()
        api.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
