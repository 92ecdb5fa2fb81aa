"""The saved form of a program: bytes that say what they are, how long they are, and whether they are whole.

    magic  8 bytes   `OSTIARY` and a zero byte
    version  2 bytes, big endian
    length   8 bytes, big endian: of the payload
    digest  32 bytes: SHA-256 of the payload
    payload: JSON text in ASCII, the tables as columns in a fixed order (`columns`)

Invariant: everything is checked before it is believed; damaged, truncated, foreign and hostile files raise ProgramError.
Plain data only, never pickle or marshal. The index is not saved: it is built anew from the patterns, so a file cannot
bring one that leaves a pattern out. The same program gives the same bytes.
"""

import hashlib
import json

from ostiary_grammar.collecting import uncollected
from ostiary_grammar.errors import ProgramError
from ostiary_runtime.columns import from_columns, to_columns
from ostiary_runtime.program import FORMAT_VERSION, Program

MAGIC = b"OSTIARY\0"
_HEAD = len(MAGIC) + 2 + 8 + 32


def to_bytes(program: Program) -> bytes:
    """The saved form."""
    payload = json.dumps(to_columns(program), separators=(",", ":"), ensure_ascii=True).encode("ascii")
    head = MAGIC + FORMAT_VERSION.to_bytes(2, "big") + len(payload).to_bytes(8, "big")
    return head + hashlib.sha256(payload).digest() + payload


def digest(program: Program) -> str:
    """The SHA-256 of the saved payload, in hexadecimal: equal for equal programs."""
    return to_bytes(program)[_HEAD - 32 : _HEAD].hex()


def from_bytes(data: bytes) -> Program:
    """The program of a saved form; ProgramError if it is not one, or not whole, or from another version."""
    if not data.startswith(MAGIC):
        raise ProgramError("not a saved program: it does not start as one")
    if len(data) < _HEAD:
        raise ProgramError(f"the saved program is cut short: {len(data)} bytes, and its head alone has {_HEAD}")
    version = int.from_bytes(data[8:10], "big")
    if version != FORMAT_VERSION:
        raise ProgramError(
            f"the saved program has format {version}, this version reads {FORMAT_VERSION}: compile it again"
        )
    length = int.from_bytes(data[10:18], "big")
    payload = memoryview(data)[_HEAD:]
    if len(payload) != length:
        raise ProgramError(f"the saved program should have {length} bytes after its head and has {len(payload)}")
    if hashlib.sha256(payload).digest() != data[18:_HEAD]:
        raise ProgramError("the saved program is damaged: its digest does not match")
    try:
        with uncollected():
            return from_columns(json.loads(str(payload, "ascii")))
    except ProgramError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as problem:
        raise ProgramError(f"the saved program is not well formed: {problem}") from None
