"""Condition keys that no record holds, from facts that were supplied besides the log.

In: a folded key that the record does not tell, and the request. Out: its state.
Invariant: what the facts do not say stays not known; tags are supplied as a whole, so a tag that is not among them is absent.
Not here: reading facts from a file (`ostiary.replay.facts_file`).
"""

import functools
import re
from collections.abc import Mapping

from ostiary.cloudtrail.guesses import AccountFacts, Certainty, Facts, ResourceFacts, ResourceGuess
from ostiary.cloudtrail.principal import CallerKind
from ostiary.cloudtrail.record import text_of
from ostiary.cloudtrail.states import NOT_KNOWN, Asked, State
from ostiary_grammar.terms import fold

_PRINCIPAL_TAG = "aws:principaltag/"
_OBJECT_TAG = "s3:existingobjecttag/"


def supplied(key: str, asked: Asked) -> State:
    """The state of a folded condition key, as far as the facts say."""
    facts = asked.facts
    if key in facts.keys:
        value = facts.keys[key]
        return list(value) if isinstance(value, tuple) else value
    if key.startswith(_PRINCIPAL_TAG):
        return _principal_tag(key.removeprefix(_PRINCIPAL_TAG), asked)
    service, slash, name = key.partition("/")
    if slash and (service.endswith(":resourcetag") or key.startswith(_OBJECT_TAG)):
        return _tag(name, resource_facts(asked.guess, facts).tags)
    match key:
        case "aws:principalorgid":
            return _organization(_account(asked.caller.account, facts))
        case "aws:principalorgpaths":
            return _path(_account(asked.caller.account, facts))
        case "aws:resourceorgid":
            return _organization(_account(asked.owner, facts))
        case "aws:resourceorgpaths":
            return _path(_account(asked.owner, facts))
        case "aws:sourceorgid":
            return _organization(_account(_source_account(asked), facts))
        case "aws:sourceorgpaths":
            return _path(_account(_source_account(asked), facts))
        case "aws:sourcevpc" | "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths":
            return _endpoint(key, asked)
        case _:
            return NOT_KNOWN


def resource_facts(guess: ResourceGuess, facts: Facts) -> ResourceFacts:
    """What the facts say of a resource; of one that is not known, what they say of all that it may be."""
    known = guess.certainty is Certainty.CERTAIN
    resource = guess.resource if known else guess.pattern
    if resource is None:
        return ResourceFacts()
    account: str | None = None
    tags: Mapping[str, str] | None = None
    for pattern, each in facts.resources.items():
        # a hole is written `*`, which only a `*` of the pattern covers
        if _matcher(pattern).fullmatch(resource):
            account = each.account or account
            tags = each.tags if each.tags is not None else tags
    return ResourceFacts(account, tags)


def owner_of(guess: ResourceGuess, facts: Facts) -> str | None:
    """The account that owns a resource, as far as the facts say."""
    return resource_facts(guess, facts).account if facts.resources else None


@functools.lru_cache(maxsize=10_000)
def _matcher(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _account(account: str | None, facts: Facts) -> AccountFacts | None:
    return facts.accounts.get(account) if account else None


def _organization(account: AccountFacts | None) -> State:
    if account is None:
        return NOT_KNOWN
    return None if account.standalone else account.organization or NOT_KNOWN


def _path(account: AccountFacts | None) -> State:
    if account is None:
        return NOT_KNOWN
    if account.standalone:
        return None
    return [account.path] if account.path else NOT_KNOWN


def _principal_tag(name: str, asked: Asked) -> State:
    if asked.caller.kind in {CallerKind.SERVICE, CallerKind.ANONYMOUS}:
        return None
    # a session may bring tags of its own, of which the record says nothing
    return _tag(name, asked.facts.principals.get(asked.caller.principal_arn or ""))


def _tag(name: str, tags: Mapping[str, str] | None) -> State:
    if tags is None:
        return NOT_KNOWN
    return next((value for key, value in tags.items() if fold(key) == name), None)


def _endpoint(key: str, asked: Asked) -> State:
    found = asked.facts.endpoints.get(asked.endpoint or "")
    if found is None:
        return NOT_KNOWN
    match key:
        case "aws:sourcevpc":
            return found.vpc or NOT_KNOWN
        case "aws:vpceaccount":
            return found.account or NOT_KNOWN
        case "aws:vpceorgid":
            return _organization(_account(found.account, asked.facts))
        case _:
            return _path(_account(found.account, asked.facts))


def _source_account(asked: Asked) -> str | None:
    return text_of(asked.record.identity.in_scope_of, "sourceAccount")
