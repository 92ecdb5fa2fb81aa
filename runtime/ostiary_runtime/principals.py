"""Principal and NotPrincipal: whether they match a caller, and in which class (iam-semantics.md section 4).

The class says what an Allow of a resource policy bypasses (8.3, 8.4). A match has two readings, since an entry may match
only perhaps: `sure` counts entries that match for certain, `possible` those that match perhaps as well.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.program import PrincipalTest
from ostiary_runtime.request import Caller, CallerKind


class MatchClass(enum.IntEnum):
    """How an entry names the caller; a stronger class bypasses more."""

    NONE = 0
    ACCOUNT = 1
    FEDERATING_USER = 2
    ROLE = 3
    STAR = 4
    DIRECT = 5


@dataclass(frozen=True, slots=True)
class PrincipalMatch:
    """The strongest class among the sure matches, and among the sure and the possible ones."""

    sure: MatchClass
    possible: MatchClass

    @property
    def match(self) -> Match:
        return YES if self.sure else UNKNOWN if self.possible else NO


NOBODY = PrincipalMatch(MatchClass.NONE, MatchClass.NONE)
# A statement whose element names everyone for certain: a Deny, where the class does not count.
EVERYONE = PrincipalMatch(MatchClass.STAR, MatchClass.STAR)
PERHAPS = PrincipalMatch(MatchClass.NONE, MatchClass.STAR)
# One object for each: a caller whom thousands of statements name has thousands.
_MATCHES = {(sure, possible): PrincipalMatch(sure, possible) for sure in MatchClass for possible in MatchClass}


def match_principal(test: PrincipalTest, caller: Caller, *, deny: bool, bounded: Match) -> PrincipalMatch:
    """Whether a Principal or NotPrincipal element matches.

    `deny`: the statement's effect; `bounded`: whether the caller carries a permissions boundary.
    """
    if test.negated:
        if not deny:
            return PERHAPS  # NotPrincipal with Allow never grants (10.20)
        match = max(bounded, _not_principal(test, caller))  # callers with a boundary are denied, listed or not (4.3)
        return (NOBODY, PERHAPS, EVERYONE)[match]
    sure = possible = MatchClass.NONE
    for match_class, match in _entries(test, caller, deny=deny):
        if match is YES:
            sure = max(sure, match_class)
        possible = max(possible, match_class)
    return _MATCHES[sure, possible]


def _entries(test: PrincipalTest, caller: Caller, *, deny: bool) -> Iterator[tuple[MatchClass, Match]]:
    """Each entry that matches the caller, with its class and whether it does for certain."""
    if test.star:
        yield MatchClass.STAR, YES
    if test.aws_star:
        # For service principals the map form is documented for neither effect; a Deny reaches them (10.11).
        yield MatchClass.STAR, UNKNOWN if caller.kind is CallerKind.SERVICE and not deny else YES
    match caller.kind:
        case CallerKind.SERVICE:
            if caller.arn in test.services:
                yield MatchClass.DIRECT, YES
            return
        case CallerKind.PROVIDER:
            if caller.arn in test.federated:
                yield MatchClass.DIRECT, YES
        case CallerKind.ANONYMOUS:
            return
        case CallerKind.USER | CallerKind.SESSION | CallerKind.FEDERATED | CallerKind.ROOT:
            pass
    if caller.account in test.accounts:
        yield MatchClass.ACCOUNT, YES
    if test.canonical_users and caller.account:
        yield MatchClass.ACCOUNT, UNKNOWN  # whose canonical id it is, a request does not say
    if caller.kind in (CallerKind.ROOT, CallerKind.PROVIDER):
        return
    if caller.arn is not None and caller.arn in test.arns:
        yield MatchClass.DIRECT, YES
    if caller.unique_id is not None and caller.unique_id in test.unique_ids:
        yield MatchClass.ROLE if caller.kind is CallerKind.SESSION else MatchClass.DIRECT, YES
    if caller.kind is CallerKind.SESSION:
        if caller.role in test.arns:
            yield MatchClass.ROLE, YES
        if caller.arn is None and _names_a_session(test, caller):
            yield MatchClass.DIRECT, UNKNOWN
    if caller.kind is CallerKind.FEDERATED:
        if caller.federated_by is not None:
            if caller.federated_by in test.arns:
                yield MatchClass.FEDERATING_USER, YES
        elif any(arn.startswith(f"arn:{caller.partition}:iam::{caller.account}:user/") for arn in test.arns):
            yield MatchClass.FEDERATING_USER, UNKNOWN


def _names_a_session(test: PrincipalTest, caller: Caller) -> bool:
    prefix = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.role_name}/"
    return any(arn.startswith(prefix) for arn in test.arns)


def _not_principal(test: PrincipalTest, caller: Caller) -> Match:
    """Whether a Deny with NotPrincipal applies: unless the list holds the caller *and* its account (4.3)."""
    if test.star:
        return NO
    if test.aws_star:
        return UNKNOWN if caller.kind in (CallerKind.SERVICE, CallerKind.PROVIDER) else NO
    match caller.kind:
        case CallerKind.ANONYMOUS:
            return YES
        case CallerKind.SERVICE:
            return NO if caller.arn in test.services else YES
        case CallerKind.PROVIDER:
            return NO if caller.arn in test.federated else YES
        case CallerKind.ROOT:
            return NO if caller.account in test.accounts else YES
        case CallerKind.USER | CallerKind.SESSION | CallerKind.FEDERATED:
            pass
    if caller.arn is None:
        return UNKNOWN if _names_a_session(test, caller) else YES
    if caller.arn not in test.arns and not (caller.kind is CallerKind.USER and caller.unique_id in test.unique_ids):
        return YES
    role_listed = caller.kind is not CallerKind.SESSION or caller.role in test.arns
    return NO if role_listed and caller.account in test.accounts else UNKNOWN
