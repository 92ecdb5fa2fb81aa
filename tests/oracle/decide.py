"""The decision: explicit Deny first, then every layer that must allow (iam-semantics.md 8.2).

In: a `PolicySet` and a `Request`. Out: an `Answer`. What is granted is one three-valued formula; the lower bound takes Unknown
for No where something is to be allowed and for Yes where something is denied, the upper bound the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle import binding, callers, principals
from tests.oracle.callers import Caller, caller_of, resource_account_of
from tests.oracle.context import context_of
from tests.oracle.logic import NO, UNKNOWN, YES, Match, all_of, any_of, negation
from tests.oracle.matching import ascii_lower
from tests.oracle.model import TYPES, Answer, Attachment, PolicySet, Request
from tests.oracle.statements import Facts, Matched, match, statements_of

EXEMPT = ("sts:getcalleridentity", "sts:getsessiontoken")
ROOT_KEEPS = ("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy")
ASSUMING = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
)
OF_AN_ACCOUNT = (callers.USER, callers.SESSION, callers.FEDERATED, callers.ROOT)


@dataclass(frozen=True, slots=True)
class Found:
    """A statement of a policy that may bind the request. `bound`: whether the policy does."""

    attachment: Attachment
    index: int
    effect: str
    bound: Match
    matched: Matched

    @property
    def value(self) -> Match:
        return all_of([self.bound, self.matched.value])

    @property
    def name(self) -> tuple[str, int]:
        return (self.attachment.name, self.index)


@dataclass(frozen=True, slots=True)
class Question:
    """Everything known about one request, layer by layer."""

    policies: PolicySet
    facts: Facts
    resource_account: str | None
    found: tuple[Found, ...]

    @property
    def request(self) -> Request:
        return self.facts.request

    @property
    def caller(self) -> Caller:
        return self.facts.caller

    def asks(self, layer: str) -> bool:
        return self.policies.layers is None or layer in self.policies.layers

    def of(self, layer: str) -> list[Found]:
        return [found for found in self.found if found.attachment.type == layer]

    def allow(self, chosen: Callable[[Found], bool], layer: str) -> Match:
        """Whether an Allow of the layer's chosen statements matches, the binding of its policy left aside."""
        return any_of(f.matched.value for f in self.of(layer) if f.effect == "Allow" and chosen(f))


def decide(policies: PolicySet, request: Request) -> Answer:
    caller = caller_of(request)
    if ascii_lower(request.action) in EXEMPT and caller.signed:
        return Answer("Allow", certain=True)
    question = read(policies, request, caller)
    denies = [found for found in question.found if found.effect == "Deny" and not powerless(found, question)]
    denied = any_of(found.value for found in denies)
    allowed = granted(question)
    lower = effect(denied=denied >= UNKNOWN, allowed=allowed == YES)
    upper = effect(denied=denied == YES, allowed=allowed >= UNKNOWN)
    return Answer(
        lower,
        certain=lower == upper,
        denies=frozenset(found.name for found in denies if found.value >= UNKNOWN),
        allows=frozenset(found.name for found in question.found if found.effect == "Allow" and found.value == YES),
    )


def effect(*, denied: bool, allowed: bool) -> str:
    if denied:
        return "ExplicitDeny"
    return "Allow" if allowed else "ImplicitDeny"


def read(policies: PolicySet, request: Request, caller: Caller) -> Question:
    account = resource_account_of(request, caller)
    context = context_of(request, caller, account)
    asked = [a for a in policies.attachments if policies.layers is None or a.type in policies.layers]
    has_boundary = any_of(binding.boundary(a, caller) for a in asked if a.type == "boundary")
    facts = Facts(request, caller, context, has_boundary)
    found = []
    for attachment in asked:
        bound = binds(attachment, policies, facts, account)
        if bound == NO:
            continue
        version = attachment.document.get("Version")
        for index, statement in enumerate(statements_of(attachment.document)):
            matched = match(statement, attachment.type, version, facts)
            found.append(Found(attachment, index, statement["Effect"], bound, matched))
    return Question(policies, facts, account, tuple(found))


def binds(attachment: Attachment, policies: PolicySet, facts: Facts, resource_account: str | None) -> Match:
    caller, request = facts.caller, facts.request
    if attachment.type not in TYPES:
        raise ValueError(f"not a policy type: {attachment.type}")
    if attachment.type == "identity":
        return binding.identity(attachment, policies, caller)
    if attachment.type == "boundary":
        return binding.boundary(attachment, caller)
    if attachment.type == "session":
        return binding.session(attachment, caller)
    if attachment.type == "resource":
        return binding.resource(attachment, request.resource, facts.context)
    if attachment.type == "endpoint":
        return binding.endpoint(attachment.to, facts.context)
    if attachment.type == "scp":
        reached = binding.scps_bind(policies, caller)
        account = caller.account
    else:
        reached = binding.rcps_bind(policies, caller, request.action, resource_account)
        account = resource_account
    return YES if reached and attachment.to in binding.levels(policies, account) else NO


def powerless(found: Found, question: Question) -> bool:
    """A bucket policy's Deny against the owner's root user, about the bucket policy itself (8.2 step 4)."""
    return (
        found.attachment.type == "resource"
        and question.caller.kind == callers.ROOT
        and question.caller.account == question.resource_account
        and ascii_lower(question.request.action) in ROOT_KEEPS
    )


def granted(question: Question) -> Match:
    """Steps 5 to 13."""
    return all_of(
        [*levels_allow(question, "rcp"), *levels_allow(question, "scp"), *endpoints_allow(question), core(question)]
    )


def levels_allow(question: Question, layer: str) -> list[Match]:
    """Every level that has a policy must allow."""
    nodes = {found.attachment.to for found in question.of(layer)}
    return [question.allow(lambda found, node=node: found.attachment.to == node, layer) for node in nodes]


def endpoints_allow(question: Question) -> list[Match]:
    """Of every endpoint: the request did not come through it, or one of its policies allows (project rule 5)."""
    ids = {found.attachment.to for found in question.of("endpoint")}
    return [
        any_of(
            [
                negation(binding.endpoint(to, question.facts.context)),
                question.allow(lambda found, to=to: found.attachment.to == to, "endpoint"),
            ]
        )
        for to in ids
    ]


def core(question: Question) -> Match:
    """Steps 8 to 12: identity side and resource side."""
    caller = question.caller
    classes = resource_side(question)
    of = lambda *kinds: any_of(value for kind, value in classes if kind in kinds)
    if caller.kind not in OF_AN_ACCOUNT:
        if not question.asks("resource"):
            return YES
        if caller.kind == callers.ANONYMOUS:
            return of(principals.STAR)
        return of(principals.DIRECT, principals.STAR) if caller.kind == callers.SERVICE else of(principals.DIRECT)
    anything = any_of(value for _, value in classes)
    i, b, s = identity_side(question), boundaries_allow(question), sessions_allow(question)
    if caller.account != question.resource_account:
        return all_of([anything, i, b, s])
    if caller.kind == callers.ROOT:
        return anything if must_grant(question.request) else YES
    return any_of(
        [
            of(principals.DIRECT, principals.STAR),
            all_of([of(principals.ROLE, principals.FEDERATING_USER), b, s]),
            all_of([i, b, s, anything if must_grant(question.request) else YES]),
        ]
    )


def resource_side(question: Question) -> list[tuple[str, Match]]:
    """R: the classes of the resource policies' Allows (8.2 step 8), empty across partitions (project rule 10)."""
    if not question.asks("resource"):
        return [(principals.ACCOUNT, YES)]
    fields = question.request.resource.split(":", 5)
    caller = question.caller
    if (
        len(fields) == 6
        and caller.kind in OF_AN_ACCOUNT
        and caller.account != question.resource_account
        and caller.partition != fields[1]
    ):
        return []
    return [
        (kind, all_of([found.bound, value]))
        for found in question.of("resource")
        if found.effect == "Allow"
        for kind, value in found.matched.classes
    ]


def identity_side(question: Question) -> Match:
    """I."""
    if question.caller.kind == callers.ROOT or not question.asks("identity"):
        return YES
    return any_of(found.value for found in question.of("identity") if found.effect == "Allow")


def boundaries_allow(question: Question) -> Match:
    """B: every boundary that binds the caller allows."""
    return all_of(
        any_of([negation(found.bound), question.allow(lambda f, a=found.attachment: f.attachment is a, "boundary")])
        for found in question.of("boundary")
    )


def sessions_allow(question: Question) -> Match:
    """S: no session policy, or one of them allows; a federated user needs one (8.2 step 8)."""
    caller = question.caller
    if caller.kind in (callers.ROOT, callers.USER) or not question.asks("session"):
        return YES
    policies = question.of("session")
    allow = any_of(found.value for found in policies if found.effect == "Allow")
    none = all_of(negation(found.bound) for found in policies)
    return allow if caller.kind == callers.FEDERATED else any_of([none, allow])


def must_grant(request: Request) -> bool:
    """KMS keys and roles to be assumed: without their own policy's word nothing is granted (8.2 step 11d, project rule 6)."""
    fields = request.resource.split(":", 5)
    if len(fields) < 6:
        return False
    if fields[2] == "kms":
        return fields[5].startswith("key/")
    return fields[2] == "iam" and fields[5].startswith("role/") and ascii_lower(request.action) in ASSUMING
