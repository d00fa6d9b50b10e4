"""What an installation is made of: its directory of people and its store, opened where the settings say."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import PeopleError, StoreError
from engine.people import Directory
from engine.people_file import read_people
from engine.settings import Settings
from engine.store.database import Store

SHORTEST_KEY = 16
"""Octets of the key that signs links; 16 letters drawn by lot are beyond trying out."""


def load_people(settings: Settings) -> Directory:
    """Read the directory of the installation.

    Raises:
        PeopleError: The file is missing or has errors; the first ones are named.
    """
    path = settings.people_file
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(
            f"нет файла людей «{path}»: скопируйте сюда people.example.yaml (есть после srok init), впишите своих и "
            "повторите"
        ) from error
    directory, problems = read_people(text, path.name)
    if problems:
        shown = "; ".join(f"строка {one.line}: {one.message}" for one in problems[:3])
        raise PeopleError(f"файл людей «{path.name}» с ошибками ({len(problems)}): {shown}")
    return directory


@contextmanager
def open_store(settings: Settings, *, create: bool = False) -> Iterator[Store]:
    """Open the installation's store and close it after use; only a sync creates one.

    Raises:
        StoreError: There is none, or it cannot be used.
    """
    store = Store(settings.database) if create else existing_store(settings)
    try:
        yield store
    finally:
        store.close()


def existing_store(settings: Settings) -> Store:
    """Open the installation's store, for who closes it himself.

    Raises:
        StoreError: There is none, or it cannot be used.
    """
    if settings.database_file is not None and not settings.database_file.exists():
        raise StoreError("базы данных ещё нет: сначала внесите планы (srok sync)")
    return Store(settings.database)


def signing_key(settings: Settings) -> bytes:
    """Return the key that signs action links: the setting's, else that of the home, which is made once.

    Raises:
        StoreError: The file cannot be read or is empty, or the setting can be guessed: who has one link could then try
            keys at leisure and make the links of all others.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value().encode()
        if len(given) < SHORTEST_KEY:
            raise StoreError(f"SROK_SECRET_KEY короток: нужно не меньше {SHORTEST_KEY} случайных знаков")
        return given
    path = settings.home / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise StoreError(f"ключ ссылок «{path}» не читается: проверьте права или задайте SROK_SECRET_KEY") from error
    if not key:
        raise StoreError(
            f"ключ ссылок «{path}» пуст: удалите файл, он будет создан заново, а прежние ссылки перестанут"
        )
    return key


def _make_secret(path: Path) -> None:
    """Write a new key as a whole, readable by its owner only; who comes second keeps what the first has made."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)
