"""From a record to authorization requests: who asked to do what to which resource, under which conditions.

In: a `Record`, and perhaps `Facts` that are known besides. Out: `Mapped`, `Excluded` or `Unmapped`.
Invariant: every record gives exactly one of the three, whatever it holds, and none raises. What the record does not tell is a hole in a
pattern, a condition key that is not known, or a named missing fact; it is never filled with a guess.
Not here: what policies say to the requests, and whether the record was seen before (`duplicates`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ostiary.cloudtrail.action import MappedAction, Purpose
from ostiary.cloudtrail.action_rules import actions_of
from ostiary.cloudtrail.context import EventContext
from ostiary.cloudtrail.dependents import PASSED_TO, dependents_of
from ostiary.cloudtrail.exclusions import Exclusion, exclusion_of
from ostiary.cloudtrail.guesses import NO_FACTS, Call, Certainty, Facts, Origin, ResourceGuess
from ostiary.cloudtrail.outcome import Denial, Outcome, denial_of, outcome_of
from ostiary.cloudtrail.parameters import NO_PARAMETERS, Parameters
from ostiary.cloudtrail.principal import Caller, CallerKind, Forwarded, caller_of, forwarded, partition_of
from ostiary.cloudtrail.record import Record, text_of
from ostiary.cloudtrail.reference import Reference
from ostiary.cloudtrail.resource import resources_of
from ostiary.cloudtrail.states import Asked
from ostiary.cloudtrail.supplied import owner_of
from ostiary.cloudtrail.tags import sent_tags
from ostiary.cloudtrail.templates import Place
from ostiary_grammar.terms import fold


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What a mapped event is, apart from its requests. `supersedes`: the id of the event that this one corrects."""

    event_id: str | None
    time: str | None
    region: str | None
    account: str | None
    source: str
    name: str
    error_code: str | None
    outcome: Outcome
    denial: Denial | None
    caller: Caller
    forwarded: Forwarded
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class EventRequest:
    """One authorization request of an event.

    `principal`, `role`, `federated_by` and `unique_id` are the caller as the engine takes it. `resource` is the resource that was
    checked if `resource_known`; if not, it is the likeliest one or None, and `resource_pattern` covers all that it may be, with `*` and `?`
    for what is not known and `${*}` for a character `*`. `resource_alternative` is another resource that AWS may have checked instead.
    `missing` names the facts that the record lacks.
    """

    principal: str
    role: str | None
    federated_by: str | None
    unique_id: str | None
    action: str
    resource: str | None
    resource_known: bool
    resource_pattern: str | None
    resource_alternative: str | None
    resource_origin: Origin
    resource_account: str | None
    context: EventContext
    purpose: Purpose
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """An event with its requests, the one that it is about first."""

    requests: tuple[EventRequest, ...]
    event: EventFacts


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that is no authorization request, or has no caller to decide for; `action` is what it would have needed, if known."""

    reason: Exclusion
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A call of which it is not known which IAM action it needs."""

    source: str
    name: str


def map_record(record: Record, facts: Facts = NO_FACTS) -> Mapped | Excluded | Unmapped:
    """The requests of a record, or why there are none."""
    reason = exclusion_of(record)
    if reason:
        return Excluded(reason, _action_if_known(record) if reason in _CALLS else None)
    source, name = record.source, record.name
    if not source or not name:
        return Excluded(Exclusion.NOT_AN_EVENT)
    actions = actions_of(record)
    if not actions:
        return Unmapped(source, name)
    caller = caller_of(record)
    if isinstance(caller, Exclusion):
        return Excluded(caller, actions[0].info.action)
    outcome = outcome_of(record)
    event = EventFacts(
        event_id=record.event_id,
        time=record.time,
        region=record.region,
        account=record.account,
        source=source,
        name=name,
        error_code=record.error_code,
        outcome=outcome,
        denial=denial_of(record) if outcome is Outcome.DENIED else None,
        caller=caller,
        forwarded=forwarded(record, caller),
        supersedes=text_of(record.addendum, "originalEventID"),
    )
    return Mapped(tuple(_Mapping(record, event, facts).requests(actions)), event)


_CALLS = frozenset({Exclusion.NO_PERMISSION, Exclusion.UNSIGNED, Exclusion.INTERNAL})
"""Exclusions of records that are calls of an API nevertheless."""


def _action_if_known(record: Record) -> str | None:
    actions = actions_of(record)
    return actions[0].info.action if actions else None


class _Mapping:
    """The mapping of one record: what its requests share."""

    __slots__ = ("_event", "_facts", "_lost", "_parameters", "_place", "_record")

    def __init__(self, record: Record, event: EventFacts, facts: Facts) -> None:
        self._record = record
        self._event = event
        self._facts = facts
        owner = next((resource.account for resource in record.resources if resource.account), None)
        self._place = Place(partition_of(record.region), record.region or None, owner or record.account)
        self._parameters = Parameters(record.parameters) if record.parameters else NO_PARAMETERS
        # most services log no parameters for calls that they turned away
        self._lost = record.parameters is None and event.outcome in {Outcome.DENIED, Outcome.UNCLEAR}

    def requests(self, actions: tuple[MappedAction, ...]) -> Iterator[EventRequest]:
        primary = actions[0]
        first = resources_of(self._call(primary))
        yield from self._of_action(primary, first)
        further = (*actions[1:], *dependents_of(primary.info, self._event.name, self._parameters))
        for action in (*further, *self._denied_besides((primary, *further))):
            found = self._followed(action, first) if action.follows else ()
            yield from self._of_action(action, found or resources_of(self._call(action)))

    def _denied_besides(self, actions: tuple[MappedAction, ...]) -> Iterator[MappedAction]:
        """The action that a denial names, if it is none that the call is known to need."""
        denial = self._event.denial
        if denial is None or not denial.action or not denial.resource:
            return
        named = fold(denial.action)
        if all(fold(action.info.action) != named for action in actions):
            info = Reference.packaged().action(*named.split(":", 1))
            if info:
                yield MappedAction(info, Purpose.REQUIRED, {})

    def _call(self, action: MappedAction) -> Call:
        own = action.about is not None
        return Call(
            record=self._record,
            caller=self._event.caller,
            info=action.info,
            place=self._place,
            parameters=Parameters(action.about) if action.about is not None else self._parameters,
            denial=self._event.denial,
            facts=self._facts,
            own=own,
            lost=self._lost,
        )

    def _followed(
        self, action: MappedAction, first: tuple[tuple[ResourceGuess, bool], ...]
    ) -> tuple[tuple[ResourceGuess, bool], ...]:
        """For tags that come with a creation: what is created, of the types that the tagging action has."""
        types = {use.type.name for use in action.info.uses}
        fitting = [pair for pair in first if pair[0].type in types or not types]
        if action.info.prefix == "ec2":
            parameters = self._parameters.tree
            return tuple(pair for pair in fitting if sent_tags(parameters, pair[0].type))
        return tuple(fitting[:1])

    def _of_action(
        self, action: MappedAction, resources: tuple[tuple[ResourceGuess, bool], ...]
    ) -> Iterator[EventRequest]:
        caller = self._event.caller
        passed_to = text_of(action.about, PASSED_TO) if action.about is not None else None
        for guess, sure in resources:
            owner = self._owner(guess)
            known = guess.certainty is Certainty.CERTAIN
            asked = Asked(
                record=self._record,
                caller=caller,
                forwarded=self._event.forwarded,
                info=action.info,
                guess=guess,
                owner=owner,
                parameters=action.about if action.about is not None else self._record.parameters,
                lost=self._lost,
                passed_to=passed_to,
                tags_of=guess.type if action.info.prefix == "ec2" else None,
                facts=self._facts,
            )
            yield EventRequest(
                principal=caller.principal,
                role=caller.role,
                federated_by=caller.federated_by,
                unique_id=caller.unique_id,
                action=action.info.action,
                resource=guess.resource,
                resource_known=known,
                resource_pattern=guess.pattern,
                resource_alternative=guess.alternative,
                resource_origin=guess.origin,
                resource_account=owner,
                context=EventContext(asked),
                purpose=action.purpose if sure else Purpose.CONDITIONAL,
                missing=caller.missing if known else (*caller.missing, f"resource of {action.info.action}"),
            )

    def _owner(self, guess: ResourceGuess) -> str | None:
        """The account that owns the resource, or None if the record does not tell."""
        if guess.account:
            return guess.account
        fields = (guess.resource or guess.pattern or "").split(":", 5)
        if len(fields) == 6 and fields[4].isdigit():
            return fields[4]
        supplied = owner_of(guess, self._facts)
        if supplied:
            return supplied
        logged = next((resource.account for resource in self._record.resources if resource.account), None)
        if logged:
            return logged
        recipient = self._record.recipient_account
        caller = self._event.caller
        if caller.kind in {CallerKind.SERVICE, CallerKind.ANONYMOUS}:
            return recipient
        # one copy alone means that caller and resource are of one account
        if self._record.shared_event_id is None and caller.account and recipient in {None, caller.account}:
            return caller.account
        return None
