"""A failing pair made small: `smallest(policies, request, fails)` drops whatever the failure does not need.

`fails(policies, request)` says whether the difference is still there. Policies, statements, list entries, condition keys, context keys,
memberships and accounts are tried one by one until nothing more can go. Documents stay well-formed: the last statement, the last
entry of a list and the elements that a statement must have are kept.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.oracle.model import PolicySet, Request

Fails = Callable[[PolicySet, Request], bool]


def smallest(policies: PolicySet, request: Request, fails: Fails) -> tuple[PolicySet, Request]:
    assert fails(policies, request)
    while True:
        for smaller in smaller_ones(policies, request):
            if fails(*smaller):
                policies, request = smaller
                break
        else:
            return policies, request


def smaller_ones(policies: PolicySet, request: Request) -> Iterator[tuple[PolicySet, Request]]:
    attachments = policies.attachments
    for i, attachment in enumerate(attachments):
        yield replace(policies, attachments=attachments[:i] + attachments[i + 1 :]), request
        for document in smaller_documents(attachment.document):
            changed = (*attachments[:i], replace(attachment, document=document), *attachments[i + 1 :])
            yield replace(policies, attachments=changed), request
        if attachment.to is not None and attachment.type not in ("scp", "rcp"):
            changed = (*attachments[:i], replace(attachment, to=None), *attachments[i + 1 :])
            yield replace(policies, attachments=changed), request
    for i in range(len(policies.memberships)):
        yield replace(policies, memberships=policies.memberships[:i] + policies.memberships[i + 1 :]), request
    for account in policies.accounts:
        yield replace(policies, accounts={a: p for a, p in policies.accounts.items() if a != account}), request
    if policies.layers is not None:
        yield replace(policies, layers=None), request
    for key in request.context:
        yield policies, replace(request, context={k: v for k, v in request.context.items() if k != key})
    if request.missing != "absent":
        yield policies, replace(request, missing="absent")
    for name in ("unique_id", "resource_account", "federated_by"):
        if getattr(request, name) is not None:
            yield policies, replace(request, **{name: None})


def smaller_documents(document: Any) -> Iterator[dict[str, Any]]:
    for path in list(removable(document, ())):
        smaller = copy.deepcopy(dict(document))
        place: Any = smaller
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        yield smaller


def removable(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Paths to what may be taken out of a document."""
    if isinstance(value, list):
        if len(value) > 1:
            yield from ((*path, i) for i in range(len(value)))
        for i, member in enumerate(value):
            yield from removable(member, (*path, i))
    elif isinstance(value, dict):
        inside = path[-1] if path else None
        for key, member in value.items():
            optional = key in ("Condition", "Sid", "Id") or "Condition" in path
            if optional or (inside == "Principal" and len(value) > 1):
                yield (*path, key)
            yield from removable(member, (*path, key))
