"""Wheel and sdist of a copy of the tree, built by the backend of the lock: nothing is fetched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("engine", "flows", "notifiers", "plans", "srok")
"""The folders a wheel holds, each as a whole."""


def tree() -> set[str]:
    """Return the files of the repository, new ones too, but for those git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def copy_tree(folder: Path) -> None:
    """Put the files of the repository into *folder*, without its history."""
    for name in tree():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


def build(folder: Path, kind: str, output: Path) -> Path:
    """Build the `wheel` or `sdist` of *folder* and return its file."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(output)]
    subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    (made,) = output.iterdir()
    return made
