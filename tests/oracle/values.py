"""Texts read as numbers, instants, booleans, base64 and addresses; None for a text that is none (iam-semantics.md 6.4-6.10)."""

from __future__ import annotations

import datetime as dt
import ipaddress
from fractions import Fraction

DIGITS = frozenset("0123456789")
BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def digits(text: str) -> bool:
    return text != "" and set(text) <= DIGITS


def number(text: str) -> Fraction | None:
    """`-?digits(.digits)?`, exactly."""
    whole, point, fraction = text.removeprefix("-").partition(".")
    if not digits(whole) or (point and not digits(fraction)):
        return None
    return Fraction(text)


def instant(text: str) -> Fraction | None:
    """Seconds since the epoch: digits alone are that already, anything else is ISO 8601 in the W3C profile (6.7)."""
    if digits(text):
        return Fraction(text)
    date, t, clock = text.partition("T")
    parts = date.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(digits(part) for part in parts):
        return None
    try:
        day = dt.date(*[int(part) for part in parts + ["01"] * (3 - len(parts))])
    except ValueError:
        return None
    seconds = Fraction((day.toordinal() - dt.date(1970, 1, 1).toordinal()) * 86_400)
    if not t:
        return seconds if len(parts) > 1 else None
    since_midnight = time_of_day(clock) if len(parts) == 3 else None
    return None if since_midnight is None else seconds + since_midnight


def time_of_day(text: str) -> Fraction | None:
    """`hh:mm`, `hh:mm:ss` or `hh:mm:ss.f`, then nothing, `Z`, `+hh:mm` or `-hh:mm`; in seconds of UTC."""
    offset = Fraction(0)
    if text.endswith("Z"):
        text = text[:-1]
    elif text[-6:-5] in ("+", "-"):
        zone = time_of_day(text[-5:])
        if zone is None or len(text[-5:].split(":")) != 2:
            return None
        offset = zone if text[-6] == "+" else -zone
        text = text[:-6]
    clock, point, fraction = text.partition(".")
    parts = clock.split(":")
    if len(parts) not in (2, 3) or not all(len(part) == 2 and digits(part) for part in parts):
        return None
    if point and (len(parts) != 3 or not digits(fraction)):
        return None
    hours, minutes, seconds = [int(part) for part in [*parts, "0"][:3]]
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return hours * 3600 + minutes * 60 + seconds + Fraction(f"0.{fraction or 0}") - offset


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def base64_text(text: str) -> str | None:
    """The text itself where it is base64: the texts are what is compared (6.9)."""
    body = text.rstrip("=")
    if len(text) % 4 or len(text) - len(body) > 2 or not set(body) <= BASE64:
        return None
    return text


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address(text: str) -> Address | None:
    if "%" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network(text: str) -> Network | None:
    """An address or a CIDR range; bits after the prefix are ignored (6.10)."""
    base, slash, prefix = text.partition("/")
    if address(base) is None or (slash and not digits(prefix)):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
