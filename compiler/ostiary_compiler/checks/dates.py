"""Which date values IAM saves (iam-semantics.md 1.4): far more than its pages document, such as `01T`.

In: the text of a value under a date operator. Out: whether a policy with it is saved.
Not here: which instant it names (`ostiary_runtime.values.parse_date`).
"""

import re

_LARGEST_EPOCH = 2**63 - 1
_YEARS = range(-292_275_054, 292_278_993 + 1)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_TIME = r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:[.,][0-9]{1,9})?)?)?"
_ZONE = r"(?:[Zz]|[+-](?P<zone_hour>[0-9]{1,2})(?::?(?P<zone_minute>[0-9]{2}))?)"
_ISO = re.compile(
    rf"(?P<year>[+-]?[0-9]{{1,9}})(?:-(?P<month>[0-9]{{1,2}})(?:-(?P<day>[0-9]{{1,2}}))?)?(?:[Tt](?:{_TIME})?{_ZONE}?)?",
    re.ASCII,
)
_RANGES = {
    "year": _YEARS,
    "month": range(1, 13),
    "day": range(1, 32),
    "hour": range(24),
    "minute": range(60),
    "second": range(60),
    "zone_hour": range(24),
    "zone_minute": range(60),
}


def is_saved(text: str) -> bool:
    """Whether IAM takes the text for a date."""
    if _DIGITS.fullmatch(text):
        digits = text.lstrip("0")
        return len(digits) <= len(str(_LARGEST_EPOCH)) and int(digits or "0") <= _LARGEST_EPOCH
    found = _ISO.fullmatch(text) if set("-Tt") & set(text) else None
    return found is not None and all(
        written is None or int(written) in _RANGES[name] for name, written in found.groupdict().items()
    )
