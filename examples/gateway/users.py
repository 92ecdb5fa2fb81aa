"""Who asks. **This is the place where your authentication goes**; here, static tokens stand for it.

In: the headers of a request. Out: an `Identity` that was proved, anonymous where the request does not try, None where it
tries and fails.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ANONYMOUS_PRINCIPAL = "*"


@dataclass(frozen=True, slots=True)
class Identity:
    """A principal, its account (empty: none), and its tags, which a policy sees as `aws:PrincipalTag/...`."""

    principal: str
    account: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


ANONYMOUS = Identity(ANONYMOUS_PRINCIPAL)
Authenticate = Callable[[Mapping[str, str]], Identity | None]


class StaticTokens:
    """`Authorization: Bearer TOKEN`, with tokens that are known by their digest."""

    def __init__(self, identities: Mapping[str, Identity]) -> None:
        """`identities`: by token."""
        self._identities = {_digest(token): identity for token, identity in identities.items()}

    def __call__(self, headers: Mapping[str, str]) -> Identity | None:
        given = headers.get("authorization")
        if given is None:
            return ANONYMOUS
        scheme, _, token = given.partition(" ")
        return self._identities.get(_digest(token)) if scheme.lower() == "bearer" else None


def _digest(token: str) -> bytes:
    """What is looked up, so that how long a look-up takes says nothing about the tokens."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
