"""The condition context of a request, as far as its record tells (cloudtrail-mapping.md 6).

In: an `Asked`. Out: `EventContext`, a mapping from condition key to its value, to None for absent, or to `NOT_KNOWN`.
Invariant: a key that the mapping does not have is not known. Nothing is worked out before it is asked for.
Not here: the rules of the keys (`context_global`, `context_services`).

`eventContext` of a record, where AWS states the keys that it evaluated, overrides what would be inferred.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ostiary.cloudtrail.context_global import GLOBAL, KeyRule
from ostiary.cloudtrail.context_services import SERVICE, family_rule, of_another_service
from ostiary.cloudtrail.record import Json, Record, tree_of
from ostiary.cloudtrail.states import NOT_KNOWN, Asked, State, as_state
from ostiary.cloudtrail.supplied import supplied
from ostiary.cloudtrail.tags import sent_tags
from ostiary_grammar.terms import fold

# keys that a decision would derive from the principal or the resource if it were not told that they are not known
_DERIVED_ELSEWHERE = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principaltype",
        "aws:resourceaccount",
        "aws:userid",
        "aws:username",
    }
)


class EventContext(Mapping[str, State]):
    """The condition keys of one request. Lookups ignore the case of keys."""

    __slots__ = ("_asked", "_stated")

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._stated = _stated(asked)

    def of_record(self, record: Record) -> "EventContext":
        """The context of the same request of another record, which differs in nothing but what condition keys read."""
        return EventContext(replace(self._asked, record=record))

    def state(self, key: str) -> State:
        """The state of any condition key."""
        folded = fold(key)
        if self._stated and folded in self._stated:
            return self._stated[folded]
        state = self._of_record(folded)
        return supplied(folded, self._asked) if state is NOT_KNOWN and self._asked.facts.supply else state

    def _of_record(self, folded: str) -> State:
        rule = _rule(folded, self._asked)
        if rule is not None:
            return rule(self._asked)
        return None if of_another_service(folded, self._asked) else NOT_KNOWN

    def of_keys(self, keys: Iterable[str]) -> dict[str, State]:
        """The states of the keys that are known, and of those that must not be derived; for the keys that policies ask for."""
        found: dict[str, State] = {}
        for key in keys:
            state = self.state(key)
            if state is not NOT_KNOWN or fold(key) in _DERIVED_ELSEWHERE:
                found[key] = state
        return found

    def __getitem__(self, key: str) -> State:
        state = self.state(key)
        if state is NOT_KNOWN and fold(key) not in _DERIVED_ELSEWHERE:
            raise KeyError(key)
        return state

    def __iter__(self) -> Iterator[str]:
        return iter(self.of_keys(self._names()))

    def __len__(self) -> int:
        return len(self.of_keys(self._names()))

    def __repr__(self) -> str:
        return f"EventContext({dict(self)!r})"

    def _names(self) -> Iterator[str]:
        """The keys for which there is something to say about this request."""
        prefix = f"{self._asked.info.prefix}:"
        names = dict.fromkeys(GLOBAL)
        names |= dict.fromkeys(key for key in SERVICE if key.startswith((prefix, "aws:")))
        if self._asked.info.access.mutating and self._asked.passed_to is None:
            tags = sent_tags(self._asked.parameters or {}, self._asked.tags_of)
            names |= dict.fromkeys(f"aws:RequestTag/{key}" for key in tags.keys)
        if prefix == "kms:":
            context = tree_of(self._asked.parameters or {}, "encryptionContext")
            names |= dict.fromkeys(f"kms:EncryptionContext:{key}" for key in context)
        names |= dict.fromkeys(self._stated)
        yield from names


def _rule(key: str, asked: Asked) -> KeyRule | None:
    if key in GLOBAL:
        return GLOBAL[key]
    rule = SERVICE.get(key)
    if rule is None:
        rule = family_rule(key)
    if rule is None or of_another_service(key, asked):
        return None
    return rule


def _stated(asked: Asked) -> dict[str, State]:
    """What `eventContext` says: the keys that AWS evaluated, and tags of the principal and of the resource."""
    tree: Json = asked.record.event_context
    if not tree:
        return {}
    stated = {fold(key): as_state(value) for key, value in tree_of(tree, "requestContext").items()}
    tags = tree_of(tree, "tagContext")
    for name, value in tree_of(tags, "principalTags").items():
        stated[f"aws:principaltag/{fold(name)}"] = as_state(value)
    of_resources = tags.get("resourceTags")
    for entry in of_resources if isinstance(of_resources, list) else ():
        if isinstance(entry, dict) and entry.get("arn") in {asked.guess.resource, None}:
            for name, value in tree_of(entry, "tags").items():
                stated[f"aws:resourcetag/{fold(name)}"] = as_state(value)
    return stated
