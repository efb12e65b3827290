"""A copy of the checkout, in which files are changed, and the tests that are run in it."""

from __future__ import annotations

import compileall
import hashlib
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONFIG: dict[str, Any] = tomllib.loads((HERE / "config.toml").read_text(encoding="utf-8"))

NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")


def copied() -> Path:
    """A copy of the checkout as it is now, in a folder of its own, which is used again until a file changes."""
    copy = ROOT / "build" / "mutants" / digest() / "copy"
    if not copy.exists():
        shutil.copytree(ROOT, copy, symlinks=True, ignore=NOT_COPIED)
    for file in CONFIG["mutated"]:  # a run that was cut off left one changed
        shutil.copy2(ROOT / file, copy / file)
    return copy


def digest() -> str:
    """Names the contents of all files that are copied."""
    found = hashlib.sha256()
    for folder, folders, files in os.walk(ROOT):
        left_out = NOT_COPIED(folder, [*folders, *files])
        folders[:] = sorted(name for name in folders if name not in left_out)
        for file in sorted(name for name in files if name not in left_out):
            path = Path(folder, file)
            found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def enter(copy: Path) -> None:
    """Make this process, and those that it starts, one that imports the package and runs the tests of the copy."""
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    os.environ.update(CONFIG["environment"], PYTHONPATH=str(copy))


def compiled(copy: Path) -> None:
    """Compile the package. What is compiled is used where the text is the same: times tell too little of quick changes.

    From here on nothing compiled is written, so that it is never that of a mutant.
    """
    for folder in ("symsched", "backends", "grammar"):
        compileall.compile_dir(copy / folder, quiet=2, force=True, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True


@contextmanager
def changed(texts: dict[Path, str]) -> Iterator[None]:
    """Give files other texts for a while."""
    before = {path: path.read_bytes() for path in texts}
    try:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        yield
    finally:
        for path, text in before.items():
            path.write_bytes(text)
