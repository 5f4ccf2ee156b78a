"""Where a log lies: whether the file at its path is still the one that was opened, and who else may reach it.

Both are looked at and said; only a file that is no longer there is refused.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from titration import errors

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Place:
    """A path and the very file that was found there.

    Attributes:
        path: The absolute path, so that a program may change its folder meanwhile.
        device: The device the file lies on.
        number: The file's number there (its inode); a copy put in its place has another.
    """

    path: Path
    device: int
    number: int

    @classmethod
    def of(cls, path: Path) -> Place:
        """The place of a file that is there."""
        found = path.stat()
        return cls(Path(os.path.abspath(path)), found.st_dev, found.st_ino)  # noqa: PTH100 - `resolve` would follow a link that is later turned elsewhere

    @property
    def is_same(self) -> bool:
        """Whether the same file is still there."""
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise errors.StorageFailed(f"{self.path} cannot be reached any more ({error.strerror})") from error
        return (found.st_dev, found.st_ino) == (self.device, self.number)


def loose(path: Path) -> list[str]:
    """What of a log's file and folder is not private, a sentence each; empty when all is.

    Args:
        path: The file.

    Returns:
        Sentences with what to do; on Windows none, where other rules hold.
    """
    if os.name != "posix":
        return []
    said, file = [], path.stat()
    mode = stat.S_IMODE(file.st_mode)
    if mode & OTHERS:
        said.append(f"{path} can be reached by other accounts of this computer (mode {mode:04o}); chmod 600 closes it")
    if file.st_nlink > 1:
        said.append(
            f"{path} has {file.st_nlink} names (hard links); after a power cut SQLite mends it under the name it was"
            " written by only: keep one name, and make copies with titration backup"
        )
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - the folder as it is named, links and all
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        said.append(
            f"{folder} lets other accounts put another file in the log's place (mode {mode:04o}); chmod 700 closes it"
        )
    return said
