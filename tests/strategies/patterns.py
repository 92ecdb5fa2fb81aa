"""Patterns from texts and texts from patterns: what a policy may say of an action or ARN, and what nearly matches it.

`action_pattern` and `resource_pattern` blur a name that a request could carry; `action_from` and `resource_from` fill a pattern
again, at times not quite. Patterns are such as IAM lets one save in a policy of the type (iam-semantics.md 1.3, 1.5, 1.7).
"""

from __future__ import annotations

from tests.oracle.globs import glob, wildcards
from tests.strategies.source import Source
from tests.strategies.vocabulary import ACCOUNTS, CATALOGUE, REGIONS

LETTERS = "abkx1-"
RCP_SERVICES = ("s3", "sts", "sqs", "kms", "dynamodb", "logs")
# The services whose ARNs IAM looks into on save: no region, and for iam a resource type in front.
PICKY = ("s3", "iam")


def blur(source: Source, text: str, *, keep: int = 0) -> str:
    """`text` with a wildcard in place of something behind the first `keep` characters."""
    if len(text) <= keep:
        return text + "*"
    at = source.number(keep, len(text) - 1)
    end = source.number(at, len(text) - 1) + 1
    return source.weighted(
        [
            (4, text[:at] + "*"),
            (3, text[:at] + "*" + text[end:]),
            (2, text[:at] + "?" + text[at + 1 :]),
            (1, text[:at] + "*" + text[at:]),
            (1, text + "?"),
            (1, text[:keep] + "*" + text[-1:]),
        ]
    )


def swap_case(source: Source, text: str) -> str:
    return source.pick([text.upper(), text.lower(), text.swapcase(), text.title()])


def action_pattern(source: Source, action: str, policy_type: str) -> str:
    prefix, _, name = action.partition(":")
    if policy_type == "rcp":
        prefix = prefix if prefix in RCP_SERVICES else source.pick(RCP_SERVICES)
        return source.pick([f"{prefix}:*", f"{prefix}:{name}", f"{prefix}:{blur(source, name)}"])
    kind = source.weighted(
        [
            (26, "own"),
            (12, "service"),
            (30, "blur"),
            (16, "all"),
            (2, "*:*"),
            (6, "any"),
            (3, "**"),
            (5, "case"),
            (5, "near"),
        ]
    )
    return {
        "own": action,
        "service": f"{prefix}:*",
        "blur": f"{prefix}:{blur(source, name)}",
        "all": "*",
        "*:*": "*:*",
        "any": f"*:{blur(source, name, keep=1)}",
        "**": "**",
        "case": swap_case(source, action),
        "near": f"{prefix}:{near(source, name)}",
    }[kind]


def near(source: Source, text: str) -> str:
    """One character more, less or other; never empty, never a colon."""
    if not text:
        return "x"
    at = source.number(0, len(text) - 1)
    changed = source.pick(
        [
            text + source.pick(LETTERS),
            text[:at] + source.pick(LETTERS) + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[at:],
        ]
    )
    return changed or text


def action_from(source: Source, pattern: str, actions: list[str]) -> str:
    """An action that the pattern matches, or nearly; `actions` are at hand where the pattern leaves the service open."""
    prefix, colon, name = pattern.partition(":")
    if not colon or set(prefix) == {"*"}:
        return source.pick(actions)
    known = CATALOGUE.get(prefix.lower(), ((),))[0]
    fitting = [known_name for known_name in known if glob(wildcards(name.lower()), known_name.lower())]
    if fitting and source.chance(75):
        return f"{prefix}:{source.pick(fitting)}"
    return f"{prefix}:{filled(source, name, 'Object') or 'X'}"


def filled(source: Source, pattern: str, filler: str) -> str:
    """The pattern with something in place of each wildcard."""
    out = ""
    for character in pattern:
        if character == "*":
            out += source.pick(["", filler, "x", filler[:2]])
        else:
            out += source.pick(LETTERS) if character == "?" else character
    return out


def resource_pattern(source: Source, arn: str, policy_type: str, *, variables: bool) -> str:
    if arn == "*":
        return "*"
    kind = source.weighted(
        [(24, "all"), (4, "**"), (22, "own"), (32, "part"), (10, "header"), (10, "short"), (4, "near")]
    )
    fields = arn.split(":", 5)
    if kind == "all":
        return "*"
    if kind == "**":
        return "**"
    if kind == "short" and policy_type != "session" and fields[2] not in PICKY:
        return short(source, fields, policy_type)
    if kind == "header":
        fields = blurred_header(source, fields, policy_type)
    if kind in ("part", "header") and (kind == "part" or source.chance(40)):
        fields[5] = blurred_part(source, fields, variables=variables)
    if kind == "near":
        keep = fields[5].find("/") + 1 if fields[2] == "iam" else 0
        fields[5] = fields[5][:keep] + near(source, fields[5][keep:])
    return ":".join(fields)


def blurred_part(source: Source, fields: list[str], *, variables: bool) -> str:
    part = fields[5]
    keep = part.find("/") + 1 if fields[2] == "iam" else 0
    if source.chance(30):
        # In a document without variables these are ordinary text, which is worth a case too.
        named = [
            ("alice", "${aws:username}"),
            ("red", "${aws:PrincipalTag/team}"),
            ("red", "${aws:PrincipalTag/team, 'red'}"),
            ("dev", "${aws:PrincipalTag/team, 'dev'}"),
            ("*", "${*}"),
        ]
        fitting = [(old, new) for old, new in named if old in part[keep:]]
        if fitting:
            old, new = source.pick(fitting)
            return part[:keep] + part[keep:].replace(old, new, 1) + ("*" if source.chance(15) else "")
        if variables and source.chance(50):
            tail = source.pick(
                ["${aws:username}", "${AWS:PrincipalTag/Team}", "${aws:PrincipalTag/team, 'red'}", "a${?}*", "${$}"]
            )
            return part[: source.number(keep, len(part))] + tail
    if source.chance(15):
        return part[: part.find("/") + 1] + "*" if "/" in part else part + "*"
    return blur(source, part, keep=keep)


def blurred_header(source: Source, fields: list[str], policy_type: str) -> list[str]:
    fields = list(fields)
    choice = source.pick(["region", "account", "account", "partition", "service", "variable"])
    if choice == "region" and fields[3]:
        fields[3] = source.pick(["*", fields[3][:3] + "*", fields[3][:-1] + "?", "*" + fields[3][-2:], "eu-*"])
    elif choice == "account" and fields[2] != "s3":
        # an endpoint policy names an account or a wildcard, not a mix (1.5)
        mixed = ["1111*", "*1", "2222????????", "?" * 12] if policy_type != "endpoint" else ["*"]
        fields[4] = source.pick(["*", "*", *mixed])
    elif choice == "partition":
        fields[1] = "*"
    elif choice == "service" and fields[2] not in PICKY:
        fields[2] = source.pick(["*", fields[2][:1] + "*", "*" + fields[2][-1:], fields[2][:-1] + "?"])
    elif choice == "variable" and fields[2] not in PICKY and policy_type != "endpoint":
        fields[4] = "${aws:PrincipalAccount}"
    return fields


def short(source: Source, fields: list[str], policy_type: str) -> str:
    """Fewer than six fields, none of them empty."""
    arn, partition, service, region, account, part = fields
    name = part.split(":")[0]
    common = [
        [arn, partition, service],
        [arn, partition, service[:1] + "*"],
        [arn, partition, service, region],
        [arn, partition, service, region[:3] + "*"],
        [arn, partition, service, region, account],
        [arn, partition, service, region, "*"],
    ]
    # what stands in the account field is neither an account nor a wildcard: not in an endpoint policy (1.5)
    merged = [
        [arn, partition, service, "*", name],
        [arn, partition, service, "*", name[:-1] + "*"],
        [arn, partition, service + "*", name],
        [arn, "*", name],
    ]
    return ":".join(source.pick(common if policy_type == "endpoint" else common + merged + merged))


def resource_from(source: Source, pattern: str, natural: str, *, variables: dict[str, str]) -> str:
    """A resource that the pattern matches, or nearly.

    `natural`: an ARN at hand, for what the pattern leaves open. `variables`: values for the variables, by folded key.
    """
    if set(pattern) == {"*"} or natural == "*":
        return natural
    parts = spelled(source, pattern, variables).split(":", 5)
    usual = natural.split(":", 5)
    crossing = [i for i, part in enumerate(parts[:5]) if i and part.endswith("*")]
    if crossing and source.chance(35 if len(parts) == 6 else 60):
        # the star runs over the colons behind it: the rest of the pattern stands in the resource part (10.1)
        at = source.pick(crossing)
        rest = [filled(source, part, "x").replace("\0", "*") for part in parts[at + 1 :]]
        kept = [header(source, part, i, usual) for i, part in enumerate(parts[:at])]
        return ":".join([*kept, *usual[at:5], *(rest or [usual[5]])])
    fields = [header(source, part, i, usual) for i, part in enumerate((parts + ["*"] * 4)[:5])]
    last = filled(source, parts[5], usual[5]) if len(parts) == 6 else usual[5]
    return ":".join([*fields, last.replace("\0", "*") or "x"])


def spelled(source: Source, pattern: str, variables: dict[str, str]) -> str:
    """The pattern with values in place of its variables; a literal star is kept apart as NUL until wildcards are filled."""
    out = ""
    while "${" in pattern:
        before, _, rest = pattern.partition("${")
        inside, brace, pattern = rest.partition("}")
        if not brace:
            return out + before + "${" + inside
        key, _, default = inside.partition(", '")
        if inside in ("*", "?", "$"):
            value = {"*": "\0", "?": "?", "$": "$"}[inside]
        else:
            value = variables.get(key.lower(), default.rstrip("'"))
            value = source.pick([value, default.rstrip("'") or value, value + "x", value, "${" + inside + "}"])
        out += before + value.replace("*", "\0")
    return out + pattern


HEADER = {2: tuple(CATALOGUE), 3: REGIONS, 4: ACCOUNTS}


def header(source: Source, part: str, index: int, usual: list[str]) -> str:
    """A header field that the pattern's matches, taken from the vocabulary."""
    fitting = [value for value in (usual[index], *HEADER.get(index, ())) if glob(wildcards(part), value)]
    return source.pick(fitting) if fitting else usual[index]


def mutated_resource(source: Source, arn: str) -> str:
    if arn == "*":
        return arn
    fields = arn.split(":", 5)
    change = source.pick(["part", "more", "colon", "case", "account", "region"])
    if change == "part":
        fields[5] = near(source, fields[5])
    elif change == "more":
        fields[5] += source.pick(["/x", "x", "/", "*"])
    elif change == "colon":
        fields[5] = source.pick(["x:", f"{fields[4] or ACCOUNTS[0]}:", "table/x:"]) + fields[5]
    elif change == "case":
        fields[5] = fields[5].swapcase()
    elif change == "account" and fields[4]:
        fields[4] = source.pick(ACCOUNTS[:3])
    elif fields[3]:
        fields[3] = source.pick(REGIONS)
    return ":".join(fields)
