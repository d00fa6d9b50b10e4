"""Files as commands write them: as a whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path


def write_whole(output: Path, content: bytes) -> None:
    """Put *content* into *output*, whose folder is made where it is missing; nobody ever reads half a file.

    Raises:
        IsADirectoryError: *output* is a folder.
    """
    if output.is_dir():
        raise IsADirectoryError(errno.EISDIR, "", str(output))
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(output.name + ".part")
    try:
        draft.write_bytes(content)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
