"""The question that a replay answers: which types of policy are asked, and of whom.

In: the types of policy that were given, and what was assumed about them. Out: for each request, whether it is part of the question.
Invariant: a request that no asked policy can bind is never counted as allowed: it is outside, with its reason.
Not here: what policies say about the requests that are inside (`decide`), and the question in words (`ostiary.render`).

A call across accounts stands in two trails. What binds its caller is asked of the caller's record, and what binds the
resource, when that alone is asked, of the record in the resource's account; so it is counted once.
"""

import enum
from dataclasses import dataclass
from typing import assert_never

from ostiary_grammar.terms import PolicyType, fold
from ostiary_runtime.entries import rcps_reach
from ostiary_runtime.request import Caller, CallerKind

CALLER_SIDE = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.SCP})


class Outside(enum.Enum):
    """Why a request is not part of the question; the values are stable."""

    SERVICE_LINKED_ROLE = "service-linked-role"
    AWS_SERVICE = "aws-service"
    ANONYMOUS = "anonymous"
    IDENTITY_PROVIDER = "identity-provider"
    ROOT_USER = "root-user"
    USER = "iam-user"
    MANAGEMENT_ACCOUNT = "management-account"
    NO_RCP = "no-rcp-for-action"
    CALLER_SIDE = "asked-at-caller"
    RESOURCE_SIDE = "asked-at-resource"
    NOT_A_REQUEST = "not-a-request"

    @property
    def label(self) -> str:
        """A few words for a list of counts."""
        return _LABELS[self]

    @property
    def message(self) -> str:
        """A sentence for people."""
        return _MESSAGES[self]


_LABELS = {
    Outside.SERVICE_LINKED_ROLE: "service-linked roles",
    Outside.AWS_SERVICE: "AWS services",
    Outside.ANONYMOUS: "anonymous callers",
    Outside.IDENTITY_PROVIDER: "identity providers",
    Outside.ROOT_USER: "root users",
    Outside.USER: "IAM users",
    Outside.MANAGEMENT_ACCOUNT: "management account",
    Outside.NO_RCP: "actions without RCPs",
    Outside.CALLER_SIDE: "copies of calls from other accounts",
    Outside.RESOURCE_SIDE: "calls on other accounts' resources",
    Outside.NOT_A_REQUEST: "malformed names",
}
_MESSAGES = {
    Outside.SERVICE_LINKED_ROLE: "a service-linked role, which organization policies do not bind and no one can give a policy",
    Outside.AWS_SERVICE: "an AWS service that calls for itself, which none of the asked policies binds",
    Outside.ANONYMOUS: "an anonymous caller, whom none of the asked policies binds",
    Outside.IDENTITY_PROVIDER: "an identity provider, which none of the asked policies binds",
    Outside.ROOT_USER: "an account's root user, whom none of the asked policies binds",
    Outside.USER: "an IAM user with its own credentials, whom no session policy binds",
    Outside.MANAGEMENT_ACCOUNT: "the management account, which organization policies do not bind",
    Outside.NO_RCP: "an action of a service that resource control policies do not reach",
    Outside.CALLER_SIDE: "the resource account's copy of a call from another account; it is asked of the caller's own record",
    Outside.RESOURCE_SIDE: "a call on a resource of another account; it is asked of the record in that account",
    Outside.NOT_A_REQUEST: "a caller, action or resource whose name is none that AWS gives",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    `layers` are the types of policy that are asked, `given` the names of the policies, `beside` the names of those that AWS
    attaches beside them. `management` are the management accounts, where they were named. `literal`: a policy set says whom
    its policies bind.
    """

    layers: tuple[PolicyType, ...]
    given: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    management: tuple[str, ...] = ()
    literal: bool = False

    def outside(
        self, caller: Caller, action: str, owner: str | None, *, recipient: str | None, shared: bool
    ) -> Outside | None:
        """Why a request is not part of the question; None if it is.

        `owner` is the account of the resource, `recipient` that of the trail, `shared`: another trail holds a copy.
        """
        if shared and recipient and caller.account:
            foreign = caller.account != recipient
            if foreign and CALLER_SIDE & set(self.layers):
                return Outside.CALLER_SIDE
            if not foreign and owner and owner != recipient and set(self.layers) == {PolicyType.RCP}:
                return Outside.RESOURCE_SIDE
        first: Outside | None = None
        for layer in self.layers:
            reason = self._unbound(layer, caller, action, owner)
            if reason is None:
                return None
            first = first or reason
        return first

    def _unbound(self, layer: PolicyType, caller: Caller, action: str, owner: str | None) -> Outside | None:
        """Why policies of a type do not bind the request; None if they do."""
        match layer:
            case PolicyType.IDENTITY | PolicyType.BOUNDARY | PolicyType.SESSION:
                if caller.kind is CallerKind.ROOT:
                    return Outside.ROOT_USER
                if caller.kind is CallerKind.USER and layer is PolicyType.SESSION:
                    return Outside.USER
                return Outside.SERVICE_LINKED_ROLE if caller.service_linked else _NO_IDENTITY.get(caller.kind)
            case PolicyType.SCP:
                if caller.service_linked:
                    return Outside.SERVICE_LINKED_ROLE
                if caller.account in self.management:
                    return Outside.MANAGEMENT_ACCOUNT
                return _NO_IDENTITY.get(caller.kind)
            case PolicyType.RCP:
                if caller.service_linked:
                    return Outside.SERVICE_LINKED_ROLE
                if (owner or caller.account) in self.management:
                    return Outside.MANAGEMENT_ACCOUNT
                return None if rcps_reach(fold(action)) else Outside.NO_RCP
            case PolicyType.RESOURCE | PolicyType.ENDPOINT:
                return None
            case _ as never:
                assert_never(never)


_NO_IDENTITY = {
    CallerKind.SERVICE: Outside.AWS_SERVICE,
    CallerKind.ANONYMOUS: Outside.ANONYMOUS,
    CallerKind.PROVIDER: Outside.IDENTITY_PROVIDER,
}
