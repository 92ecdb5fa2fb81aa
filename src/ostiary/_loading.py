"""Saved programs from files. Apart from `_facade`, so that a host which only loads programs never imports a parser."""

from pathlib import Path

from ostiary_grammar.errors import ProgramError
from ostiary_runtime.codec import from_bytes
from ostiary_runtime.engine import Engine


def load(path: str | Path) -> Engine:
    """The engine of a program that `Engine.save` has written. Nothing is parsed.

    Raises ProgramError if the file cannot be read, is damaged, or comes from another version.
    """
    return Engine(from_bytes(read_file(Path(path))))


def read_file(path: Path) -> bytes:
    """The bytes of a file; ProgramError if it cannot be read."""
    if path.exists() and not path.is_file():
        raise ProgramError(f"cannot read `{path}`: it is no file")
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ProgramError(f"cannot read `{path}`: {(problem.strerror or str(problem)).lower()}") from None
