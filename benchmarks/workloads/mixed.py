"""One caller with as many statements as wanted over 25 services, hard on purpose.

In: how many statements. Out: the workloads `mixed-N`.

Action lists, `service:Verb*`, `service:*`, stars and question marks amid names; exact, prefix and mid-pattern resources, user
names as variables, wildcards in region and account; a quarter has conditions, a fifth denies. From forty statements on, broad
guard-rails (Deny with NotIpAddress, NotAction, NotResource) reach nearly every request, so that nearly no leaf is constant.
"""

import random
from typing import Any

from benchmarks.workloads.model import ACCOUNT, CONDITIONS, REGION, Policy, Request, Workload, context, document

_SEED = 13
_USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
_VERBS = ("Get", "Put", "List", "Delete", "Describe", "Update")
_NOUNS = ("Item", "Thing")
_SERVICES = tuple(f"svc{number:02}" for number in range(25))
_NAMES = ("app", "log", "data", "web", "etl", "prod", "test", "tmp")
_PER_DOCUMENT = 40
_GUARD_RAILS: tuple[dict[str, Any], ...] = (
    {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}},
    },
    {
        "Effect": "Deny",
        "NotAction": ["svc00:*", "svc01:Get*", "svc02:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    },
    {
        "Effect": "Deny",
        "Action": [f"{service}:Delete*" for service in _SERVICES],
        "NotResource": ["arn:aws:*:*:*:tmp*", "arn:aws:*:*:*:test*"],
        "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "blue"}},
    },
    {"Effect": "Deny", "Action": [f"{service}:Update*" for service in _SERVICES], "Resource": "arn:aws:*:*:*:*prod*"},
)


def mixed(size: int) -> Workload:
    """`size` statements, in documents of forty."""
    rng = random.Random(_SEED)
    statements = list(_GUARD_RAILS) if size >= _PER_DOCUMENT else []
    # Names grow with the statements, so that as many statements bear on one request whatever the size.
    width = max(2, size // 20)
    while len(statements) < size:
        statements.append(_statement(rng, width))

    def draw(rng: random.Random, number: int) -> Request:
        if rng.random() < 0.5:  # what a statement names, so that the request matches it or misses narrowly
            drawn = rng.choice(statements)
            if "Action" in drawn and "Resource" in drawn and drawn["Resource"] != "*":
                action = _filled(rng.choice(_listed(drawn["Action"])), rng.choice(_NOUNS))
                return _USER, action, f"{_filled(drawn['Resource'], rng.choice(_NAMES))}/k{number}", context(rng)
        service = rng.choice(_SERVICES)
        name = f"{rng.choice(_NAMES)}-{rng.randrange(width)}/{rng.choice(('in', 'out', 'ann'))}/k{number}"
        region = rng.choice((REGION, REGION, "us-east-1"))
        action = f"{service}:{rng.choice(_VERBS)}{rng.choice(_NOUNS)}"
        return _USER, action, f"arn:aws:{service}:{region}:{ACCOUNT}:{name}", context(rng)

    parts = [statements[start : start + _PER_DOCUMENT] for start in range(0, size, _PER_DOCUMENT)]
    return Workload(
        f"mixed-{size}",
        "25 services, broad guard-rails",
        tuple(Policy(document(part), "identity", _USER, f"mixed-{number}") for number, part in enumerate(parts)),
        ("identity",),
        draw,
    )


def _filled(pattern: str, word: str) -> str:
    """A text that a pattern matches."""
    named = pattern.replace("${aws:username}", "ann").replace("?", "n")
    if not named.startswith("arn:"):
        return named.replace("*", word)
    arn, partition, service, region, account, tail = named.split(":", 5)
    region, account = region.replace("*", REGION), account.replace("*", ACCOUNT)
    return ":".join((arn, partition, service, region, account, tail.replace("*", word)))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _statement(rng: random.Random, width: int) -> dict[str, Any]:
    service = rng.choice(_SERVICES)
    return {
        "Effect": "Deny" if rng.random() < 0.2 else "Allow",
        "Action": _action(rng, service),
        "Resource": _resource(rng, service, width),
        **({"Condition": rng.choice(CONDITIONS)} if rng.random() < 0.25 else {}),
    }


def _action(rng: random.Random, service: str) -> str | list[str]:
    drawn = rng.random()
    verb, noun = rng.choice(_VERBS), rng.choice(_NOUNS)
    if drawn < 0.45:
        return [f"{service}:{each}{noun}" for each in rng.sample(_VERBS, 3)]
    if drawn < 0.8:
        return f"{service}:{verb}*"
    if drawn < 0.93:
        return f"{service}:*"
    return f"{service}:{verb}*{noun[-2:]}" if drawn < 0.97 else f"{service}:?et{noun}"


def _resource(rng: random.Random, service: str, width: int) -> str:
    region, account = (
        (rng.choice((REGION, "*")), rng.choice((ACCOUNT, "*"))) if rng.random() < 0.5 else (REGION, ACCOUNT)
    )
    start = f"arn:aws:{service}:{region}:{account}:"
    name = f"{rng.choice(_NAMES)}-{rng.randrange(width)}"
    drawn = rng.random()
    if drawn < 0.63:
        return start + name + rng.choice(("*", "/*", "/in/*"))
    if drawn < 0.83:
        return f"{start}{name}/in/k{rng.randrange(20_000)}"
    if drawn < 0.91:
        return f"{start}{name.partition('-')[0]}-*/out/*"
    return f"{start}{name}/i?/*" if drawn < 0.94 else f"{start}{name}/${{aws:username}}/*"
