"""Whether files have changed: by what `stat` says, and by their content where that is not enough.

In: paths, and what was known of them. Out: `FileState`s, equal in `content` if the files hold the same.
Invariant: a change is never missed. A file that was changed so lately that another change might leave its times as they
are is read again, until its times are old enough to be believed.
Why not a library that is told by the kernel: such events do not reach network and overlay file systems, nor the links by
which containers replace mounted files, and a `stat` per file and second costs nothing that one could measure.
"""

import hashlib
import stat
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# Clocks of file systems tick at least this often (FAT: two seconds), in nanoseconds.
_TICK = 2_000_000_000


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of a file: device, inode, size and times (None: it is not there), and the SHA-256 of its content.

    `content` is None where there is no file that can be read. `firm`: the times are so old that whatever changes the file
    changes them too.
    """

    identity: tuple[int, ...] | None
    content: str | None
    firm: bool

    def older_than(self, moment: int) -> bool:
        """Whether the file was last changed for certain before a moment (nanoseconds since 1970)."""
        return self.identity is not None and moment - max(self.identity[3:]) > _TICK


def look(path: Path, before: FileState | None) -> FileState:
    """The state of a file now. It is read only if its times cannot be believed or say that it has changed."""
    now = time.time_ns()
    try:
        found = path.stat()
    except (OSError, ValueError):
        return FileState(None, None, firm=True)
    identity = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    if before is not None and before.firm and before.identity == identity:
        return before
    firm = now - max(found.st_mtime_ns, found.st_ctime_ns) > _TICK
    return FileState(identity, _content(path) if stat.S_ISREG(found.st_mode) else None, firm)


def look_all(paths: Iterable[Path], before: Mapping[Path, FileState]) -> dict[Path, FileState]:
    """The states of several files."""
    return {path: look(path, before.get(path)) for path in paths}


def contents(states: Mapping[Path, FileState]) -> dict[Path, str | None]:
    """What files hold, to compare."""
    return {path: state.content for path, state in states.items()}


def _content(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
