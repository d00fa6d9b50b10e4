"""A copy of all data: one SQLite file of the newest schema, whatever the database; made, checked, put back.

A copy is written beside its place and moved there when it is whole, so that a half of one is never found.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Column, Connection, MetaData, Table, delete, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel

from engine.errors import StoreError
from engine.store.chain import Broken, broken_link
from engine.store.database import MIGRATIONS, Store
from engine.store.models import UtcInstant

BATCH = 500
TABLES = tuple(SQLModel.metadata.sorted_tables)
"""All tables, each after those it refers to."""
OLDEST = frozenset({
    "alembic_version", "assignment", "event", "item", "journal", "letter", "occurrence", "pass", "plan",
})  # fmt: skip
"""The tables of the first release; what came later is made when a copy is brought up to date."""
TAKEN = Table("taken", MetaData(), Column("at", UtcInstant))
"""A table that copies alone have: one row, when it was taken."""
BUSY_SECONDS = 5


class CopyError(StoreError):
    """A file is no copy that can be put back; nothing was changed."""


class NotEmptyError(StoreError):
    """There are data where a copy is to go."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds.

    Attributes:
        taken_at: None: the file is a database, not a copy made by srok.
        broken: The first row of its journal that is not as it was written; such a copy is not taken back.
    """

    taken_at: datetime | None
    plans: int
    assignments: int
    journal: int
    broken: Broken | None = None


def take(store: Store, target: Path, now: datetime) -> Copied:
    """Write all data as they are at one instant into a new file that its owner alone may read.

    Raises:
        StoreError: There is such a file, or the database holds something that cannot be read.
    """
    if target.exists():
        raise _taken(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".srok-") as folder:
        draft = Path(folder) / "copy.db"
        try:
            with opened(draft) as copy, copy.writing() as session, store.reading() as source:
                _copy_rows(source.connection(), session.connection())
                TAKEN.create(session.connection())
                session.execute(insert(TAKEN).values(at=now))
                found = _told(session)
            _one_file(draft)
        except (SQLAlchemyError, ValueError, TypeError) as error:
            raise StoreError("копия не снята: в базе есть то, что не читается; проверьте её: srok doctor") from error
        _publish(draft, target)
    return found


@contextmanager
def checked(file: Path) -> Iterator[tuple[Store, Copied]]:
    """Open a copy of *file*, brought to the newest schema, after making sure that it is whole.

    Raises:
        CopyError: It is not; the sentence says why.
    """
    with tempfile.TemporaryDirectory(prefix="srok-copy-") as folder:
        draft = Path(folder) / "copy.db"
        shutil.copyfile(file, draft)
        wal = Path(f"{file}-wal")
        if wal.exists() and wal.stat().st_size:
            raise CopyError(f"«{file}» — работающая база, а не копия: снимите копию командой srok backup")
        _check_file(draft, file)
        try:
            with opened(draft) as copy:
                with copy.reading() as session:
                    for table in TABLES:  # every column is there
                        session.execute(select(table).limit(1)).first()
                    found = _told(session)
                if found.broken is not None:
                    raise CopyError(
                        f"в копии «{file}» журнал изменён в обход srok (запись № {found.broken.number}): "
                        "возьмите более раннюю копию"
                    )
                yield copy, found
        except (SQLAlchemyError, ValueError, TypeError) as error:
            raise _damaged(file) from error


Mark = Callable[[Session], object]
"""What is written beside the rows of a copy, in the same transaction."""


def put_into_file(copy: Store, target: Path, aside: Path | None, mark: Mark | None = None) -> bool:
    """Put a checked copy in the place of a SQLite database that nobody uses; True: there were data before.

    Args:
        copy: As `checked` gives it.
        target: The file of the database; there may be none.
        aside: Where to keep what is there; None: it may not be replaced.
        mark: Remembers that this was restored.

    Raises:
        NotEmptyError: There are data, and no word that they may go.
        StoreError: Another program uses the database.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".srok-") as folder:
        fresh = Path(folder) / "srok.db"
        with opened(fresh) as store, copy.reading() as source, store.writing() as session:
            _copy_rows(source.connection(), session.connection())
            if mark is not None:
                mark(session)
        _one_file(fresh)
        with _alone(target) as empty:
            if not empty:
                _keep(target, aside)
            for suffix in ("-wal", "-shm", "-journal"):  # of a file that is no database; they would be read into this
                Path(f"{target}{suffix}").unlink(missing_ok=True)
            owner = (target if target.exists() else target.parent).stat()
            if os.name == "posix" and os.geteuid() == 0:
                os.chown(fresh, owner.st_uid, owner.st_gid)  # root restores, the service goes on
            fresh.replace(target)
    return not empty


def put_into_server(copy: Store, store: Store, aside: Path | None, now: datetime, mark: Mark | None = None) -> bool:
    """Put a checked copy in the place of all rows of a database on a server, in one transaction; see `put_into_file`.

    Raises:
        NotEmptyError: There are data, and no word that they may go.
        StoreError: The server refuses a row, or what is there cannot be kept; nothing was changed.
    """
    names = ", ".join(f'"{one.name}"' for one in TABLES)
    try:
        with copy.reading() as source, store.writing() as session:
            session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
            empty = not any(session.execute(select(1).select_from(one).limit(1)).first() for one in TABLES)
            if not empty:
                if aside is None:
                    raise NotEmptyError(NOT_EMPTY)
                take(store, aside, now)
            for table in reversed(TABLES):
                session.execute(delete(table))
            _copy_rows(source.connection(), session.connection())
            _count_on(session)
            if mark is not None:
                mark(session)
    except SQLAlchemyError as error:
        raise StoreError("сервер базы данных не принял копию: ничего не изменено") from error
    return not empty


NOT_EMPTY = "в базе уже есть данные: заменить их копией — с --force (прежние будут сохранены в файл)"


def opened(path: Path) -> closing[Store]:
    """Open, or make, a SQLite database in a file."""
    return closing(Store(URL.create("sqlite", database=str(path))))


def _told(session: Session) -> Copied:
    known = inspect(session.connection()).has_table(TAKEN.name)
    taken_at = session.execute(select(TAKEN.c.at)).scalar() if known else None
    plans, assignments, journal = (
        session.execute(select(func.count()).select_from(SQLModel.metadata.tables[name])).scalar_one()
        for name in ("plan", "assignment", "journal")
    )
    return Copied(taken_at, plans, assignments, journal, broken_link(session))


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in TABLES:
        rows = source.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=BATCH)).mappings()
        for part in rows.partitions(BATCH):
            target.execute(insert(table), [dict(row) for row in part])


def _count_on(session: Session) -> None:
    """Let the server number new rows after those that were put in with their numbers."""
    for table in TABLES:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            last = func.greatest(func.nextval(sequence), func.max(column))
            session.execute(select(func.setval(sequence, last)).select_from(table))


def _one_file(path: Path) -> None:
    """Leave nothing of a database beside its file."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode=DELETE")


def _publish(draft: Path, target: Path) -> None:
    """Give *draft* the name *target*, never in the place of another file."""
    try:
        os.link(draft, target)
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:  # a disk that has no links
        if target.exists():
            raise _taken(target) from error
        shutil.move(draft, target)


def _taken(target: Path) -> StoreError:
    return StoreError(f"файл «{target}» уже есть: укажите другое имя (-o)")


def _check_file(draft: Path, file: Path) -> None:
    """Refuse what is no whole database of srok, before anything else reads it."""
    with draft.open("rb") as opened_file:
        if opened_file.read(16) != b"SQLite format 3\0":
            raise CopyError(f"«{file}» — не копия srok: это не база SQLite")
    revisions = {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    try:
        with closing(sqlite3.connect(draft)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            damaged = base.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]
            names = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not names >= OLDEST:
                raise CopyError(f"«{file}» — не копия srok: это база другой программы")
            revision = base.execute("SELECT version_num FROM alembic_version").fetchone()
            if revision is None or revision[0] not in revisions:
                raise CopyError(f"копия «{file}» снята более новым srok: обновите программу и повторите")
            damaged = damaged or base.execute("PRAGMA foreign_key_check").fetchone() is not None
    except sqlite3.DatabaseError as error:
        raise _damaged(file) from error
    if damaged:
        raise _damaged(file)


def _damaged(file: Path) -> CopyError:
    return CopyError(f"копия «{file}» повреждена: возьмите другую")


@contextmanager
def _alone(target: Path) -> Iterator[bool]:
    """Hold a SQLite database that nobody else has open; True: there is nothing in it, or no file."""
    if not target.exists() or not target.stat().st_size:
        yield True
        return
    with closing(sqlite3.connect(target, timeout=BUSY_SECONDS, isolation_level=None)) as base:
        try:
            base.execute("PRAGMA journal_mode=DELETE")  # takes the -wal in; refused while another has it open
            base.execute("BEGIN EXCLUSIVE")
            names = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = [name for name in names if name != "alembic_version"]
            empty = not any(base.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in kept)  # noqa: S608 - as the file has it
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise StoreError("с базой сейчас работает другая программа: дождитесь её и повторите") from error
            empty = False  # it is no database, or a damaged one
        yield empty


def _keep(target: Path, aside: Path | None) -> None:
    """Leave what is there under another name as well."""
    if aside is None:
        raise NotEmptyError(NOT_EMPTY)
    for suffix in ("", "-wal"):
        if Path(f"{target}{suffix}").exists():
            kept = Path(f"{aside}{suffix}")
            try:
                os.link(f"{target}{suffix}", kept)  # to open and close it would let go of the lock on it
            except OSError:  # a disk that has no links
                shutil.copyfile(f"{target}{suffix}", kept)
            kept.chmod(0o600)
