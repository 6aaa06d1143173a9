"""The files of the repository, as the tests of this folder see them: what is built or installed is left out."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_OURS = {".git", "build", "node_modules", "dist", ".test", "__pycache__", ".pytest_cache", ".cache"}
BINARY = {".png", ".ico", ".woff2", ".gz", ".jpg", ".bin"}


def files(under=""):
    for folder, folders, names in os.walk(ROOT / under):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in names:
            yield pathlib.Path(folder, name)


def texts(*suffixes):
    """(path below the root, contents) of the text files with one of the endings, or of all."""
    for path in files():
        shown = path.relative_to(ROOT)
        if path.is_symlink() or path.suffix in BINARY or "corpus" in shown.parts or "golden" in shown.parts:
            continue
        if not suffixes or path.suffix in suffixes:
            yield shown, path.read_text(encoding="utf-8")
