"""What is known about the resource of a call: the words that the rules of `resource` share.

In: nothing. Out: `ResourceGuess`, `Certainty`, `Origin`, and `Call`, which is one action of one record.
Invariant: a guess that is not certain always has a pattern that covers every resource that it may be.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ostiary.cloudtrail.outcome import Denial
from ostiary.cloudtrail.parameters import Parameters
from ostiary.cloudtrail.principal import Caller
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.reference import ActionInfo, ResourceType
from ostiary.cloudtrail.templates import Place, templates_of


class Certainty(enum.Enum):
    """How far a resource is known."""

    CERTAIN = "certain"
    LIKELY = "likely"
    """This is the resource unless something that the record does not show says otherwise, such as the path of a role."""
    UNKNOWN = "unknown"


class Origin(enum.Enum):
    """Where a resource was taken from, the most trusted first (cloudtrail-mapping.md 5)."""

    MESSAGE = "message"
    RESOURCES = "resources"
    PARAMETER = "parameter"
    TEMPLATE = "template"
    CREATED = "created"
    LISTED = "listed"
    NO_TYPE = "no-type"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ResourceGuess:
    """A resource of an action.

    `resource` is None where nothing is known; where the guess is not certain, `pattern` covers all that it may be, with `*` and
    `?` for holes. `type` is the resource type's name in the reference. `alternative` is another resource that AWS may have checked.
    """

    resource: str | None
    certainty: Certainty
    origin: Origin
    type: str | None = None
    pattern: str | None = None
    alternative: str | None = None
    account: str | None = None


FactValue = str | tuple[str, ...] | None
"""What a condition key is known to be: a value, several, or None for absent."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Where an account stands. `organization`: its id, None if not known; `path` as `o-id/r-id/ou-id/`; `standalone`: in none."""

    organization: str | None = None
    path: str | None = None
    standalone: bool = False


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What is known of resources. `tags`: all of them, by their keys; None if not known."""

    account: str | None = None
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """The VPC that an endpoint is in, and whose it is."""

    vpc: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the caller of the mapping knows besides the records. What a record says itself holds against it.

    `iam_arns`: full ARNs of roles, users, groups, policies and instance profiles, whose paths records mostly lack, by
    `(account, "role", name)`. `principals`: all tags of a role or user by its ARN. `resources`: by patterns of ARNs in which `*` stands
    for anything; of several that fit, the later holds. `keys`: folded condition keys of every call whose record does not tell them.
    """

    iam_arns: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    accounts: Mapping[str, AccountFacts] = field(default_factory=dict)
    principals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    resources: Mapping[str, ResourceFacts] = field(default_factory=dict)
    endpoints: Mapping[str, EndpointFacts] = field(default_factory=dict)
    keys: Mapping[str, FactValue] = field(default_factory=dict)

    @classmethod
    def of_arns(cls, arns: Iterable[str]) -> "Facts":
        """Facts from the ARNs of IAM entities; other ARNs are passed over."""
        return cls(iam_names(arns))

    @property
    def supply(self) -> bool:
        """Whether condition keys can follow from them."""
        return bool(self.accounts or self.principals or self.resources or self.endpoints or self.keys)


def iam_names(arns: Iterable[str]) -> dict[tuple[str, str, str], str]:
    """The ARNs of IAM entities by account, kind and name; other ARNs are passed over."""
    known: dict[tuple[str, str, str], str] = {}
    for arn in arns:
        fields = arn.split(":", 5)
        if len(fields) == 6 and fields[2] == "iam" and "/" in fields[5]:
            kind, _, path = fields[5].partition("/")
            known[fields[4], kind, path.rpartition("/")[2]] = arn
    return known


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Call:
    """One action of a record, and where to look for its resource.

    `own`: the parameters are a part of the record's that is about this action alone. `lost`: the record has no parameters
    though the call may have had some.
    """

    record: Record
    caller: Caller
    info: ActionInfo
    place: Place
    parameters: Parameters
    denial: Denial | None
    facts: Facts
    own: bool
    lost: bool

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.record.name or ""


def certain(resource: str, origin: Origin, kind: str | None = None, account: str | None = None) -> ResourceGuess:
    """A resource that is what was checked."""
    return ResourceGuess(resource, Certainty.CERTAIN, origin, kind, account=account)


def likely(resource: str, pattern: str, origin: Origin, kind: str | None = None) -> ResourceGuess:
    """A resource that is what was checked unless `pattern` holds otherwise."""
    return ResourceGuess(resource, Certainty.LIKELY, origin, kind, pattern)


def unknown(pattern: str, kind: str | None = None, origin: Origin = Origin.NOTHING) -> ResourceGuess:
    """A resource of which no more is known than the pattern says."""
    return ResourceGuess(None, Certainty.UNKNOWN, origin, kind, pattern)


def filled(
    kind: ResourceType, place: Place, values: Mapping[str, str], origin: Origin = Origin.TEMPLATE
) -> ResourceGuess:
    """The type's ARN with the values in it: certain if nothing is missing."""
    arn, known = templates_of(kind)[0].fill(place, values)
    return certain(arn, origin, kind.name) if known else unknown(arn, kind.name, origin)


def arn_of(call: Call, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
    """An ARN at the place of the call."""
    place = call.place
    return ":".join(
        (
            "arn",
            place.partition,
            service,
            (place.region or "*") if region else "",
            (place.account or "*") if account else "",
            resource,
        )
    )


def with_account(arn: str, account: str) -> str:
    """The ARN with another account in it."""
    fields = arn.split(":", 5)
    fields[4] = account
    return ":".join(fields)


Rule = Callable[[Call, ResourceType], list[ResourceGuess] | None]
"""What one resource type's rule makes of a call: its guesses, an empty list for none, or None to leave it to the general rules."""
