"""Calibration: what policies say to the calls of a log beside what AWS itself said to them.

In: cases with the verdict of the policies that are taken to be in force. Out: `Calibration`.
Invariant: only granted beside denied and denied beside granted are contradictions, each with its likely cause; a call that failed
for a reason that says nothing about policies is not compared. Policies that only restrict never say that a call is granted: where they let
through what AWS denied, the answer is open.
Not here: deciding (`decide`), and what would change (`compare`).

The causes are tried in order, the first that fits is named:

    layer-not-given             the message names a type of policy that was not given
    caller-has-no-policies      no policy that was given is attached to the caller
    key-assumed                 the statement that decides asks for a condition key that the facts assume
    not-an-authorization-error  the error code is one that services also give for reasons of their own
    error-may-come-first        the call failed with an error that may come before authorization
    permission-perhaps-not-asked    what we miss is not the call's own action, but one that goes with it
    resource-policy-not-given   a resource policy may have granted or denied it, and none was given
    s3-beside-policies          S3 also denies by ACLs and Block Public Access
    session-policy-not-known    the caller is a session, whose session policy the log does not hold
    log-says-both               instead of the four before: AWS granted the same to the same caller at another time in this log
    policy-not-in-force         the policies given are not those that were in force then
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ostiary.cloudtrail.outcome import Layer, Outcome
from ostiary.replay.cases import Called, CaseRequest
from ostiary.replay.compare import log_side, side_of
from ostiary.replay.decide import Verdict
from ostiary.replay.findings import Access, Calibration, CalibrationRow, Contradiction, Sample
from ostiary.replay.ranking import MOST_KEYS, cut
from ostiary.replay.resource_class import class_of
from ostiary.replay.sides import Policies
from ostiary_grammar.terms import PolicyType, fold

MOST_SAMPLES = 3
_GRANTING = frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE})
_NAMES = {
    Layer.IDENTITY: "an identity policy",
    Layer.RESOURCE: "a resource policy",
    Layer.BOUNDARY: "a permissions boundary",
    Layer.SESSION: "a session policy",
    Layer.SCP: "a service control policy",
    Layer.RCP: "a resource control policy",
    Layer.ENDPOINT: "a VPC endpoint policy",
    Layer.TRUST: "the trust policy of a role",
}
# Codes by which services also say that something is not set up, or that a token is missing.
_OWN_CODES = frozenset({"ForbiddenException", "UnauthorizedException", "NotAuthorizedException", "403", "Forbidden"})
# Services whose resources can have policies of their own.
_WITH_POLICIES = frozenset(
    {
        "backup", "codeartifact", "codebuild", "dynamodb", "ecr", "elasticfilesystem", "es", "events", "execute-api", "glacier", "glue",
        "iot", "kinesis", "kms", "lambda", "logs", "mediastore", "s3", "schemas", "secretsmanager", "ses", "sns", "sqs", "sts",
    }
)  # fmt: skip


@dataclass(slots=True)
class _Found:
    events: int = 0
    samples: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class _Counts:
    agrees: int = 0
    open: int = 0
    contradicts: int = 0
    layer_named: int = 0
    layer_agrees: int = 0


# Causes that are guesses from what kind of call it is.
_GUESSED = frozenset(
    {"resource-policy-not-given", "s3-beside-policies", "session-policy-not-known", "policy-not-in-force"}
)
_BOTH = "AWS both granted and denied this in the log: policies changed in the window, or had not spread yet"


def _class(request: CaseRequest) -> str:
    return class_of(request.action, request.resource or request.resource_pattern or "*")


class Calibrating:
    """Compares as cases come. `assumed`: condition keys whose values are assumed for all calls."""

    def __init__(self, policies: Policies, assumed: Iterable[str]) -> None:
        self._asked = frozenset(policies.question.layers)
        self._assumed = frozenset(map(fold, assumed))
        attached = [each for each in policies.policies.attachments if each.type is PolicyType.IDENTITY]
        self._everyone = not attached or any(each.target is None for each in attached)
        groups = {each.target for each in attached}
        self._with_policies = groups | {user for user, group in policies.policies.memberships if group in groups}
        program = policies.engine.program
        self._keys_of: Mapping[int, frozenset[str]] = {
            number: frozenset(program.conditions[each].key for each in statement.conditions)
            for number, statement in enumerate(program.statements)
        }
        self._rows: dict[str, _Counts] = {}
        # by what is found of them, without events
        self._found: dict[Contradiction, _Found] = {}
        self._logged: dict[tuple[str, str, str], set[Access]] = {}

    def add(self, called: Called, verdict: Verdict | None, events: int, sample: Sample) -> None:
        """Events of a case, with the verdict of the policies; None where none of them binds the caller."""
        logged, ours = log_side(called).access, side_of(verdict).access
        if logged is Access.UNKNOWN or verdict is None:
            return
        action = self._action(called)
        if action not in self._rows and len(self._rows) >= MOST_KEYS:
            action = "others"
        row = self._rows.setdefault(action, _Counts())
        if ours is Access.UNKNOWN or (
            ours is Access.GRANTED and logged is Access.DENIED and not _GRANTING & self._asked
        ):
            row.open += events
        elif ours is logged:
            row.agrees += events
        else:
            row.contradicts += events
            self._contradiction(called, verdict, logged, ours, events, sample)
        about = (cut(verdict.who), called.requests[0].action, _class(called.requests[0]))
        if about in self._logged or len(self._logged) < MOST_KEYS:
            self._logged.setdefault(about, set()).add(logged)
        layer = called.denial.layer if called.denial is not None else None
        if logged is Access.DENIED and layer is not None:
            row.layer_named += events
            row.layer_agrees += events * (ours is Access.DENIED and verdict.layer == layer.value)

    def calibration(self) -> Calibration:
        """What was found: actions with the most contradictions first."""
        rows = sorted(self._rows.items(), key=lambda item: (-item[1].contradicts, -item[1].agrees, item[0]))
        found = sorted(
            (
                replace(self._explained(key), events=each.events, samples=tuple(each.samples))
                for key, each in self._found.items()
            ),
            key=lambda each: (-each.events, str(each)),
        )
        return Calibration(
            tuple(
                CalibrationRow(action, each.agrees, each.open, each.contradicts, each.layer_named, each.layer_agrees)
                for action, each in rows
            ),
            tuple(found),
        )

    def _explained(self, key: Contradiction) -> Contradiction:
        """A contradiction whose cause is that the log contradicts itself."""
        both = len(self._logged.get((key.principal, key.action, key.resource), ())) > 1
        return replace(key, cause="log-says-both", why=_BOTH) if both and key.cause in _GUESSED else key

    @staticmethod
    def _action(called: Called) -> str:
        """The action that AWS decided on: the one that the denial names, else the call's own."""
        named = fold(called.denial.action) if called.denial is not None and called.denial.action else None
        return next((each.action for each in called.requests if fold(each.action) == named), called.requests[0].action)

    def _contradiction(
        self, called: Called, verdict: Verdict, logged: Access, ours: Access, events: int, sample: Sample
    ) -> None:
        cause, why = self._cause(called, verdict, logged)
        request = verdict.request
        key = Contradiction(
            action=request.action,
            principal=cut(verdict.who),
            resource=_class(request),
            logged=logged,
            ours=ours,
            error=cut(called.error_code or ""),
            cause=cause,
            why=why,
            statement=verdict.statement,
            layer=verdict.layer,
            events=0,
            samples=(),
        )
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MOST_KEYS:
                return  # its action's row counts it
            found = self._found[key] = _Found()
        found.events += events
        if len(found.samples) < MOST_SAMPLES:
            found.samples.append(sample)

    def _cause(self, called: Called, verdict: Verdict, logged: Access) -> tuple[str, str]:
        layer = called.denial.layer if called.denial is not None else None
        if layer is not None and layer.value not in {type_.value for type_ in self._asked}:
            return "layer-not-given", f"AWS denied it by {_NAMES[layer]}, and none was given"
        if logged is Access.GRANTED and not self._has_policies(verdict):
            return "caller-has-no-policies", "no policy that was given is attached to this caller"
        keys = (
            self._keys_of.get(verdict.statement.number, frozenset()) if verdict.statement is not None else frozenset()
        )
        assumed = sorted(keys & self._assumed)
        if assumed:
            return "key-assumed", f"the statement asks for {assumed[0]}, whose value is assumed for all calls"
        if logged is Access.GRANTED:
            return self._cause_of_denying(called, verdict)
        return self._cause_of_granting(called, verdict)

    def _cause_of_denying(self, called: Called, verdict: Verdict) -> tuple[str, str]:
        """Why we deny what AWS let through."""
        if called.outcome is Outcome.LIKELY_ALLOWED:
            return (
                "error-may-come-first",
                f"the call failed with {called.error_code}, which may come before authorization",
            )
        own = called.requests[0].action
        if fold(verdict.request.action) != fold(own):
            return (
                "permission-perhaps-not-asked",
                f"what is missing is {verdict.request.action}, which goes with {own} and perhaps was not asked for",
            )
        if verdict.statement is None and self._may_have_policy(verdict.request):
            return "resource-policy-not-given", "a policy of the resource may have granted it, and none was given"
        return (
            "policy-not-in-force",
            "the policies given deny what was granted: they are not those that were in force then",
        )

    def _cause_of_granting(self, called: Called, verdict: Verdict) -> tuple[str, str]:
        """Why we grant what AWS denied."""
        if called.error_code in _OWN_CODES:
            return (
                "not-an-authorization-error",
                f"services also answer {called.error_code} for reasons that are no policy",
            )
        named = called.denial is not None and called.denial.layer is not None
        request = called.requests[0]
        if not named and request.action.startswith("s3:"):
            return (
                "s3-beside-policies",
                "S3 also denies by bucket policies, ACLs and Block Public Access, which were not given",
            )
        if not named and self._may_have_policy(request):
            return "resource-policy-not-given", "a policy of the resource may have denied it, and none was given"
        session = verdict.request.role is not None
        if not named and session and PolicyType.SESSION not in self._asked:
            return "session-policy-not-known", "the caller is a session, and its session policy is not known"
        return (
            "policy-not-in-force",
            "the policies given grant what was denied: they are not those that were in force then",
        )

    def _has_policies(self, verdict: Verdict) -> bool:
        return self._everyone or PolicyType.IDENTITY not in self._asked or verdict.who in self._with_policies

    def _may_have_policy(self, request: CaseRequest) -> bool:
        service = request.action.partition(":")[0]
        named = request.resource is not None and not request.resource.endswith("*")
        return PolicyType.RESOURCE not in self._asked and service in _WITH_POLICIES and named
