"""A resource that is known in part: what is certain of it holds for every resource that it may be."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from tests.engines import call, compile_engine, said
from tests.oracle.model import Request
from tests.properties.transforming import SEEDS, drawn

import ostiary

ACCOUNTS = ["111111111111", "222222222222", "333333333333", "999999999999"]
REGIONS = ["us-east-1", "eu-west-1", ""]
WITHOUT_COLONS = ("ec2", "iam", "kms", "sqs")  # a hole in a resource of theirs holds no colon


def escaped(text: str) -> str:
    return "".join(f"${{{letter}}}" if letter in "*?$" else letter for letter in text)


def with_holes(rng: random.Random, resource: str) -> tuple[str, list[int]]:
    """A template that the resource fills, and the fields that have holes."""
    fields = resource.split(":", 5)
    holes = sorted(rng.sample([1, 2, 3, 4, 5, 5], rng.choice([1, 1, 2]))) if rng.random() < 0.9 else [5]
    made = [escaped(field) for field in fields]
    for at in set(holes):
        text = fields[at]
        start, end = sorted(rng.randint(0, len(text)) for _ in range(2))
        if rng.random() < 0.5:
            start, end = (0, len(text)) if at < 5 else (start, len(text))
        if end - start == 1 and rng.random() < 0.5:
            made[at] = escaped(text[:start]) + "?" + escaped(text[end:])
        else:
            made[at] = escaped(text[:start]) + "*" + escaped(text[end:])
    return ":".join(made), sorted(set(holes))


def other_fillings(rng: random.Random, request: Request, others: list[str], template: str) -> list[str]:
    """More resources that fill the template: the ones that are asked for elsewhere, and the same one in other accounts."""
    fields = request.resource.split(":", 5)
    tried = [*others, *(":".join([*fields[:4], account, fields[5]]) for account in ACCOUNTS)]
    tried += [":".join([*fields[:3], region, *fields[4:]]) for region in REGIONS]
    tried += [":".join([*fields[:2], service, *fields[3:]]) for service in ("kms", "iam", "s3")]
    tried += [":".join([*fields[:5], tail]) for tail in ("key/1", "alias/a", "role/dev", "user/dev", "x")]
    parsed = ostiary.ResourceTemplate(template)
    return [text for text in tried if text != "*" and fills(parsed, text) and not odd(text)]


def odd(text: str) -> bool:
    fields = text.split(":", 5)
    return fields[2] in WITHOUT_COLONS and ":" in fields[5]


def fills(template: ostiary.ResourceTemplate, text: str) -> bool:
    """Field by field, since a hole before the fifth colon holds none."""
    holes, fields = template.text.split(":", 5), text.split(":", 5)
    return len(fields) == 6 and all(matches(hole, field) for hole, field in zip(holes, fields, strict=True))


def matches(hole: str, text: str) -> bool:
    places = {0}
    at = 0
    while at < len(hole):
        if hole[at] == "*":
            places = {after for place in places for after in range(place, len(text) + 1)}
            at += 1
            continue
        if hole[at] == "?":
            places = {place + 1 for place in places if place < len(text)}
            at += 1
            continue
        letter = hole[at + 2] if hole.startswith("${", at) else hole[at]
        at += 4 if hole.startswith("${", at) else 1
        places = {place + 1 for place in places if text[place : place + 1] == letter}
    return len(text) in places


@given(SEEDS)
def test_a_certain_answer_holds_for_every_filling(seed: int):
    """With all types of policy, other accounts, roots of trust, keys that are not known."""
    rng, policies, requests = drawn(seed, requests=4)
    engine = compile_engine(policies)
    everything = [request.resource for request in requests]
    for request in requests:
        if request.resource == "*" or odd(request.resource):
            continue
        template, holes = with_holes(rng, request.resource)
        asked = replace(request, resource=ostiary.ResourceTemplate(template))
        answer = said(call(asked).on(engine.authorize))
        assert answer == said(call(asked).on(engine.authorize_plainly))
        if not answer.certain:
            continue
        for text in [request.resource, *other_fillings(rng, request, everything, template)]:
            filled = said(call(replace(request, resource=text)).on(engine.authorize))
            assert (filled.effect, filled.certain) == (answer.effect, True), (template, holes, text)
