"""What `srok doctor` makes of what it finds, in tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from srok.health import Found, network_share, warnings

NOW = datetime(2021, 6, 16, 6, tzinfo=UTC)

MOUNTS = """\
22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw
31 22 0:40 / /mnt/share rw,relatime shared:3 - cifs //server/office rw,vers=3.0
32 31 254:2 / /mnt/share/local rw - xfs /dev/vdb rw
33 22 0:41 / /mnt/Общая\\040папка rw - fuse.sshfs user@host:/ rw
34 22 0:42 / /srv rw - ext4 /dev/vdc rw
35 34 0:43 / /srv rw master:1 propagate_from:2 - nfs4 host:/srv rw
36 22 0:44 / /mnt/c rw - 9p C: rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/office", None),
        ("/mnt/share", "cifs"),
        ("/mnt/share/srok/deep", "cifs"),
        ("/mnt/shared", None),  # a name that begins alike
        ("/mnt/share/local/srok", None),  # a disk of its own inside the share
        ("/mnt/Общая папка/srok", "fuse.sshfs"),
        ("/srv/srok", "nfs4"),  # mounted over a disk
        ("/mnt/c/srok", "9p"),  # Windows' disk seen from WSL
    ],
)
def test_a_network_share_is_known_by_its_file_system(folder, kind) -> None:
    assert network_share(Path(folder), MOUNTS) == kind


def test_without_mounts_nothing_is_said() -> None:
    assert network_share(Path("/srv"), "") is None


GOOD = {"modes": [(Path("srok.db"), 0o600)], "last_pass": NOW - timedelta(hours=25), "letters": {}}
OLD = "обходов нет больше суток, письма не уходят: запустите srok up (или srok tick каждые 15 минут)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"last_pass": None}, [OLD.replace("нет больше суток", "ещё не было")]),
        ({"last_pass": NOW - timedelta(hours=27)}, [OLD]),
        (
            {"letters": {"dead": 2, "uncertain": 1, "sent": 9}},
            [
                "не доставлено писем: 2; кому и почему, покажет srok outbox, адреса правят в people.yaml",
                "неизвестно, доставлено ли писем: 1; спросите получателей, их покажет srok outbox",
            ],
        ),
        (
            {"silent": [("почта", "почтовый сервер не принял имя или пароль")]},
            [
                "канал «почта» не работает, письма ждут: почтовый сервер не принял имя или пароль; исправьте srok.toml",
            ],
        ),
        (
            {"modes": [(Path("srok.db"), 0o640), (Path("srok.toml"), 0o602), (Path("x"), 0o711)]},
            [
                "«srok.db» доступен другим пользователям (в нём обязанности людей или пароли): chmod 600",
                "«srok.toml» доступен другим пользователям (в нём обязанности людей или пароли): chmod 600",
            ],
        ),
    ],
)
def test_what_a_person_should_look_at_is_said(given, said) -> None:
    assert list(warnings(Found(**GOOD | given), NOW)) == said
