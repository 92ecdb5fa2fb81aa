"""What a maker makes is what the constructor makes, on every class for which there is one."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from ostiary_grammar.making import maker


@dataclass(frozen=True, slots=True)
class Pair:
    first: str
    second: int = 2
    third: list[int] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True)
class WithoutSlots:
    first: str


@dataclass(frozen=True, slots=True)
class Busy:
    first: str

    def __post_init__(self) -> None:
        raise AssertionError


@dataclass(frozen=True, slots=True)
class Derived(Pair):
    fourth: int = 4


@pytest.mark.parametrize(
    "given, named", [(("a",), {}), (("a", 3), {}), ((), {"first": "a", "second": 1}), (("a", 1, [5]), {})]
)
def test_the_same_as_the_constructor_makes(given: tuple[Any, ...], named: dict[str, Any]):
    made, wanted = maker(Pair)(*given, **named), Pair(*given, **named)
    assert type(made) is Pair
    assert made == wanted
    assert hash(made) == hash(wanted)
    assert repr(made) == repr(wanted)
    assert made.third == wanted.third
    assert made.third is not wanted.third or given[2:]
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == wanted


def test_it_is_frozen():
    made = maker(Pair)("a")
    with pytest.raises(FrozenInstanceError):
        made.second = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.second
    assert not hasattr(made, "__dict__")


def test_wrong_arguments_are_refused():
    for given, named in (((), {}), (("a", 1, [], 4), {}), (("a",), {"fourth": 1})):
        with pytest.raises(TypeError):
            maker(Pair)(*given, **named)


@pytest.mark.parametrize("kind", [WithoutSlots, Busy, Derived, str, len])
def test_classes_that_it_is_not_for(kind: Any):
    with pytest.raises(TypeError):
        maker(kind)
