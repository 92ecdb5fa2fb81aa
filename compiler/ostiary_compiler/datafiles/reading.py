"""Opening files: a path to a text, or to the tree of what it holds.

In: paths. Out: `Source`s and `Tree`s; PolicyError if a file cannot be read, is not UTF-8, or is neither JSON nor YAML.
A file is YAML if its name ends in `.yaml` or `.yml`, else JSON; it is decompressed if it begins as gzip does.
"""

import gzip
import zlib
from pathlib import Path

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.json_tree import read_json
from ostiary_compiler.datafiles.limits import DEFAULT_DATA_LIMITS, DataLimits
from ostiary_compiler.datafiles.tree import Tree
from ostiary_compiler.datafiles.yaml_tree import read_yaml
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import LimitError, PolicyError
from ostiary_grammar.span import Source

_GZIP = b"\x1f\x8b"
_YAML = frozenset({".yaml", ".yml"})


def read_tree(path: Path, limits: DataLimits = DEFAULT_DATA_LIMITS) -> Tree:
    """What a file of data holds."""
    source = _read_text(path, limits)
    return read_yaml(source, limits) if is_yaml(path) else read_json(source, limits)


def is_yaml(path: Path) -> bool:
    """Whether a file is taken for YAML."""
    return path.suffix.lower() in _YAML


def read_source(path: Path) -> Source:
    """The text of a policy file; PolicyError if it cannot be read or is not UTF-8."""
    try:
        return Source(str(path), path.read_bytes().decode("utf-8"))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise PolicyError([Diagnostic("policy-file", Severity.ERROR, f"cannot read `{path}`: {reason}")]) from None
    except UnicodeDecodeError as problem:
        message = f"`{path}` is not UTF-8: byte {problem.start} cannot be decoded"
        advice = "save the policy as UTF-8; a policy is text, so this may be another kind of file"
        raise PolicyError([Diagnostic("policy-encoding", Severity.ERROR, message, help=advice)]) from None


def _read_text(path: Path, limits: DataLimits) -> Source:
    # A character takes at most four bytes, so whatever has more bytes than that is above the limit.
    most = 4 * limits.characters + 1
    data = _read_bytes(path, most)
    if len(data) < most:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as problem:
            message = f"`{path}` is not UTF-8: byte {problem.start} cannot be decoded"
            raise _unreadable(DataCode.ENCODING, message) from None
        if len(text) <= limits.characters:
            return Source(str(path), text)
    message = f"`{path}` has more than {limits.characters} characters"
    raise LimitError([Diagnostic(Code.LIMIT.value, Severity.ERROR, message)])


def _read_bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            return gzip.GzipFile(fileobj=file).read(most) if packed else file.read(most)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _unreadable(DataCode.ENCODING, f"`{path}` begins as gzip, but is damaged or cut short") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise _unreadable(DataCode.FILE, f"cannot read `{path}`: {reason}") from None


def _unreadable(code: DataCode, message: str) -> PolicyError:
    return PolicyError([Diagnostic(code.value, Severity.ERROR, message)])
