"""Condition values: parsed exactly or not at all."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary_runtime.values import (
    parse_address,
    parse_binary,
    parse_boolean,
    parse_date,
    parse_network,
    parse_number,
)

ANYTHING = st.text() | st.text(alphabet="0123456789+-.:/TZtz%eE_ \n٣", max_size=24)


@pytest.mark.parametrize(
    "text, number",
    [
        ("0", "0"),
        ("-0", "0"),
        ("10", "10"),
        ("2.0", "2"),
        ("007", "7"),
        ("-1.50", "-1.5"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
    ],
)
def test_numbers(text: str, number: str):
    """iam-semantics.md 6.6: integers and decimals, perhaps negative, and exactly."""
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+1",
        "1e3",
        "0x10",
        " 1",
        "1 ",
        "1\n",
        "1,000",
        "1_000",
        ".5",
        "5.",
        "-",
        "--1",
        "1.2.3",
        "٣",
        "NaN",
        "Infinity",
    ],
)
def test_what_is_no_number(text: str):
    """A sign before it, exponents, blanks, separators and digits of other scripts are refused."""
    assert parse_number(text) is None


def test_numbers_of_any_length_compare_exactly():
    """100,000 digits are as exact as one, and take no quadratic time."""
    long = "9" * 100_000
    assert parse_number(long) == parse_number(long + ".0")
    assert parse_number(long) < parse_number("1" + "0" * 100_000)
    assert parse_number("0." + "0" * 99_999 + "1") > parse_number("0")
    assert parse_number("x" * 100_000) is None
    assert parse_number("1." * 50_000) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40, places=9))
def test_every_plain_decimal_is_read_as_it_is(number: Decimal):
    assert parse_number(f"{number:f}") == number


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01", 0),
        ("1970-01", 0),
        ("2024-01-02T03:04:05Z", 1704164645),
        ("2024-01-02T03:04:05", 1704164645),
        ("2024-01-02T03:04Z", 1704164640),
        ("2024-01-02t03:04:05z", 1704164645),
        ("2024-01-02T03:04:05.25Z", "1704164645.25"),
        ("2024-01-02T03:04:05+02:00", 1704157445),
        ("2024-01-02T03:04:05-05:30", 1704184445),
        ("2024-02-29", 1709164800),
        ("1969-12-31T23:59:59Z", -1),
        ("0001-01-01", -62135596800),
        ("2024", 2024),  # digits alone are epoch seconds (10.17)
        ("1704164645", 1704164645),
        ("0", 0),
        ("9" * 30, 10**30 - 1),
    ],
)
def test_dates(text: str, seconds: object):
    """iam-semantics.md 6.7: ISO 8601 in the W3C profile, or epoch seconds."""
    assert parse_date(text) == Decimal(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-13-01",
        "2024-00-01",
        "2023-02-29",
        "2024-01-32",
        "0000-01-01",
        "2024-1-1",
        "24-01-01",
        "2024-01-02T24:00:00Z",
        "2024-01-02T03:60:00Z",
        "2024-01-02T03:04:60Z",
        "2024-01-02T03Z",
        "2024-01-02 03:04:05Z",
        "2024-01-02T03:04:05Z ",
        "2024-01-02T03:04:05Z\n",
        "2024-01T03:04:05Z",
        "-1",
        "1.5",
        "20240102T030405Z",
        "2024-01-02T03:04:05.Z",
        "٢٠٢٤-٠١-٠٢",
        "today",
    ],
)
def test_what_is_no_date(text: str):
    assert parse_date(text) is None


@given(st.datetimes(), st.integers(0, 10**6 - 1))
def test_every_instant_is_read_exactly(moment: object, micro: int):
    moment = moment.replace(microsecond=0)
    days = moment.toordinal() - 719163
    whole = days * 86400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    text = f"{moment.isoformat()}.{micro:06}Z"
    assert Fraction(parse_date(text)) == whole + Fraction(micro, 10**6)


def test_epoch_seconds_of_any_length():
    assert parse_date("9" * 100_000) == parse_number("9" * 100_000)


@pytest.mark.parametrize(
    "text, truth",
    [
        ("true", "true"),
        ("TRUE", "true"),
        ("False", "false"),
        ("", None),
        ("1", None),
        ("yes", None),
        (" true", None),
        ("true\n", None),
        ("ｔrue", None),
    ],
)
def test_booleans(text: str, truth: str | None):
    assert parse_boolean(text) == truth


@pytest.mark.parametrize(
    "text, valid",
    [
        ("QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
        ("", True),
        ("QQ==", True),
        ("QQ", False),
        ("QQ=", False),
        ("Q", False),
        ("QQ==QQ==", False),
        ("QQ==\n", False),
        ("Q Q=", False),
        ("Q-_=", False),
        ("é===", False),
    ],
)
def test_base64(text: str, valid: bool):
    assert parse_binary(text) == (text if valid else None)


@pytest.mark.parametrize(
    "text, version, number",
    [
        ("0.0.0.0", 4, 0),
        ("203.0.113.1", 4, 0xCB007101),
        ("::", 6, 0),
        ("2001:DB8::1", 6, 0x20010DB8 << 96 | 1),
        ("2001:db8:0:0:0:0:0:1", 6, 0x20010DB8 << 96 | 1),
        ("::ffff:203.0.113.1", 6, 0xFFFFCB007101),
    ],
)
def test_addresses(text: str, version: int, number: int):
    address = parse_address(text)
    assert (address.version, address.number) == (version, number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",  # leading zeros could be octal
        "1.2.3.04",
        "::ffff:010.0.0.1",
        "1.2.3.4/32",
        " 1.2.3.4",
        "1.2.3.4\n",
        "0x7f.1",
        "16909060",
        "１.2.3.4",
        "fe80::1%eth0",
        "1::2::3",
        "12345::",
        "1:" * 50_000,
        "1." * 50_000,
    ],
)
def test_what_is_no_address(text: str):
    assert parse_address(text) is None
    assert parse_network(text) is None or "/" in text


@pytest.mark.parametrize(
    "network, inside, outside",
    [
        ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
        ("203.0.113.77/24", "203.0.113.1", "203.0.112.77"),  # bits after the prefix are ignored
        ("203.0.113.77", "203.0.113.77", "203.0.113.78"),
        ("0.0.0.0/0", "255.255.255.255", "::"),  # the families never match each other
        ("::/0", "ffff::", "1.2.3.4"),
        ("2001:db8::/32", "2001:DB8:ffff::1", "2001:db9::"),
        ("2001:db8::1", "2001:db8:0::1", "2001:db8::2"),
        ("128.0.0.0/1", "255.0.0.0", "127.255.255.255"),
    ],
)
def test_networks(network: str, inside: str, outside: str):
    assert parse_network(network).holds(parse_address(inside))
    assert not parse_network(network).holds(parse_address(outside))


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "1.2.3.4/24/24",
        "1.2.3.4/255.255.255.0",
        "::/129",
        "/8",
        "1.2.3.4/٣",
        "1.2.3.4/ 8",
        "1.2.3.4/" + "9" * 100_000,
        "*",
    ],
)
def test_what_is_no_network(text: str):
    assert parse_network(text) is None


@given(st.ip_addresses(), st.integers(0, 128), st.ip_addresses())
def test_networks_agree_with_the_standard_library(base: object, prefix: int, address: object):
    prefix = min(prefix, base.max_prefixlen)
    expected = address in ipaddress.ip_network(f"{base}/{prefix}", strict=False)
    assert parse_network(f"{base}/{prefix}").holds(parse_address(str(address))) == expected


@given(st.ip_addresses(v=4))
def test_mapped_addresses(address: ipaddress.IPv4Address):
    """An IPv4-mapped IPv6 address knows which address it stands for; no other address does."""
    mapped = parse_address(f"::ffff:{address}")
    assert mapped.version == 6
    assert mapped.mapped == parse_address(str(address))
    assert parse_address(str(address)).mapped is None
    assert parse_address(f"::{address}").mapped is None


@given(ANYTHING)
@example("9" * 5_000)  # more digits than int() takes
@example("-" + "9" * 5_000)
@example("\ud800")
@example("2024-01-02T03:04:05." + "9" * 5_000 + "Z")
def test_no_text_raises(text: str):
    """Whatever a caller or a policy says is parsed or refused."""
    for parse in (parse_number, parse_date, parse_boolean, parse_binary, parse_address, parse_network):
        parse(text)
