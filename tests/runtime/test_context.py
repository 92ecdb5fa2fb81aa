"""The request context: three states per key, keys in any case, and nothing that is no value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.errors import RequestError
from ostiary_runtime.context import ABSENT, UNKNOWN, PlainKeys, Reader, Spellings, state_of, text_of

DERIVED = {"aws:username": "alice", "aws:principalservicename": None, "aws:userid": UNKNOWN}


@pytest.mark.parametrize(
    "value, state",
    [
        ("a", "a"),
        ("", ""),
        (None, ABSENT),
        (ABSENT, ABSENT),
        (UNKNOWN, UNKNOWN),
        (True, "true"),
        (False, "false"),
        (10, "10"),
        (-3, "-3"),
        (0.5, "0.5"),
        ([], ABSENT),
        ((), ABSENT),
        (set(), ABSENT),
        (["a"], ("a",)),  # a list is multivalued, whatever its length
        (["a", True, 3], ("a", "true", "3")),
        (("a", "b"), ("a", "b")),
        (frozenset({"a"}), ("a",)),
        ([""], ("",)),
    ],
)
def test_states(value: object, state: object):
    assert state_of(value) == state


@pytest.mark.parametrize(
    "value",
    [
        b"a",
        bytearray(b"a"),
        {"a": 1},
        object(),
        Decimal(1),
        dt.date(2024, 1, 1),
        1j,
        ["a", None],
        [["a"]],
        [b"a"],
        [UNKNOWN],
        iter("a"),
        len,
    ],
)
def test_what_is_no_value(value: object):
    """Guessing a text for it could make a condition hold."""
    with pytest.raises(RequestError):
        state_of(value)


@pytest.mark.parametrize("missing, state", [("absent", ABSENT), ("unknown", UNKNOWN)])
def test_keys_that_nobody_mentions(missing: object, state: object):
    """Derived keys hold, absent ones too; every other key is as `missing` says."""
    reader = Reader({}, DERIVED, "111122223333", missing)
    assert reader.state("aws:sourceip") == state
    assert reader.state("aws:username") == "alice"
    assert reader.state("aws:principalservicename") is ABSENT
    assert reader.state("aws:userid") is UNKNOWN
    assert reader.state("aws:resourceaccount") == "111122223333"


def test_a_resource_without_account_has_no_resource_account():
    assert Reader({}, {}, None, "unknown").state("aws:resourceaccount") is ABSENT
    assert Reader({}, {}, "", "unknown").state("aws:resourceaccount") is ABSENT


@pytest.mark.parametrize("spelling", ["aws:UserName", "AWS:USERNAME", "aws:username"])
@pytest.mark.parametrize("value, state", [("bob", "bob"), (None, ABSENT), (UNKNOWN, UNKNOWN), ([], ABSENT)])
def test_the_context_goes_before_what_is_derived(spelling: str, value: object, state: object):
    """In any spelling, and also when it says absent or not known."""
    for missing in ("absent", "unknown"):
        assert Reader({spelling: value}, DERIVED, None, missing).state("aws:username") == state


@given(st.text(), st.text())
def test_only_ascii_case_is_ignored(key: str, value: str):
    ascii_folded = "".join(chr(ord(each) + 32) if "A" <= each <= "Z" else each for each in key)
    assert Reader({key: value}, {}, None).state(ascii_folded) == value


def test_tag_keys_keep_letters_of_other_scripts_apart():
    reader = Reader({"aws:PrincipalTag/É": "upper", "aws:PrincipalTag/é": "lower"}, {}, None)
    assert reader.state("aws:principaltag/É") == "upper"
    assert reader.state("aws:principaltag/é") == "lower"
    assert reader.state("aws:principaltag/\u212a") is ABSENT  # the Kelvin sign is no k


class Lazy(Mapping[str, object]):
    """A mapping that fails when a certain key is read."""

    def __init__(self, inner: dict[str, object]) -> None:
        self.inner = inner

    def __getitem__(self, key: str) -> object:
        assert key != "never"
        return self.inner[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.inner)

    def __len__(self) -> int:
        return len(self.inner)


def test_a_key_that_nobody_asks_for_is_never_looked_at():
    assert Reader(Lazy({"never": object(), "a": "b"}), {}, None).state("a") == "b"
    assert Reader(MappingProxyType({"never": object(), "A": "b"}), {}, None).state("a") == "b"


@pytest.mark.parametrize("key", [1, None, b"aws:SourceIp", ("aws:SourceIp",)])
def test_keys_are_text(key: object):
    with pytest.raises(RequestError, match="context key"):
        Reader({key: "a"}, {}, None)


def test_the_memo_of_spellings_stays_under_its_cap(monkeypatch: pytest.MonkeyPatch):
    """A flood of contexts with keys of their own."""
    monkeypatch.setattr(Spellings, "CAP", 8)
    spellings = Spellings()
    for number in range(500):
        reader = Reader({f"Key{number}": "v"}, {}, None, "absent", spellings)
        assert reader.state(f"key{number}") == "v"
        assert len(spellings) <= 8


@given(st.floats() | st.integers(-(10**30), 10**30) | st.booleans())
def test_numbers_become_their_text(value: object):
    assert text_of(value) == (str(value).lower() if isinstance(value, bool) else str(value))


def test_plain_keys_are_usual_spellings_and_what_nobody_asks_about():
    keys = PlainKeys({"aws:sourceip": "aws:SourceIp", "aws:principalarn": None})
    assert keys.hold({})
    assert keys.hold({"aws:SourceIp": 1})
    assert not keys.hold({"other": 1})
    assert keys.learn({"other": 1, "aws:SourceIp": 1})
    assert keys.hold({"other": 1})
    for key in ("AWS:SourceIp", "aws:PrincipalArn", "AWS:principalarn", 5, "x" * 513):
        assert not keys.learn({"other": 1, key: 1})
        assert not keys.hold({key: 1})


def test_plain_keys_stay_under_their_cap(monkeypatch: pytest.MonkeyPatch):
    """And never lose the usual spellings."""
    monkeypatch.setattr(PlainKeys, "CAP", 5)
    keys = PlainKeys({"aws:sourceip": "aws:SourceIp"})
    for number in range(40):
        assert keys.learn({f"k{number}": 1})
        assert keys.hold({f"k{number}": 1, "aws:SourceIp": 1})
        assert len(keys) <= 6
