"""Rows of CloudTrail tables (CloudTrail Lake, Athena) as events.

In: a row as a JSON object, by the names of its columns. Out: an event, or None if the row is none.
Invariant: the whole event in a column `eventJson` counts before all other columns. Maps, structs and lists may be such, JSON text, or the
text that a query result has for them (`{type=IAMUser, arn=...}`).
Not here: reading the files (`table_files`); names in lower case, which `Record.of` understands.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ostiary.cloudtrail.times import written

_WITH_PARTS = frozenset(
    {
        "additionaleventdata",
        "addendum",
        "eventcontext",
        "requestparameters",
        "resources",
        "responseelements",
        "tlsdetails",
        "useridentity",
    }
)
_MAPS = frozenset({"additionaleventdata", "requestparameters", "responseelements"})
_SPACED_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.0+)?(?: UTC)?")
_PAIR = re.compile(r"([A-Za-z0-9_\-:./@ ]+)=")
_DEPTH = 20


def is_table(columns: Iterable[str]) -> bool:
    """Whether a table with these columns holds events of CloudTrail."""
    names = {name.lower() for name in columns}
    return "eventjson" in names or {"eventname", "eventsource"} <= names


def table_event(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event of a row."""
    whole = next((value for name, value in row.items() if name.lower() == "eventjson"), None)
    if isinstance(whole, str) and whole.strip():
        event = _json(whole)
        return event if isinstance(event, dict) else None
    event = {
        name.lower(): _plain(name.lower(), value) for name, value in row.items() if value is not None and value != ""
    }
    return event if "eventname" in event or "eventsource" in event else None


def _plain(name: str, value: Any) -> Any:
    """A cell as JSON has it."""
    if isinstance(value, datetime):
        return written(value)
    if name == "eventtime" and isinstance(value, str):
        spaced = _SPACED_TIME.fullmatch(value)
        return f"{spaced[1]}T{spaced[2]}Z" if spaced else value
    if name in _WITH_PARTS:
        return _with_parts(value, texts=name in _MAPS)
    return value


def _with_parts(value: Any, *, texts: bool, depth: int = _DEPTH) -> Any:
    """A cell with parts; `texts`: parts that are text may be JSON themselves, as in a map from text to text."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith(("{", "[")):
            parsed = _json(text)
            return _result_text(text) if parsed is None else parsed
        return value
    if (
        depth
        and isinstance(value, list)
        and value
        and all(isinstance(each, tuple) and len(each) == 2 for each in value)
    ):
        value = dict(value)
    if depth and isinstance(value, dict):
        found = {
            str(name): _member(each, texts=texts, depth=depth - 1) for name, each in value.items() if each is not None
        }
        # a struct has all its fields in every row: where all are null there was none
        return found or None
    if depth and isinstance(value, list):
        return [_member(each, texts=texts, depth=depth - 1) for each in value]
    return value


def _member(value: Any, *, texts: bool, depth: int) -> Any:
    if isinstance(value, str):
        parsed = _json(value) if texts and value.startswith(("{", "[")) else None
        return value if parsed is None else parsed
    if isinstance(value, datetime):
        return _plain("", value)
    return _with_parts(value, texts=texts, depth=depth)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _result_text(text: str) -> Any:
    """`{a=1, b={c=2}, d=[{e=3}]}`, as query results write structs; the text itself if it is none."""
    value, end = _value(text, 0, _DEPTH)
    return value if end == len(text) and value is not None else text


def _value(text: str, place: int, depth: int) -> tuple[Any, int]:
    """The value at a place and where it ends; -1 where it does not."""
    if depth and text.startswith("{", place):
        found: dict[str, Any] = {}
        place += 1
        while not text.startswith("}", place):
            name = _PAIR.match(text, place)
            if name is None:
                return None, -1
            value, place = _value(text, name.end(), depth - 1)
            place = _behind_comma(text, place, "}")
            if place < 0:
                return None, -1
            if value is not None:
                found[name[1].strip()] = value
        return found, place + 1
    if depth and text.startswith("[", place):
        items: list[Any] = []
        place += 1
        while not text.startswith("]", place):
            value, place = _value(text, place, depth - 1)
            place = _behind_comma(text, place, "]")
            if place < 0:
                return None, -1
            items.append(value)
        return items, place + 1
    end = place
    while end < len(text) and text[end] not in "}]" and not (text.startswith(", ", end) and _PAIR.match(text, end + 2)):
        end += 1
    if end >= len(text):
        return None, -1
    plain = text[place:end]
    return None if plain == "null" else plain, end


def _behind_comma(text: str, place: int, closer: str) -> int:
    """Where the next member begins, or the closing bracket stands; -1 if there is neither."""
    if place >= 0 and text.startswith(", ", place):
        return place + 2
    return place if place >= 0 and text.startswith(closer, place) else -1
