"""What IAM takes for a date when it saves a policy (iam-semantics.md 1.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_compiler.checks.dates import is_saved
from ostiary_runtime.values import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "9223372036854775807",
        "0009223372036854775807",
        "01T",
        "2024-01",
        "2024-01-02",
        "2024-1-2",
        "2024-02-31",
        "2024-01-02T03",
        "2024-01-02T03:04Z",
        "2024-01-02t03:04:05.123456789+01:00",
        "2024-01-02T03:04:05-0130",
        "2024-01-02T03:04:05+01",
        "-292275054-01-01",
        "292278993T",
    ],
)
def test_saved(text: str) -> None:
    """Digits up to the largest epoch, and ISO 8601 in more forms than are documented."""
    assert is_saved(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "T",
        "-",
        "sdfdsf",
        "true",
        "tomorrow",
        "9223372036854775808",
        "9" * 5000,
        "2024-00-01",
        "2024-13-01",
        "2024-01-00",
        "2024-01-32",
        "2024-01-02T24:00",
        "2024-01-02T03:60",
        "2024-01-02T03:04:60Z",
        "2024-01-02T03:04:05.1234567890Z",
        "2024-01-02 03:04",
        "2024-01-02T03:04:05+25:00",
        "-292275055-01-01",
        "292278994T",
        " 2024-01-02",
        "２０２４-01-02",
        "10:00",
        "1.5",
        "${aws:CurrentTime}",
    ],
)
def test_refused(text: str) -> None:
    """Everything else fails legacy parsing."""
    assert not is_saved(text)


@given(st.datetimes(), st.sampled_from(["", "Z", "+02:00", "-00:30"]))
def test_what_is_documented_is_saved(moment: object, zone: str) -> None:
    """Every date that the engine can read in a documented form is one that IAM saves."""
    text = str(moment).replace(" ", "T") + zone
    assert parse_date(text) is not None
    assert is_saved(text)
