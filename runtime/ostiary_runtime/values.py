"""Condition values: numbers, dates, addresses and base64, parsed exactly or not at all.

In: the text of a policy value or of a request value. Out: a comparable value, or None where the text is none.
Invariant: nothing is rounded (decimals, not binary floats) and nothing is guessed (iam-semantics.md 6.4 to 6.10).
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[Tt](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?",
    re.ASCII,
)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
# Sums are exact, whatever the precision and the traps of the host program's own decimal context.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
_EPOCH = date(1970, 1, 1).toordinal()
_MAPPED = 0xFFFF << 32


def parse_number(text: str) -> Decimal | None:
    """An integer or decimal, perhaps negative (iam-semantics.md 6.6)."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def parse_date(text: str) -> Decimal | None:
    """Seconds since 1970 of an ISO 8601 date, or of digits only, which are epoch seconds (iam-semantics.md 6.7)."""
    if _DIGITS.fullmatch(text):
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"] or 1)).toordinal() - _EPOCH
    except ValueError:
        return None
    hour, minute, second = int(found["hour"] or 0), int(found["minute"] or 0), Decimal(found["second"] or 0)
    if hour > 23 or minute > 59 or second >= 60:
        return None
    whole = day * 86400 + hour * 3600 + minute * 60 - _offset(found["zone"])
    return _EXACT.add(Decimal(whole), second)


def _offset(zone: str | None) -> int:
    """Seconds east of UTC; no zone is UTC."""
    if zone is None or zone in "Zz":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[3:].lstrip(":") or 0) * 60
    return -seconds if zone[0] == "-" else seconds


def fold_case(text: str) -> str:
    """The text for IgnoreCase: each character for itself, so that the parts of a text fold as the whole does (6.5).

    `str.lower` alone would look at the neighbours of a sigma, and make two characters of a dotted capital I.
    """
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def parse_boolean(text: str) -> str | None:
    """`true` or `false`, whatever the case (iam-semantics.md 6.8)."""
    folded = text.lower()
    return folded if folded in ("true", "false") else None


def parse_binary(text: str) -> str | None:
    """The text itself if it is base64 (iam-semantics.md 6.9)."""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return text


@dataclass(frozen=True, slots=True)
class Network:
    """A range of addresses of one family: those whose first bits are `bits` after shifting right by `shift`."""

    version: int
    bits: int
    shift: int

    def holds(self, address: "Address") -> bool:
        return address.version == self.version and address.number >> self.shift == self.bits


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address as a number."""

    version: int
    number: int

    @property
    def mapped(self) -> "Address | None":
        """The IPv4 address that an IPv4-mapped IPv6 address stands for (iam-semantics.md 10.27)."""
        if self.version == 6 and self.number >> 32 == _MAPPED >> 32:
            return Address(4, self.number & 0xFFFFFFFF)
        return None


def parse_address(text: str) -> Address | None:
    """An IPv4 or IPv6 address; leading zeros in IPv4 octets are refused (iam-semantics.md 6.10)."""
    try:
        if ":" not in text:
            return Address(4, int(IPv4Address(text)))
        return Address(6, int(IPv6Address(text))) if "%" not in text else None
    except AddressValueError:
        return None


def parse_network(text: str) -> Network | None:
    """An address or CIDR range; bits after the prefix are ignored (iam-semantics.md 6.10)."""
    host, slash, length = text.partition("/")
    address = parse_address(host)
    if address is None or (slash and not re.fullmatch(r"[0-9]{1,3}", length, re.ASCII)):
        return None
    width = 32 if address.version == 4 else 128
    prefix = int(length) if slash else width
    if prefix > width:
        return None
    shift = width - prefix
    return Network(address.version, address.number >> shift, shift)
