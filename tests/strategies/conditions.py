"""Condition blocks, and the values that a request may then carry for their keys.

`block` writes a Condition element and notes for each of its keys what would satisfy it, or nearly; `context` makes a request's context
from these notes. All operators, prefixes and suffixes; also values that cannot be read, empty lists, keys in odd case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.oracle.model import UNKNOWN
from tests.strategies.source import Source
from tests.strategies.vocabulary import A1, A2, ENDPOINTS, REGIONS, Person, iam

TEXT = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
FAMILIES = {
    "text": TEXT,
    "number": tuple(f"Numeric{name}" for name in ORDERED),
    "date": tuple(f"Date{name}" for name in ORDERED),
    "boolean": ("Bool",),
    "binary": ("BinaryEquals",),
    "address": ("IpAddress", "NotIpAddress"),
    "arn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "null": ("Null",),
}
OPERATORS = [name for names in FAMILIES.values() for name in names]

# Keys by family, with values that a request could carry; what is derived depends on the caller and is filled in by `Notes`.
KEYS: dict[str, dict[str, tuple[str, ...]]] = {
    "text": {
        "aws:PrincipalTag/team": ("red", "blue", "Red", "dev", "*", ""),
        "aws:username": ("alice", "bob", "carol"),
        "aws:PrincipalOrgID": ("o-mine", "o-other"),
        "aws:RequestedRegion": REGIONS,
        "aws:SourceVpce": ENDPOINTS,
        "aws:SourceVpc": ("vpc-1", "vpc-2"),
        "s3:prefix": ("", "home/", "home/alice/x", "home/bob/x"),
        "s3:ExistingObjectTag/Team": ("red", "blue", "RED"),
        "aws:TagKeys": ("env", "cost", "team", "Env", ""),
        "aws:PrincipalOrgPaths": ("o-x/r-y/ou-a/", "o-x/r-y/ou-b/"),
        "aws:PrincipalAccount": (A1, A2, "anonymous"),
        "aws:ResourceAccount": (A1, A2),
        "aws:PrincipalType": ("User", "AssumedRole", "Account", "FederatedUser", "Anonymous"),
        "aws:PrincipalServiceName": ("cloudtrail.amazonaws.com",),
        "aws:userid": ("AROADEV111111111111:s1", "AIDAICE111111111111", f"{A1}:fay"),
        "sts:ExternalId": ("42", "abc"),
    },
    "number": {
        "s3:max-keys": ("10", "100", "9", "9.5"),
        "aws:MultiFactorAuthAge": ("300", "3600", "3600.0"),
        "x:n": ("-5", "0", "0.5", "00.50", "1e3", "abc", "+5"),
        "aws:EpochTime": ("1704067200", "1717200000"),
    },
    "date": {
        "aws:CurrentTime": (
            "2024-01-01T00:00:00Z",
            "2024-06-01T12:30:00.250Z",
            "2024-06-01",
            "1704067200",
            "soon",
            "2024-02-30",
            "2024-06-01T25:00Z",
            "2024-06-01T10",
        ),
        "aws:TokenIssueTime": ("2024-06-01T12:30:00+02:00", "2024-06-01T10:30Z", "2023-12-31T23:59:59.999Z"),
        "aws:EpochTime": ("1704067200", "1717200000"),
    },
    "boolean": {
        "aws:SecureTransport": ("true", "false"),
        "aws:MultiFactorAuthPresent": ("true", "false", "True"),
        "aws:ViaAWSService": ("true", "false", "maybe", ""),
        "aws:PrincipalIsAWSService": ("true", "false"),
    },
    "binary": {"x:b": ("QUJD", "QUJDRA==", "AAECAw==", "ABC")},
    "address": {
        "aws:SourceIp": (
            "203.0.113.1",
            "198.51.100.9",
            "2001:db8::1",
            "::ffff:203.0.113.7",
            "AWS Internal",
            "203.000.113.001",
        ),
        "aws:VpcSourceIp": ("10.0.0.7", "10.1.2.3", "2001:DB8:0:0:0:0:0:1"),
    },
    "arn": {
        "aws:PrincipalArn": (
            iam(A1, "user/alice"),
            iam(A1, "role/dev"),
            iam(A1, "role/eng/devp"),
            iam(A2, "user/bob"),
            iam(A1, "root"),
        ),
        "aws:SourceArn": (
            "arn:aws:sns:us-east-1:111111111111:T",
            "arn:aws:s3:::b",
            "arn:aws:lambda:us-east-1:111111111111:function:f:7",
            "not-an-arn",
            "",
        ),
    },
}
KEYS["null"] = {key: values for family in ("text", "number", "boolean", "arn") for key, values in KEYS[family].items()}
MULTIVALUED = {"aws:tagkeys", "aws:principalorgpaths"}
DERIVED = {
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:username",
    "aws:userid",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:resourceaccount",
}
# Keys that hold system identifiers: an endpoint policy may not use them with wildcard or numeric operators (1.5).
IDENTIFIERS = {"aws:principalaccount", "aws:principalorgid", "aws:resourceaccount", "aws:sourcevpc", "aws:sourcevpce"}


@dataclass(slots=True)
class Notes:
    """What the conditions and variables of a policy set have asked of a request: folded key -> values worth carrying."""

    wanted: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, *values: str) -> None:
        self.wanted.setdefault(key.lower(), []).extend(values)


def block(source: Source, notes: Notes, persons: list[Person], policy_type: str) -> dict[str, dict[str, Any]]:
    if source.chance(2):
        return source.pick([{}, {"StringEquals": {}}])
    made: dict[str, dict[str, Any]] = {}
    for _ in range(source.weighted([(70, 1), (24, 2), (6, 3)])):
        name, key, value = test(source, notes, persons, policy_type)
        keys = made.setdefault(name, {})
        if key.lower() not in {other.lower() for other in keys}:
            keys[key] = value
    return made


def test(source: Source, notes: Notes, persons: list[Person], policy_type: str) -> tuple[str, str, Any]:
    """An operator, a key and its values."""
    base = source.pick(OPERATORS)
    family = next(name for name, names in FAMILIES.items() if base in names)
    foreign = source.chance(4) and family not in ("null", "date")
    keys = KEYS[source.pick(["text", "number", "arn"]) if foreign else family]
    key = source.pick(list(keys))
    each = source.weighted([(72, ""), (14, "ForAllValues:"), (14, "ForAnyValue:")])
    if key.lower() in MULTIVALUED and source.chance(75):
        each = source.pick(["ForAllValues:", "ForAnyValue:"])
    suffix = "IfExists" if family != "null" and source.chance(22) else ""
    plain = policy_type == "endpoint"
    if (
        plain
        and key.lower() in IDENTIFIERS
        and (base in ("StringLike", "StringNotLike") or family in ("number", "arn"))
    ):
        base, family = "StringEquals", "text"
    values = policy_values(source, notes, base, family, key, keys[key], persons, plain=plain)
    spelled = key
    if source.chance(10):
        spelled = source.pick([key.upper(), key.lower(), key.swapcase()])
    written: Any = values[0] if len(values) == 1 and source.chance(60) else values
    return f"{each}{base}{suffix}", spelled, written


def policy_values(
    source: Source,
    notes: Notes,
    base: str,
    family: str,
    key: str,
    carried: tuple[str, ...],
    persons: list[Person],
    *,
    plain: bool,
) -> list[Any]:
    """The values of one key under one operator, all of one JSON type; `plain`: without wildcards in texts."""
    if family == "null":
        notes.add(key, *carried[:3])
        return source.weighted(
            [(40, ["true"]), (30, ["false"]), (8, [True]), (8, [False]), (10, ["true", "false"]), (4, [])]
        )
    if source.chance(4):
        notes.add(key, *carried[:2])
        return []
    if key.lower() in DERIVED:
        carried = carried + own_values(key.lower(), persons) * 3
    chosen = source.some(carried, 1, 3) if source.chance(40) else [source.pick(carried)]
    notes.add(key, *chosen, *carried[:2])
    if family == "text":
        return [text_value(source, notes, base, value, plain=plain) for value in chosen]
    if family == "arn":
        return [arn_value(source, notes, value, plain=plain) for value in chosen]
    if family == "address":
        return [source.pick(ADDRESSES) if source.chance(60) else address_value(source, value) for value in chosen]
    if family == "date":
        dates = [value for value in chosen if value not in BAD_DATES] or ["2024-01-01"]
        return [source.pick(DATES) if source.chance(40) else value for value in dates]
    if family == "number":
        numbers = [value for value in chosen if value.isdigit()]
        if numbers and source.chance(25):
            return [int(number) if source.chance(70) else float(number) + 0.5 for number in numbers]
        return [source.pick(["10", "-5", "0.5", "abc", "3600"]) if source.chance(25) else value for value in chosen]
    if family == "boolean":
        if source.chance(25):
            return [source.chance(50)]
        return ["${aws:SecureTransport}"] if source.chance(2) else [value or "yes" for value in chosen]
    return chosen


# no dates at all: in requests only, since IAM refuses them in a policy (or reads them in a way of its own)
BAD_DATES = ("soon", "2024-02-30", "2024-06-01T25:00Z", "2024-06-01T10")
DATES = (
    "2024",
    "2024-06",
    "2024-06-01",
    "2024-06-01T12:30:00.25Z",
    "2024-06-01T14:30:00+02:00",
    "2024-01-01T00:00:00",
    "1704067200",
    "2023-12-31T19:00-05:00",
)
ADDRESSES = (
    "203.0.113.0/24",
    "203.0.113.77/24",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "10.0.0.0/8",
    "203.0.113",
    "203.0.113.0/33",
    "198.51.100.9/32",
    "::ffff:0:0/96",
)


def address_value(source: Source, value: str) -> str:
    """The address itself, or a range around it; some of the texts are no addresses at all."""
    return source.pick([value, value + ("/64" if ":" in value else "/16")])


def own_values(key: str, persons: list[Person]) -> tuple[str, ...]:
    """What a derived key holds for the callers at hand."""
    texts = {
        "aws:username": [person.short for person in persons if person.kind == "user"],
        "aws:principalarn": [person.attach or person.principal for person in persons if person.account],
        "aws:principalaccount": [person.account for person in persons if person.account],
        "aws:userid": [person.unique_id for person in persons if person.unique_id],
    }
    return tuple(texts.get(key, []))


def text_value(source: Source, notes: Notes, base: str, value: str, *, plain: bool) -> str:
    if source.chance(15):
        notes.add("aws:PrincipalTag/team", value)
        return source.pick(
            [
                "${aws:PrincipalTag/team}",
                "${aws:PrincipalTag/Team, 'red'}",
                "${aws:TagKeys}",
                "${aws:username}",
                value[:2] + "${?}",
            ]
        )
    if plain:
        value = value.replace("*", "red")  # a lone star has too little literal text for an endpoint policy (1.5)
    if source.chance(8):
        return value.swapcase()
    if base in ("StringLike", "StringNotLike") and not plain and source.chance(60):
        at = source.number(0, len(value))
        return source.pick(
            [
                value[:at] + "*",
                value[:at] + "?" + value[at + 1 :],
                "*" + value[at:],
                "*",
                value[:at] + "*" + value[at + 2 :],
                value + "${*}",
            ]
        )
    return value


def arn_value(source: Source, notes: Notes, value: str, *, plain: bool) -> str:
    fields = value.split(":", 5)
    if len(fields) < 6:
        return "arn:aws:sns:*" if plain else source.pick(["*", "arn:aws:sns:*", value or "*"])
    kind = source.weighted(
        [(30, "own"), (30, "part"), (15, "account"), (6, "region"), (6, "short"), (5, "variable"), (4, "wide")]
    )
    if kind == "part":
        at = source.number(0, len(fields[5]))
        fields[5] = source.pick([fields[5][:at] + "*", fields[5][:at] + "?" + fields[5][at + 1 :], "*"])
    elif kind == "account":
        fields[4] = source.pick(["*", "*", "*" if plain else "1111*", "*" if plain else "?" * 12])
    elif kind == "region":
        fields[3] = "*"
    elif kind == "short":
        return ":".join(fields[:4]) + ":*" if plain else source.pick(["*", ":".join(fields[:4]) + ":*", "arn:*"])
    elif kind == "variable":
        notes.add("aws:PrincipalTag/team", fields[5].split("/")[-1])
        choice = source.pick(["account", "part"])
        if choice == "account" and not plain:
            fields[4] = "${aws:PrincipalAccount}"
        else:
            fields[5] = source.pick(["user/${aws:username}", fields[5].split("/")[0] + "/${aws:PrincipalTag/team}"])
    elif kind == "wide":
        fields[2] = "*"
    return ":".join(fields)


def context(source: Source, notes: Notes) -> dict[str, Any]:
    """The context of one request: for each key of the notes a state, mostly one that somebody asked for."""
    made: dict[str, Any] = {}
    for key, wanted in notes.wanted.items():
        if key in DERIVED and not source.chance(12):
            continue
        state = source.weighted([(54, "wanted"), (14, "not mentioned"), (8, "other"), (4, "absent"), (20, "not known")])
        if state == "not mentioned":
            continue
        spelled = source.pick([key.upper(), key.swapcase()]) if source.chance(5) else key
        if state == "absent":
            made[spelled] = None
        elif state == "not known":
            made[spelled] = UNKNOWN
        else:
            made[spelled] = value(source, key, wanted if state == "wanted" else others(key))
    return made


def others(key: str) -> list[str]:
    for keys in KEYS.values():
        for name, values in keys.items():
            if name.lower() == key:
                return list(values)
    return ["x"]


def value(source: Source, key: str, wanted: list[str]) -> Any:
    """A value for the key: text, or typed, or a list for keys that hold several, and now and then for others."""
    if key in MULTIVALUED:
        return source.some(wanted, 0 if source.chance(10) else 1, 3)
    if key != "aws:sourcevpce" and source.chance(5):  # a request comes through one endpoint at most
        return source.some([*wanted, "x"], 1, 2)
    text = source.pick(wanted)
    if text in ("true", "false") and source.chance(35):
        return text == "true"
    if text.isdigit() and text == str(int(text)) and source.chance(25):
        return int(text)
    return text
