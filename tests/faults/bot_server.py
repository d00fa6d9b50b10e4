"""A hostile Bot API as a process: ``bot_server.py FOLDER SEED CALM`` prints its port and answers until it is ended.

The number in the token says which dispatcher speaks. Every call of sendMessage and what was done to it stands in
``FOLDER/telegram.jsonl`` before the answer goes out. Chats of six digits are special: those with 9 before them have
blocked the bot, with 8 do not exist, with 7 have moved: the same number with 6. A ban is for the whole bot, and lasts
by the scripted clock of the run.
"""

import hashlib
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.faults.hostile import (
    ACCEPTED,
    MOVED,
    PATIENCE_SECONDS,
    PUT_OFF,
    REFUSED,
    Hostile,
    end_with_the_test,
    read_clock,
)
from tests.notifiers.telegram_api import BLOCKED, BROKEN, NO_CHAT, PAGE, UNAUTHORIZED, BotApi, Fault, moved, too_many

NOISE = {
    "429 30": 1, "429 600": 2, "500": 5, "401": 1, "page": 4, "page of a proxy": 1, "page after": 1,
    "cut before": 4, "cut after": 6, "hang before": 1, "hang after": 1, "kill before": 2, "kill after": 4,
}  # fmt: skip
ANSWERS = {
    "500": BROKEN,
    "401": UNAUTHORIZED,
    "page": PAGE,
    "page after": PAGE,
    "page of a proxy": Fault(403, "<p>403"),
}
CUT = Fault(cut=True)
SPECIAL = 6


class HostileBot(BotApi):
    """The Bot API that all its callers may not trust."""

    def __init__(self, folder: Path, seed: int, calm: int) -> None:
        self.hostile = Hostile(folder, seed, "telegram", NOISE, calm)
        self.banned_until: datetime | None = None
        super().__init__()

    def answer(self, path: str, fields: dict[str, Any]) -> Fault:
        """Return what is answered to one call, after what it does."""
        token, _, method = path.removeprefix("/bot").partition("/")
        if method != "sendMessage":
            return Fault(body={"result": True})
        worker, to = token.partition(":")[0], str(fields["chat_id"])
        digest = hashlib.sha256(str(fields["text"]).encode()).hexdigest()[:16]
        fault = self.hostile.fault(to)
        fate, answer = self.fate(to, fault)
        to = f"6{to[1:]}" if len(to) == SPECIAL and to[0] == "7" else to  # as whom the outbox will know
        doubt = answer.cut or isinstance(answer.body, str)
        banned = self.banned_until.isoformat() if answer.status == 429 and self.banned_until else ""
        self.hostile.note(
            worker=worker, to=to, step="", fault=fault, fate=fate, answered=not doubt or fault == "page of a proxy",
            digest=digest, banned=banned,
        )  # fmt: skip
        if fault.startswith("kill") and answer.cut:
            self.hostile.ask_to_kill(worker)
        if answer.cut and not fault.startswith("cut"):
            time.sleep(2 * PATIENCE_SECONDS)
        return answer

    def fate(self, to: str, fault: str) -> tuple[str, Fault]:
        """Say what becomes of a message and what is answered."""
        now, _ = read_clock(self.hostile.folder)
        if self.banned_until and now < self.banned_until:
            return PUT_OFF, too_many((self.banned_until - now).total_seconds())
        if len(to) == SPECIAL and to[0] in "89":
            return REFUSED, BLOCKED if to[0] == "9" else NO_CHAT
        if fault.startswith("429"):
            seconds = int(fault.split()[1])
            self.banned_until = now + timedelta(seconds=seconds)
            return PUT_OFF, too_many(seconds)
        if len(to) == SPECIAL and to[0] == "7":
            return MOVED, moved(int(f"6{to[1:]}"))
        if not fault:
            return ACCEPTED, Fault(body={"result": {"message_id": int(to)}})
        fate = ACCEPTED if fault.endswith("after") else PUT_OFF if fault in {"500", "401", "page of a proxy"} else ""
        return fate, ANSWERS.get(fault, CUT)


if __name__ == "__main__":
    end_with_the_test()
    with HostileBot(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])) as api:
        sys.stdout.write(f"{api.server_address[1]}\n")
        sys.stdout.flush()
        api.serve_forever(poll_interval=0.05)
