"""More Deny never allows more, more Allow never denies more, and what concerns others changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from tests.oracle.model import Attachment
from tests.properties.transforming import SEEDS, ask, drawn, statements, with_statements

STRANGER = "arn:aws:iam::999900001111:user/stranger"
FULL_RCP = "RCPFullAWSAccess"


def added(rng: Any, attachment: Attachment, effect: str, pool: list[dict[str, Any]]) -> Attachment:
    """The policy with one more statement of an effect: about everything, or as another of its type has it."""
    about: dict[str, Any] = {"Action": "*", "Resource": "*"}
    if attachment.type in ("resource", "rcp", "endpoint"):
        about["Principal"] = "*"
    if attachment.type == "rcp":
        about["Action"] = "s3:*"
    made = rng.choice([about, *pool])
    if "NotPrincipal" in made and effect == "Allow":
        made = about
    kept = {key: value for key, value in made.items() if key not in ("Effect", "Sid")}
    if attachment.type == "resource" and all(
        "Resource" not in each and "NotResource" not in each for each in statements(attachment)
    ):
        kept = {"Principal": about["Principal"], "Action": "sts:AssumeRole"}  # a trust policy stays one
    return with_statements(attachment, [*statements(attachment), {"Effect": effect, **kept}])


def with_more(seed: int, effect: str) -> tuple[list[Any], list[Any]] | None:
    """The answers before and after a statement is added to some policy."""
    rng, policies, requests = drawn(seed)
    fit = [
        at
        for at, each in enumerate(policies.attachments)
        if each.name != FULL_RCP and not (effect == "Allow" and each.type == "rcp")
    ]
    if not fit:
        return None
    at = rng.choice(fit)
    chosen = policies.attachments[at]
    pool = [
        statement
        for each in policies.attachments
        if each.type == chosen.type and each.document.get("Version") == chosen.document.get("Version")
        for statement in statements(each)
        if statement["Effect"] == effect and "Federated" not in str(statement)  # only trust policies name providers
    ]
    more = list(policies.attachments)
    more[at] = added(rng, chosen, effect, pool)
    return ask(policies, requests), ask(replace(policies, attachments=tuple(more)), requests)


@given(SEEDS)
def test_more_deny_never_allows_more(seed: int):
    """Nor does it make an explicit deny implicit."""
    found = with_more(seed, "Deny")
    for before, after in zip(*found, strict=True) if found else ():
        assert before.allowed or not after.allowed
        if before.effect == "ExplicitDeny":
            assert after.effect == "ExplicitDeny"
        if before.certain and before.effect == "ExplicitDeny":
            assert after.certain


@given(SEEDS)
def test_more_allow_never_denies_more(seed: int):
    """In a layer that binds already. Explicit denies stay what they are."""
    found = with_more(seed, "Allow")
    for before, after in zip(*found, strict=True) if found else ():
        assert after.allowed or not before.allowed
        assert (before.effect == "ExplicitDeny") == (after.effect == "ExplicitDeny")
        if before.certain and before.allowed:
            assert after.certain


@given(SEEDS)
def test_a_deny_of_everything_leaves_nothing(seed: int):
    """In every layer that binds the caller; only calls that no policy can stop pass."""
    _, policies, requests = drawn(seed)
    if policies.layers is not None and "identity" not in policies.layers:
        return
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    more = replace(policies, attachments=(*policies.attachments, Attachment(everything, "identity", None, "no")))
    for request, answer in zip(requests, ask(more, requests), strict=True):
        kind = request.principal.rpartition(":")[2].partition("/")[0]
        exempt = request.action.lower() in ("sts:getcalleridentity", "sts:getsessiontoken")
        if kind in ("user", "role", "assumed-role", "federated-user") and not exempt:
            assert (answer.effect, answer.certain) == ("ExplicitDeny", True)


@given(SEEDS)
def test_policies_of_strangers_change_nothing(seed: int):
    """Attached to a user, an account, a resource or an endpoint that the requests do not know."""
    _, policies, requests = drawn(seed)
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    others = [
        Attachment({"Version": "2012-10-17", "Statement": [{**deny, **who}]}, type_, to, f"other-{type_}")
        for type_, to, who in (
            ("identity", STRANGER, {}),
            ("boundary", STRANGER, {}),
            ("session", "arn:aws:sts::999900001111:assumed-role/r/s", {}),
            ("scp", "999900001111", {}),
            ("rcp", "999900001111", {"Principal": "*", "Action": "s3:*"}),
            ("resource", "arn:aws:sqs:us-east-1:999900001111:q", {"Principal": "*"}),
        )
    ]
    more = replace(policies, attachments=(*others, *policies.attachments))
    assert ask(more, requests) == ask(policies, requests)
