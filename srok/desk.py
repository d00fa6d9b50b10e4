"""What the pages work with: the store and people of an installation; one request is one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from engine.errors import SrokError, TransitionError
from engine.people import Directory
from engine.settings import Settings
from engine.store.accounts import with_accounts
from engine.store.database import Store
from engine.store.feeds import use
from engine.store.installation import existing_store, load_people
from notifiers.answers import LETTERS, UNCHANGED, answer, open_link
from notifiers.tokens import Signer
from srok.healthz import Health, health
from srok.pages import ACCOUNT, NO, OK, action_page, render_page

_log = logging.getLogger(__name__)
Page = tuple[int, str]
"""Status and HTML."""

_NOTICES = {
    400: ("Форма не прочитана", "Вернитесь на страницу по ссылке из письма и заполните её снова."),
    403: (
        "Не принято",
        "Ответ пришёл не со страницы этого сервера. Откройте ссылку из письма в браузере и ответьте на самой странице.",
    ),
    404: (
        "Ссылка не действует",
        "Она неполная, изменена или устарела. Скопируйте ссылку из письма целиком или просто ответьте на письмо.",
    ),
    405: ("Так эта страница не открывается", "Откройте ссылку из письма в браузере."),
    413: ("Слишком много текста", "Напишите короче, а документы назовите: вид, № и дата, или ссылка."),
    415: ("Форма не прочитана", "Откройте ссылку из письма в браузере и ответьте на самой странице."),
    431: ("Слишком длинный запрос", "Откройте ссылку из письма в другом окне браузера."),
    429: ("Слишком много неверных ссылок", "Подождите минуту и откройте ссылку из письма ещё раз."),
    500: ("Страница не показана", "Это ошибка программы. Ответьте на письмо или сообщите координатору."),
    503: ("Сейчас не получилось", "Повторите через минуту. Если не получается, просто ответьте на письмо."),
}


@dataclass(slots=True)
class Desk:
    """What the pages work with: the store, opened when it is first asked for, and people as their file now says."""

    settings: Settings
    clock: Callable[[], datetime]
    signer: Signer
    _store: Store | None = None
    _people: tuple[tuple[int, int], Directory] | None = None
    _lock: Lock = field(default_factory=Lock)

    def store(self) -> Store:
        """Return the open store.

        Raises:
            StoreError: There is none, or it does not answer.
        """
        with self._lock:
            if self._store is None:
                self._store = existing_store(self.settings)
            return self._store

    def people(self) -> Directory:
        """Return the directory; the file is read again when it has changed.

        Raises:
            PeopleError: It is missing or broken.
        """
        stamp = self.people_stamp()
        with self._lock:
            if self._people is None or self._people[0] != stamp:
                self._people = (stamp, load_people(self.settings))
            return self._people[1]

    def people_stamp(self) -> tuple[int, int]:
        """Return what is another one when the file of people is: when it was written (ns) and its size.

        Raises:
            PeopleError: It is missing.
        """
        try:
            stat = self.settings.people_file.stat()
        except OSError:
            load_people(self.settings)  # says what is missing
            raise
        return stat.st_mtime_ns, stat.st_size

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()

    def show(self, link: int, said: str) -> Page | None:
        """Return the page of a link; None where there is none."""
        now, directory = self.clock(), self.people()
        with self.store().reading() as session:
            people = with_accounts(session, directory)
            found = open_link(session, people, self.settings.owner, link, now)
            return None if found is None else (200, self._page(action_page(session, found, now, said)))

    def act(self, link: int, form: Mapping[str, str]) -> Page | str | None:
        """Do what a form says; a string is what the address says of it afterwards."""
        now, directory = self.clock(), self.people()
        with self.store().writing() as session:
            people = with_accounts(session, directory)
            found = open_link(session, people, self.settings.owner, link, now)
            if found is None:
                return None
            deed = next((one for one in LETTERS.values() if one.value == form.get("deed")), None)
            until, read = _day(form.get("until", ""))
            if deed is None or not read:
                return 400, self.notice(400)
            given = {name: form.get(name) for name in ("text", "evidence", "reason", "basis")}
            try:
                with session.begin_nested():
                    said = answer(
                        session, found, deed, seen=form.get("seen", ""), until=until, account=ACCOUNT, now=now, **given
                    )
            except TransitionError as error:
                page = action_page(session, found, now, failed=deed, values=form, problem=str(error))
                return 422, self._page(page)
            return NO if said.startswith(UNCHANGED) else OK

    def keep_use(self, feed: str) -> None:
        """Keep the day on which a subscription was looked at; that it could not be kept is no trouble of who looks."""
        now = self.clock()
        try:
            with self.store().writing() as session:
                use(session, feed, now)
        except SrokError as error:
            _log.warning("%s", error)

    def health(self) -> Health:
        """Return how the installation is."""
        try:
            with self.store().reading() as session:
                return health(session, self.settings.home, self.clock())
        except Exception:  # noqa: BLE001 - whatever it is, the store does not answer
            return Health(store=False, prefect=None, last_pass=None, outbox_age_seconds=None, ok=False)

    def notice(self, status: int) -> str:
        """Return the page that says why there is no other."""
        title, text = _NOTICES[status]
        return render_page("notice.html.j2", title=title, text=text, base=self.base)

    def _page(self, page: dict[str, Any]) -> str:
        return render_page("action.html.j2", **page, base=self.base)

    @property
    def base(self) -> str:
        """The folder the pages stand in, as a browser sees it."""
        return urlsplit(self.settings.public_url or "").path


def _day(text: str) -> tuple[date | None, bool]:
    """Read the day of a form; the second tells whether there was none or a real one."""
    try:
        return (date.fromisoformat(text), True) if text else (None, True)
    except ValueError:
        return None, False
