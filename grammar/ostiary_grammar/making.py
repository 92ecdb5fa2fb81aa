"""Making many instances of a frozen data class, several times as fast as its own constructor does.

In: a data class, frozen and with slots. Out: a function with the arguments of its constructor and the same result.
A frozen class sets each field through `object.__setattr__`, which takes ten times as long as an assignment. So the fields
are assigned on an instance of a class that has the same slots and is not frozen, which then becomes the frozen one.
Invariant: what comes out is an instance of the class like any other: equal, hashed, frozen and pickled as one.
Not here: when it is worth it, which is where thousands are made at once and have several fields.
"""

from collections.abc import Callable
from dataclasses import field, fields, is_dataclass, make_dataclass
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


def maker(kind: Callable[P, T]) -> Callable[P, T]:
    """What makes instances of a data class; TypeError for a class that is none, or has no slots, or does more than set fields."""
    if not (isinstance(kind, type) and is_dataclass(kind) and "__slots__" in vars(kind)):
        raise TypeError(f"{kind!r} is no data class with slots")
    if hasattr(kind, "__post_init__") or kind.__base__ is not object:
        raise TypeError(f"{kind!r} does more than set its fields, or has some of another class")

    def become(draft: object) -> None:
        draft.__class__ = kind

    parts = [
        (each.name, each.type, field(default=each.default, default_factory=each.default_factory))
        for each in fields(kind)
    ]
    draft = make_dataclass(kind.__name__, parts, slots=True, eq=False, repr=False, namespace={"__post_init__": become})
    return cast("Callable[P, T]", draft)
