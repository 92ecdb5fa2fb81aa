"""Places: where resources lie, found for a whole column with one sorted search.

All resources with one header form an interval of the code-point order, cut by the bounds of every pattern that the header
brings into play. Each piece is a *place*, whichever row asks; rows say later which leaf of theirs a place belongs to.
In: an Arrow array of resources. Out: the number of each one's place, `NOWHERE` where its header has not been seen.
Invariant: a resource in a place is an ARN with six fields, or `*`; whatever else there is stays nowhere.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ostiary_runtime.batch import colons
from ostiary_runtime.batch.tables import Ints
from ostiary_runtime.intervals import successor
from ostiary_runtime.program import Program
from ostiary_runtime.request import Resource, header_alone
from ostiary_runtime.stretches import HeaderIndex

NOWHERE: Final = 0
# Headers, and places, that are remembered before everything starts again.
MOST_HEADERS: Final = 4096
MOST_PLACES: Final = 1 << 20
MOST_CHARACTERS: Final = 1 << 26
# Where a root of trust begins whose own policy has to grant (see `entries.root_of_trust`).
_TRUSTED: Final = {"kms": ("key/", "key0"), "iam": ("role/", "role0")}
# Rows that are looked at to see whether a column holds few distinct texts, and which share of them has to be distinct.
_SAMPLE: Final = 4096
_MANY: Final = 0.9
# Colons of an ARN whose last field has none.
FIELD_COLONS: Final = 5


@dataclass(frozen=True, slots=True)
class Header:
    """A header that has been seen: a resource that has it, and its places from `first` on, cut at `bounds`."""

    resource: Resource
    first: int
    bounds: tuple[str, ...]

    @property
    def places(self) -> range:
        return range(self.first, self.first + len(self.bounds) + 1)


class Places:
    """Finds places. Headers are put in as they are met."""

    def __init__(self, program: Program, headers: HeaderIndex) -> None:
        self._program = program
        self._index = headers
        self._headers: dict[str, Header] = {}
        self.of_place: list[Header | None] = [None]
        """By place: its header."""
        self._characters = 0
        self._arrays: dict[Any, Any] = {}
        self._bounds: list[str] = []
        self._places = np.zeros(1, np.int32)

    @property
    def full(self) -> bool:
        return (
            len(self._headers) >= MOST_HEADERS
            or len(self.of_place) >= MOST_PLACES
            or self._characters >= MOST_CHARACTERS
        )

    def find(self, texts: Any) -> Ints:
        """The place of each text of an array without nulls, plain or large strings."""
        found: Ints = self._places.take(self._search(texts))
        return found

    def put(self, resources: Iterable[Resource]) -> None:
        """Puts the headers of resources in."""
        changed = False
        for resource in resources:
            key = resource.header or resource.text
            if key not in self._headers and not self.full:
                bounds = self._cut(resource) if resource.fields else ()
                header = self._headers[key] = Header(header_alone(resource), len(self.of_place), bounds)
                self._characters += len(key) * (len(bounds) + 2)
                self.of_place.extend([header] * (len(bounds) + 1))
                changed = True
        if changed:
            self._lay_out()

    def _cut(self, resource: Resource) -> tuple[str, ...]:
        live, _ = self._index.live(resource)
        bounds = {bound for number in live for bound in self._program.headers[number].tails.bounds}
        bounds.update(_TRUSTED.get(resource.fields[2], ()))
        return tuple(sorted(bounds - {""}))

    def _lay_out(self) -> None:
        bounds: list[str] = []
        places: list[int] = [NOWHERE]
        for start in sorted(self._headers):
            header = self._headers[start]
            end = str(successor(start)) if header.resource.header else start + "\0"
            bounds += [start, *(start + bound for bound in header.bounds), end]
            places += [*header.places, NOWHERE]
        self._bounds = bounds
        self._places = np.array(places, np.int32)
        self._arrays.clear()

    def _search(self, texts: Any) -> Any:
        if sorted_search is None:
            return [bisect_right(self._bounds, text) for text in texts.to_pylist()]
        bounds = self._arrays.get(texts.type)
        if bounds is None:
            bounds = self._arrays[texts.type] = pa.array(map(_in_arrow, self._bounds), texts.type)
        return sorted_search(bounds, texts, side="right").to_numpy(zero_copy_only=False)


# pyarrow 26 and later; without it the slower way, text by text
sorted_search: Any = getattr(pc, "search_sorted", None)


def _in_arrow(bound: str) -> str:
    """The bound among texts that Arrow can hold. A bound may have a surrogate, as what follows U+D7FF; no text has."""
    surrogate = _SURROGATE.search(bound)
    return bound if surrogate is None else bound[: surrogate.start()] + "\ue000"


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def holds_few(texts: Any) -> bool:
    """Whether an array of texts holds so few distinct ones that encoding it pays."""
    if len(texts) <= _SAMPLE:
        sample = texts.slice(0, 512)
    else:
        step = len(texts) // _SAMPLE
        sample = texts.take(pa.array(np.arange(_SAMPLE, dtype=np.int64) * step))
    return len(pc.unique(sample)) <= _MANY * len(sample)


def not_resources(texts: Any) -> Any:
    """Which texts are neither `*` nor an ARN with six fields: a boolean array, or None where a look shows that none is."""
    arns, enough = pc.starts_with(texts, "arn:"), colons.counts(texts) >= FIELD_COLONS
    if enough.all() and pc.all(arns).as_py():
        return None
    return pc.invert(pc.or_(pc.and_(arns, pa.array(enough)), pc.equal(texts, "*")))


def has_extra_colons(texts: Any) -> bool:
    """Whether some of these resources has more than five colons: all have five at least, or are `*`."""
    found, least = colons.total(texts), FIELD_COLONS * len(texts)
    return found != least and found != least - FIELD_COLONS * (pc.sum(pc.equal(texts, "*")).as_py() or 0)
