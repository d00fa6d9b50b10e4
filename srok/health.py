"""What `srok doctor` makes of what it finds; nothing is read here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.store.queries import LONGEST_SILENCE

NETWORK = frozenset({
    "9p", "afs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs",
    "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs",
})  # fmt: skip
"""File systems of network shares, by Linux's names: locks do not hold there, and SQLite lives by them."""
OTHERS = 0o066
"""Bits of a file's mode by which others than its owner read or write it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        modes: Of the files that hold duties and secrets.
        last_pass: When the engine last finished a pass.
        letters: Number of letters by state.
        silent: The channels that our own settings keep silent, in Russian, and why.
    """

    modes: Sequence[tuple[Path, int]]
    last_pass: datetime | None
    letters: dict[str, int]
    silent: Sequence[tuple[str, str]] = ()


def warnings(found: Found, now: datetime) -> Iterator[str]:
    """Say what a person should look at though it stops nothing, and what to do about it."""
    if found.last_pass is None or now - found.last_pass > LONGEST_SILENCE:
        since = "обходов ещё не было" if found.last_pass is None else "обходов нет больше суток"
        yield f"{since}, письма не уходят: запустите srok up (или srok tick каждые 15 минут)"
    for channel, why in found.silent:
        yield f"канал «{channel}» не работает, письма ждут: {why}; исправьте srok.toml"
    dead, uncertain = (found.letters.get(state, 0) for state in ("dead", "uncertain"))
    if dead:
        yield f"не доставлено писем: {dead}; кому и почему, покажет srok outbox, адреса правят в people.yaml"
    if uncertain:
        yield f"неизвестно, доставлено ли писем: {uncertain}; спросите получателей, их покажет srok outbox"
    for path, mode in found.modes:
        if mode & OTHERS:
            yield f"«{path}» доступен другим пользователям (в нём обязанности людей или пароли): chmod 600"


def network_share(folder: Path, mounts: str) -> str | None:
    """Return the file system's name where *folder* lies on a network share.

    Args:
        folder: Absolute, without links.
        mounts: `/proc/self/mountinfo` (proc_pid_mountinfo(5)): of two mounts on one point the later is seen.
    """
    kind, depth = "", 0
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), left.split()[4]))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = right.split()[0], len(point.parts)
    return kind if kind in NETWORK else None
