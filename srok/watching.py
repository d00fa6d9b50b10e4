"""Notices that nothing can be written, says so once, and makes up for it when it can be again."""

from __future__ import annotations

import os
import tempfile
import time

from engine.errors import SrokError, system_words
from engine.settings import Settings
from engine.store.installation import open_store
from srok.server import Say

_EVERY_SECONDS = 30
_ROOM = bytes(1 << 20)
"""What a pass over a full plan writes, and more."""


class Watch:
    """Tries the disk and the database from time to time: a full disk stops Prefect's own runs without a word."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._not_before = 0.0
        self._trouble = ""

    def look(self, *, seconds: float = _EVERY_SECONDS) -> None:
        """Try to write, at most once in so many *seconds*; after the trouble is over a pass does what was missed."""
        if time.monotonic() < self._not_before:
            return
        trouble = self._tried()
        if trouble and not self._trouble:
            self._say(f"{trouble}; до тех пор письма ждут")
        elif self._trouble and not trouble:
            self._say("Запись снова возможна")
            trouble = self._passed()
        self._trouble = trouble
        self._not_before = time.monotonic() + seconds

    def _tried(self) -> str:
        try:
            with tempfile.TemporaryFile(dir=self._settings.home) as file:
                file.write(_ROOM)
                file.flush()
                os.fsync(file.fileno())
            with open_store(self._settings) as store, store.writing():
                pass
        except OSError as error:
            return f"В папку «{self._settings.home}» не записать: {system_words(error)}"
        except SrokError as error:
            return str(error)
        return ""

    def _passed(self) -> str:
        from flows.passes import run_pass  # noqa: PLC0415 - after an outage only

        try:
            run_pass(self._settings)
        except SrokError as error:
            self._say(str(error))
            return str(error)
        return ""
