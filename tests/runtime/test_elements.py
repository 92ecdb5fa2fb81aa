"""Action and Resource elements: pattern by pattern, and the two readings of a star before a colon (10.1)."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.runtime.building import identity, outcome, plain_outcome, reader
from tests.runtime.test_globs import naive

from ostiary_compiler.readings import resource_test
from ostiary_grammar.action import parse_action
from ostiary_grammar.arn import parse_resource as parse_pattern
from ostiary_runtime.context import UNKNOWN as NOT_KNOWN
from ostiary_runtime.elements import crosses, match_action, match_actions, match_resource, match_resources, with_stars
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.program import ResourceTest
from ostiary_runtime.request import parse_action as asked_action
from ostiary_runtime.request import parse_resource

ALICE = "arn:aws:iam::111122223333:user/alice"


def made(pattern: str, *, variables: bool = True, documented: bool = True) -> ResourceTest:
    return resource_test(parse_pattern(pattern, variables=variables), documented=documented)


# Action pattern, action, match (iam-semantics.md 2.1, 2.2).
ACTIONS = [
    ("*", "s3:GetObject", YES),
    ("*:*", "s3:GetObject", YES),
    ("s3:GetObject", "S3:GETOBJECT", YES),
    ("S3:getobject", "s3:GetObject", YES),
    ("s3:Get*", "s3:Get", YES),
    ("s3:*", "s3-object-lambda:GetObject", NO),
    ("s3:Get", "s3:GetObject", NO),
    ("iam:*AccessKey*", "iam:UpdateAccessKey", YES),
    ("iam:*AccessKey*", "iam:ListSSHPublicKeys", NO),
    ("s3:Get?Object", "s3:GetObject", NO),
    ("s3:Get?bject", "s3:GetObject", YES),
    ("s3:GetObject?", "s3:GetObject", NO),
    ("s3:*?", "s3:G", YES),
    ("s3:", "s3:GetObject", NO),
    (":GetObject", "s3:GetObject", NO),
    ("s3", "s3:GetObject", NO),
    ("", "s3:GetObject", NO),
    ("s3:a:b", "s3:a", NO),
    ("s3:GetObject ", "s3:GetObject", NO),
    ("s3:Get*,s3:Put*", "s3:GetObject", NO),
    ("s3:${aws:x}", "s3:x", NO),
    ("**", "s3:GetObject", UNKNOWN),
    ("*:Get*", "s3:GetObject", UNKNOWN),
    ("*:Get*", "s3:PutObject", NO),
    ("s*:Get*", "s3:GetObject", UNKNOWN),
    ("s*:Get*", "ec2:GetObject", NO),
    ("s?:GetObject", "s3:GetObject", UNKNOWN),
]


@pytest.mark.parametrize("pattern, action, match", ACTIONS)
def test_actions(pattern: str, action: str, match: Match):
    assert match_action(parse_action(pattern), asked_action(action)) is match


@pytest.mark.parametrize(
    "patterns, action, positive, negated",
    [
        (["iam:*", "sts:*"], "s3:GetObject", NO, YES),
        (["iam:*", "sts:*"], "STS:assumerole", YES, NO),
        (["s*:Get*"], "s3:GetObject", UNKNOWN, UNKNOWN),
        (["s*:Get*", "s3:*"], "s3:GetObject", YES, NO),
        (["s*:Get*"], "ec2:Run", NO, YES),
        ([], "s3:GetObject", NO, UNKNOWN),
    ],
)
def test_action_lists(patterns: list[str], action: str, positive: Match, negated: Match):
    parsed = [parse_action(pattern) for pattern in patterns]
    assert match_actions(parsed, asked_action(action), negated=False) is positive
    assert match_actions(parsed, asked_action(action), negated=True) is negated


# Resource pattern, resource, match (iam-semantics.md 3.2 to 3.8).
RESOURCES = [
    ("*", "*", YES),
    ("*", "arn:aws:s3:::b", YES),
    ("**", "arn:aws:s3:::b", UNKNOWN),
    ("***", "*", UNKNOWN),
    ("b", "arn:aws:s3:::b", NO),
    ("", "arn:aws:s3:::b", NO),
    ("arn:aws", "arn:aws:s3:::b", NO),
    ("arn:aws:s3:::b", "*", NO),
    ("arn:aws:s3:::*", "*", NO),
    ("arn:*:*:*:*:*", "*", NO),
    ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b//test/o.jpg", YES),
    ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/test/o.jpg", NO),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b/", YES),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b", NO),
    ("arn:aws:s3:::b", "arn:aws:s3:::b/k", NO),
    ("arn:aws:s3:::b*", "arn:aws:s3:::backup/k", YES),
    ("arn:aws:s3:::my-b*/public/*", "arn:aws:s3:::my-b/private/public/x", YES),
    ("arn:aws:s3:::b?", "arn:aws:s3:::b/", YES),
    ("arn:aws:logs:us-east-1:1:log-group:/app/*", "arn:aws:logs:us-east-1:1:log-group:/app/x:log-stream:y", YES),
    ("arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:us-east-1:1:function:f:prod", NO),
    ("arn:aws:lambda:*:*:functi*", "arn:aws:lambda:us-east-1:1:function:f", YES),
    ("arn:aws:iam::1:user/Bob", "arn:aws:iam::1:user/bob", NO),
    ("arn:aws:S3:::b", "arn:aws:s3:::b", NO),
    ("arn:*:s3:::b", "arn:aws-cn:s3:::b", YES),
    ("arn:aws:s?:::b", "arn:aws:s3:::b", YES),
    ("arn:aws:sqs:us-*-1:*:q", "arn:aws:sqs:us-east-1:1:q", YES),
    ("arn:aws:sqs:us-?ast-1:*:q", "arn:aws:sqs:us-:ast-1:1:q", NO),
    ("arn:aws:s3:::", "arn:aws:s3:::", YES),
    ("arn:aws:s3:::", "arn:aws:s3:::b", NO),
    ("arn:aws:s3:::b\n", "arn:aws:s3:::b", NO),
    # short patterns are padded (3.4)
    ("arn:aws:sqs", "arn:aws:sqs:us-east-1:1:q", YES),
    ("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-1:1:q", YES),
    ("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-west-1:1:q", NO),
    ("arn:aws:sqs:us-east-1:1", "arn:aws:sqs:us-east-1:2:q", NO),
    # 10.1: only stars at the end of a field may run over colons, and then the answer is Unknown
    ("arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:us-east-1:1:table/prod-1", UNKNOWN),
    ("arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:us-east-1:1:table/test-1", NO),
    ("arn:aws:dynamodb:us-*:table/x", "arn:aws:dynamodb:us-east-1:1:table/x", UNKNOWN),
    ("arn:aws:dynamodb:us-*:table/x", "arn:aws:dynamodb:eu-west-1:1:table/x", NO),
    ("arn:aws:dynamodb:*east:table/x", "arn:aws:dynamodb:us-east:1:table/x", NO),
    ("arn:aws:*:*:*:role/x", "arn:aws:iam::1:role/x", YES),
    ("arn:aws:*:role/x", "arn:aws:iam::1:role/x", UNKNOWN),
    ("arn:*:role/x", "arn:aws:iam::1:role/x", UNKNOWN),
    ("arn:aws:iam::*:user/t", "arn:aws:iam::1:2:user/t", UNKNOWN),
    ("arn:aws:iam::*:user/t", "arn:aws:iam::1:2:user/u", NO),
    ("arn:aws:iam::1:user/t", "arn:aws:iam::1:2:user/t", NO),
    ("arn:aws*:s3:::b", "arn:aws:s3:x:s3:::b", UNKNOWN),
    ("arn:aws:s3*", "arn:aws:s3-lambda:x:1:y", YES),
    ("arn:aws:s3*:x", "arn:aws:s3:r:1:x", UNKNOWN),
    # variables before the resource part never match
    ("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", YES),
    ("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/k", NO),
    ("arn:aws:s3::${aws:x}:b", "arn:aws:s3::1:b", NO),
]


@pytest.mark.parametrize("pattern, resource, match", RESOURCES)
def test_resources(pattern: str, resource: str, match: Match):
    assert match_resource(made(pattern), parse_resource(resource), reader({"aws:x": "1"})) is match


@pytest.mark.parametrize("pattern, resource, match", RESOURCES)
def test_resources_in_an_engine(pattern: str, resource: str, match: Match):
    """The same table through the index and the leaves, as an Allow and as a Deny, and under NotResource."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    words = {YES: "Allow", UNKNOWN: "ImplicitDeny?", NO: "ImplicitDeny"}
    denied = {YES: "ExplicitDeny", UNKNOWN: "ExplicitDeny?", NO: "Allow"}
    for element, expected in (("Resource", match), ("NotResource", match.negate())):
        grants = identity({"Effect": "Allow", "Action": "*", element: pattern})
        forbids = identity(everything, {"Effect": "Deny", "Action": "*", element: pattern})
        for ask in (outcome, plain_outcome):
            assert ask(grants, ALICE, "s3:GetObject", resource) == words[expected]
            assert ask(forbids, ALICE, "s3:GetObject", resource) == denied[expected]


def test_undocumented_padding_is_unknown():
    """Short ARNs outside identity policies (10.2); a pattern that does not match by padding does not match."""
    for text, match in (("arn:aws:sqs", UNKNOWN), ("arn:aws:sns", NO), ("arn:aws:sqs:us-east-1:1:q", YES)):
        test = made(text, documented=False)
        assert match_resource(test, parse_resource("arn:aws:sqs:us-east-1:1:q"), reader()) is match


# Pattern, context, resource, match, match under NotResource before negation (5.3, 10.4, 10.50).
VARIABLES = [
    ("b/home/${aws:username}/*", {"aws:username": "alice"}, "b/home/alice/f", YES, YES),
    ("b/home/${aws:username}/*", {"aws:username": "alice"}, "b/home/bob/f", NO, NO),
    ("b/home/${aws:username}/*", {}, "b/home//f", NO, UNKNOWN),
    ("b/home/${aws:username}/*", {"aws:username": ""}, "b/home//f", NO, UNKNOWN),
    ("b/home/${aws:username}/*", {"aws:username": ["alice"]}, "b/home/alice/f", NO, UNKNOWN),
    ("b-${aws:t, 'all'}", {}, "b-all", YES, YES),
    ("b-${aws:t, 'all'}", {"aws:t": "x"}, "b-all", NO, NO),
    ("b/${aws:p}", {"aws:p": "*"}, "b/secret", NO, NO),
    ("b/${aws:p}", {"aws:p": "*"}, "b/*", YES, YES),
    ("b/${aws:p}", {"aws:p": "${aws:username}"}, "b/${aws:username}", YES, YES),
    ("b/${aws:p}/x", {"aws:p": NOT_KNOWN}, "b/secret/x", UNKNOWN, UNKNOWN),
    ("b/${aws:p}/x", {"aws:p": NOT_KNOWN}, "b/secret/y", NO, UNKNOWN),  # it may have no value
    ("${aws:p}", {"aws:p": "a:b/c"}, "a:b/c", YES, YES),
]


@pytest.mark.parametrize("tail, context, asked, match, excluded", VARIABLES)
def test_variables(tail: str, context: dict[str, object], asked: str, match: Match, excluded: Match):
    test, resource = made(f"arn:aws:s3:::{tail}"), parse_resource(f"arn:aws:s3:::{asked}")
    assert match_resource(test, resource, reader(context)) is match
    assert match_resource(test, resource, reader(context), unresolved=UNKNOWN) is excluded
    grants = identity({"Effect": "Allow", "Action": "*", "Resource": test.text})
    words = {YES: "Allow", UNKNOWN: "ImplicitDeny?", NO: "ImplicitDeny"}
    asking = {"aws:username": None, **context}
    for ask in (outcome, plain_outcome):
        assert ask(grants, ALICE, "s3:GetObject", resource.text, asking) == words[match]


def test_variables_of_old_documents_are_text():
    test = made("arn:aws:s3:::b/${aws:p}", variables=False)
    assert match_resource(test, parse_resource("arn:aws:s3:::b/x"), reader({"aws:p": "x"})) is NO
    assert match_resource(test, parse_resource("arn:aws:s3:::b/${aws:p}"), reader()) is YES


@pytest.mark.parametrize(
    "patterns, positive, negated",
    [
        (["arn:aws:s3:::c", "arn:aws:s3:::b"], YES, NO),
        (["arn:aws:s3:::c"], NO, YES),
        (["**"], UNKNOWN, UNKNOWN),
        (["**", "arn:aws:s3:::b"], YES, NO),
        (["b"], NO, YES),
        ([], NO, UNKNOWN),
    ],
)
def test_resource_lists(patterns: list[str], positive: Match, negated: Match):
    tests = [made(pattern) for pattern in patterns]
    resource = parse_resource("arn:aws:s3:::b")
    assert match_resources(tests, resource, reader(), negated=False) is positive
    assert match_resources(tests, resource, reader(), negated=True) is negated


FIELDS = st.text(alphabet="ab*?", max_size=4)
PATTERNS = (
    st.lists(FIELDS, min_size=2, max_size=5)
    .map(lambda fields: ":".join(["arn", *fields]))
    .filter(lambda text: len(text.split(":")) >= 3)
)
TEXTS = st.lists(st.text(alphabet="ab:", max_size=3), min_size=5, max_size=5).map(
    lambda fields: ":".join(["arn", *fields])
)


def extended(pattern: str, text: str) -> bool:
    """10.1 by brute force: every way of letting the stars at the end of the first four fields run over colons."""
    head, *fields = pattern.split(":", 5)
    cells = text.split(":")
    if head != cells[0]:
        return False

    def walk(field: int, cell: int) -> bool:
        """Whether the fields from `field` on match the rest of the text, from its cell `cell` on."""
        if field == len(fields):
            return cell == len(cells)
        if field == 4:
            return cell < len(cells) and naive(fields[4], ":".join(cells[cell:]))
        if cell == len(cells) or not naive(fields[field], cells[cell]):
            return False  # all but what a last star takes stays in the first cell
        last = len(cells) if fields[field].endswith("*") else cell + 1
        return any(walk(field + 1, end) for end in range(cell + 1, last + 1))

    return walk(0, 1)


@given(PATTERNS, TEXTS)
@example("arn:a*b*:*:b", "arn:ab:b:b::b")
@example("arn:*:*", "arn:::::a:b")
@example("arn:*a:*", "arn:a:a:a:a:a")
def test_crossing_agrees_with_trying_every_way(pattern: str, text: str):
    test = made(pattern)
    if not test.fields or not test.crossing:
        return
    tail = test.fields[4]
    assert crosses(test, tail, text) == extended(pattern, text)


@given(PATTERNS, TEXTS)
def test_the_whole_rule(pattern: str, text: str):
    """3.5: field by field Yes; only by crossing Unknown; else No."""
    resource = parse_resource(text)
    padded = [*pattern.split(":", 5)[1:], "*", "*", "*", "*"][:5]
    strict = all(naive(field, cell) for field, cell in zip(padded, resource.fields[1:], strict=True))
    crossed = any(field.endswith("*") for field in pattern.split(":", 5)[1:5]) and extended(pattern, text)
    expected = YES if strict else UNKNOWN if crossed else NO
    assert match_resource(made(pattern), resource, reader()) is expected


@given(PATTERNS, TEXTS, st.sampled_from(["Resource", "NotResource"]), st.sampled_from(["Allow", "Deny"]))
def test_the_engine_follows_the_rule(pattern: str, text: str, element: str, effect: str):
    """With headers of all shapes: index, stretches and leaves agree with asking every pattern."""
    engine = identity(
        {"Effect": "Allow", "Action": "*", "Resource": "arn:a*:*:*:*:*"},
        {"Effect": effect, "Action": "*", element: [pattern, "arn:b:*:b:*:a*"]},
    )
    assert outcome(engine, ALICE, "s3:GetObject", text) == plain_outcome(engine, ALICE, "s3:GetObject", text)


def test_hostile_lengths():
    """40,000 characters, with every reading tried."""
    long = "arn:aws:s3:::" + "a:" * 20_000
    for pattern in ("arn:*:*:*:*:" + "*a" * 20 + "b", "arn:" + "*a*:" * 4 + "*a*b", "arn:*:" + "x" * 100_000):
        assert match_resource(made(pattern), parse_resource(long), reader()) is NO


def test_a_star_stands_for_every_variable():
    test = made("arn:aws:s3:::a${aws:x}b${aws:y}")
    for x, y in product(["", "1", "*"], repeat=2):
        resource = parse_resource(f"arn:aws:s3:::a{x}b{y}")
        assert (
            match_resource(
                ResourceTest(test.text, test.form, (*test.fields[:4], with_stars(test.fields[4])), 5, unsure=False),
                resource,
                reader(),
            )
            is YES
        )
