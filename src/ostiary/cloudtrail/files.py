"""Which files to read: walks folders for CloudTrail logs, in the layout of a trail's bucket or any other.

In: paths of files and folders. Out: `LogFile` and `Skipped`, sorted, the same for the same tree.
Invariant: every regular file below a folder is named exactly once, as one or the other; a file that the caller names
himself is always a `LogFile`. Folders behind symbolic links are not entered.
Not here: what is inside (`reading`), which also recognises a digest by its content.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ostiary.cloudtrail.damage import Skipped, SkipReason

_LOG_ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".log", ".gz", ".parquet")
_NOT_LOG_ENDINGS = (".txt.gz", ".tar.gz", ".parquet.gz", ".orc.gz", ".xml.gz", ".md.gz")
# as S3 names its access logs
_S3_ACCESS = re.compile(r".*\d{4}(?:-\d\d){5}-[0-9A-F]{16}")
# beside the results of a query of CloudTrail Lake
_SIGNATURE = "result_sign.json"
_FOLDERS = {"CloudTrail-Digest": SkipReason.DIGEST, "CloudTrail-Insight": SkipReason.INSIGHT}


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file to read for events."""

    path: str


def find_log_files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[LogFile | Skipped]:
    """All files at and below `paths`, each once, in the order of the paths and sorted within a folder."""
    seen: set[str] = set()
    for path in paths:
        name = os.fspath(path)
        for found in _below(name) if Path(name).is_dir() else (LogFile(name),):
            where = found.path if isinstance(found, LogFile) else found.file
            identity = os.path.realpath(where)
            if identity not in seen:
                seen.add(identity)
                yield found


def _below(folder: str) -> Iterator[LogFile | Skipped]:
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(parent, file)  # noqa: PTH118  (os.walk gives text, and text is what is reported)
            reason = _reason(parent, file)
            yield Skipped(path, reason) if reason else LogFile(path)


def _reason(parent: str, file: str) -> SkipReason | None:
    for part in Path(parent).parts:
        if part in _FOLDERS:
            return _FOLDERS[part]
    folded = file.casefold()
    if folded == _SIGNATURE:
        return SkipReason.DIGEST
    if (folded.endswith(_LOG_ENDINGS) and not folded.endswith(_NOT_LOG_ENDINGS)) or _S3_ACCESS.fullmatch(file):
        return None
    return SkipReason.NOT_A_LOG
