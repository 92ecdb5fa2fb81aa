"""Stretches: for one row and one ARN header, the resource parts cut into intervals on which the same patterns are in play.

In: a row, and a resource's header (`arn:partition:service:region:account:`). Out: a `HeaderView`: sorted bounds over
resource parts, and for each interval the entries in play and the status of their patterns.
Invariant: as the index, a stretch may keep an entry that does not match; it never leaves one out that does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ostiary_grammar.pattern import STAR, Glob, Literal, ResourceForm, Wild
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.context import Reader
from ostiary_runtime.decision import Decision, Doubt, Undecided
from ostiary_runtime.elements import header_matches
from ostiary_runtime.entries import Entry, Row, Rows, root_of_trust
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.globs import has_variables, is_exact, is_prefix, literal_prefix, matcher
from ostiary_runtime.intervals import EMPTY, IntervalIndex, build
from ostiary_runtime.kept import LONGEST
from ostiary_runtime.plan import Group, Plan
from ostiary_runtime.program import Program, ResourceTest, Statement
from ostiary_runtime.request import Resource, header_alone
from ostiary_runtime.templates import covers, overlaps


class HeaderIndex:
    """Which header patterns match a concrete header, found through the service they name. Capped."""

    CAP = 8192

    def __init__(self, program: Program) -> None:
        self._headers = program.headers
        self._by_service: dict[str, list[int]] = {}
        self._any_service: list[int] = []
        self._live: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
        self.of_pattern: dict[int, int] = {}
        """From a resource pattern to its header pattern."""
        crossing = _crossing_headers(program)
        self._crossing = crossing
        for number, header in enumerate(program.headers):
            service = header.fields[1]
            if is_exact(service):
                text = service[0].text if service and isinstance(service[0], Literal) else ""
                self._by_service.setdefault(text, []).append(number)
            else:
                self._any_service.append(number)
            self.of_pattern.update((pattern, number) for pattern, _ in header.filed)

    def fields(self, number: int) -> tuple[Glob, ...]:
        """The fields of a header pattern."""
        return self._headers[number].fields

    def patterns(self, number: int) -> Iterator[int]:
        """The resource patterns under a header pattern."""
        return (pattern for pattern, _ in self._headers[number].filed)

    def live(self, resource: Resource) -> tuple[frozenset[int], frozenset[int]]:
        """Header patterns that match the resource's header field by field, and those that might by crossing colons."""
        found = self._live.get(resource.header)
        if found is None:
            strict: list[int] = []
            crossing: list[int] = []
            for number in (*self._by_service.get(resource.fields[2], ()), *self._any_service):
                fields = self._headers[number].fields
                if header_matches(fields, resource.fields):
                    strict.append(number)
                if any(_matches_up_to(fields, resource.fields, last) for last in self._crossing.get(number, ())):
                    crossing.append(number)
            for number, lasts in self._crossing.items():
                # A partition that ends in a star may run over the service as well.
                if (
                    0 in lasts
                    and number not in crossing
                    and _matches_up_to(self._headers[number].fields, resource.fields, 0)
                ):
                    crossing.append(number)
            found = (frozenset(strict), frozenset(crossing))
            if len(resource.header) <= LONGEST:
                if len(self._live) >= self.CAP:
                    self._live.clear()
                self._live[resource.header] = found
        return found


def _crossing_headers(program: Program) -> dict[int, frozenset[int]]:
    """For each header pattern, the fields from which some of its patterns may cross colons.

    Short patterns are padded, and only their written fields count; so this is asked of the patterns, not of the header.
    """
    found: dict[int, set[int]] = {}
    for number, header in enumerate(program.headers):
        if not any(glob and glob[-1] is Wild.STAR for glob in header.fields):
            continue
        for pattern, _ in header.filed:
            lasts = program.resources[pattern].crossing
            if lasts:
                found.setdefault(number, set()).update(lasts)
    return {number: frozenset(lasts) for number, lasts in found.items()}


def _matches_up_to(pattern: Sequence[Glob], fields: Sequence[str], last: int) -> bool:
    """Whether the fields up to and with `last` match each for itself: only then can its star run on from there."""
    return all(matcher(pattern[index])(fields[index + 1]) for index in range(last + 1))


# An account that no caller and no organization has: it stands for all others where a hole hides the account.
_NO_ACCOUNT = "000000000000"
# Filed in a header's index beside the patterns, for the resource parts whose own policy has to grant.
TRUSTED = -1


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is in play on one interval of resource parts, and the plan there.

    `aside`: entries that match nothing but what their ARN patterns match, with those that might by crossing colons.
    """

    entries: tuple[Entry, ...]
    status: dict[int, bool]
    plan: Plan
    perhaps: frozenset[Group]
    aside: Mapping[Entry, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeaderView:
    """A row seen through one header.

    `resource` is the header alone, or `*`. `index` cuts the resource parts, also where a root of trust begins; `crossing` are the row's patterns that might match
    by crossing colons.
    """

    resource: Resource
    owner: str
    index: IntervalIndex
    crossing: frozenset[int]
    rowview: "RowView"
    texts: list[str] | None = None
    """The bounds of a table that holds this header alone, as whole ARNs, where rows share them."""
    inner: frozenset[int] = frozenset()
    """The nodes of the index that may own several stretches, where rows share them."""

    def stretch(self, node: int) -> Stretch:
        """The entries in play on the interval that a trie node owns."""
        return self.rowview.stretch(self, self.index.chain(node))


class RowView:
    """A row with its entries filed by the resource patterns that bring them into play."""

    def __init__(self, row: Row, rows: Rows, headers: HeaderIndex) -> None:
        self.row = row
        self._rows = rows
        self._headers = headers
        self._resources = rows.program.resources
        self._order = {entry: place for place, entry in enumerate(row.entries)}
        self._always: list[Entry] = []
        self._filed: dict[int, list[Entry]] = {}
        self._by_header: dict[int, list[int]] = {}
        for entry in row.entries:
            patterns = index_patterns(entry.statement, self._resources)
            if patterns is None:
                self._always.append(entry)
            for pattern in patterns or ():
                self._filed.setdefault(pattern, []).append(entry)
            for pattern in _arn_patterns(entry, self._resources):
                self._by_header.setdefault(headers.of_pattern[pattern], []).append(pattern)
        self._excluding = {
            number
            for entry in row.entries
            if entry.statement.not_resource
            for number in entry.statement.resources or ()
        }
        for header, filed in self._by_header.items():
            self._by_header[header] = list(dict.fromkeys(filed))

    def exact_headers(self) -> Iterator[str]:
        """The ARN headers without wildcards under which the row has patterns."""
        for number in self._by_header:
            fields = self._headers.fields(number)
            if all(map(is_exact, fields)):
                yield "".join(f"{each}:" for each in ("arn", *map(literal_prefix, fields)))

    @property
    def alike(self) -> bool:
        """Whether all ARNs are alike to the row: the same entries are in play, under the same plan."""
        return not self._by_header and not self._rows.heeds_owner(self.row)

    def owner(self, resource: Resource) -> str:
        """The account that a resource belongs to: the given one, its ARN's, or the caller's (10.50)."""
        scope = self.row.scope
        account = resource.account
        return account if not scope.owner_given and len(account) == 12 and account.isdecimal() else scope.owner

    def decide_plainly(self, resource: Resource, reader: Reader, evaluator: Evaluator) -> Decision:
        """The decision with every entry asked: for a resource that is known in part, which no interval holds."""
        decisions = [
            self._decide_as(resource, reader, evaluator, owner, must_grant=must_grant, foreign=foreign)
            for owner in self._owners(resource)
            for must_grant in self._trusted(resource)
            for foreign in self._foreign(resource)
        ]
        denied = next((decision for decision in decisions if not decision.allowed), decisions[0])
        doubts = dict.fromkeys(doubt for decision in decisions for doubt in decision.undecided)
        if any(decision.effect is not denied.effect for decision in decisions):
            doubts = {Undecided("resource", Doubt.RESOURCE_NOT_KNOWN, None): None, **doubts}
        return replace(denied, undecided=tuple(doubts)) if doubts else denied

    def _decide_as(
        self,
        resource: Resource,
        reader: Reader,
        evaluator: Evaluator,
        owner: str,
        *,
        must_grant: bool,
        foreign: bool | None,
    ) -> Decision:
        plan, perhaps = self._rows.plan(self.row, resource, owner, must_grant=must_grant, foreign=foreign)
        entries = self.binding(self.row.entries, owner)
        hidden = resource.holes is not None and not self.row.scope.owner_given and not is_exact(resource.holes[3])
        return evaluator.decide(entries, plan, perhaps, resource, reader.owned_by(None if hidden else owner))

    def _foreign(self, resource: Resource) -> tuple[bool | None, ...]:
        """Whether the resource lies in another partition than the caller; both where a hole hides it, None: see its ARN."""
        return (None,) if resource.holes is None or is_exact(resource.holes[0]) else (True, False)

    def _owners(self, resource: Resource) -> tuple[str, ...]:
        """The accounts that the resource may belong to, one of each kind that a hole in its account can hide."""
        if resource.holes is None or self.row.scope.owner_given or is_exact(resource.holes[3]):
            return (self.owner(resource),)
        accounts = {account.id for account in self._rows.program.accounts}
        accounts.update(target for target in self._rows.attachments.targets(PolicyType.RCP) if target is not None)
        known = sorted({self.row.scope.account, *accounts} - {""})
        named = (account for account in known if overlaps(resource.holes[3], (Literal(account),)))
        return (*named, _NO_ACCOUNT)

    def _trusted(self, resource: Resource) -> tuple[bool, ...]:
        """Whether the resource's own policy has to grant; both where a hole hides it."""
        if not resource.fields:
            return (False,)
        found: set[bool] = set()
        if resource.holes is None:
            prefix = root_of_trust(self.row.action, resource.fields[2])
            return (prefix is not None and resource.fields[5].startswith(prefix),)
        service, tail = resource.holes[1], resource.holes[4]
        if not is_exact(service):
            found.add(False)
        for each in ("kms", "iam") if not is_exact(service) else (resource.fields[2],):
            prefix = root_of_trust(self.row.action, each)
            glob = (Literal(prefix), Wild.STAR) if prefix is not None else None
            if glob is None or not overlaps((Literal(each),), service) or not overlaps(glob, tail):
                found.add(False)
            else:
                found.update((True,) if covers(glob, tail) else (True, False))
        return tuple(sorted(found, reverse=True))

    def plan(self, resource: Resource, *, must_grant: bool) -> tuple[Plan, frozenset[Group]]:
        return self._rows.plan(self.row, resource, self.owner(resource), must_grant=must_grant)

    def binding(self, entries: Iterable[Entry], owner: str) -> tuple[Entry, ...]:
        """The entries that bind resources of this owner."""
        if self._rows.binds_all(self.row):
            return tuple(entries)
        return tuple(entry for entry in entries if self._rows.binds(entry, self.row, owner))

    def view(self, resource: Resource) -> HeaderView:
        """The row through the header of a resource; for `*`, which has none, no ARN pattern is in play."""
        index, crossing = EMPTY, frozenset[int]()
        if resource.fields:
            strict, crossing_headers = self._headers.live(resource)
            live = [pattern for number in strict for pattern in self._by_header.get(number, ())]
            tails = [(pattern, self._filing(pattern)) for pattern in live]
            prefix = root_of_trust(self.row.action, resource.fields[2])
            if prefix is not None:
                tails.append((TRUSTED, (Literal(prefix), Wild.STAR)))
            index = build(tails)
            crossing = frozenset(
                pattern
                for number in crossing_headers
                for pattern in self._by_header.get(number, ())
                if self._resources[pattern].crossing
            )
        return HeaderView(header_alone(resource), self.owner(resource), index, crossing, self)

    def _filing(self, pattern: int) -> Glob:
        """Where a pattern is filed under its header: by its literal prefix.

        But under NotResource a variable without a value is Unknown on everything that the header covers (10.4).
        """
        tail = self._resources[pattern].fields[4]
        return STAR if pattern in self._excluding and has_variables(tail) else tail

    def stretch(self, view: HeaderView, chain: Iterable[int]) -> Stretch:
        chain = tuple(chain)
        plan, perhaps = self.plan(view.resource, must_grant=TRUSTED in chain)
        chain = tuple(pattern for pattern in chain if pattern != TRUSTED)
        status = {pattern: matches_all(self._resources[pattern].fields[4]) for pattern in chain}
        found = set(self._always)
        for pattern in (*status, *view.crossing):
            found.update(self._filed.get(pattern, ()))
        entries = sorted(found, key=self._order.__getitem__)
        return Stretch(self.binding(entries, view.owner), status, plan, perhaps)


def matches_all(tail: Glob) -> bool:
    """Whether every text in the glob's interval matches it."""
    return is_exact(tail) or is_prefix(tail)


def index_patterns(statement: Statement, resources: Sequence[ResourceTest]) -> tuple[int, ...] | None:
    """The patterns of which one must match for the statement to be in play; None: it always is."""
    numbers = statement.covers
    if numbers is None:
        if statement.resources is None or statement.not_resource:
            return None
        numbers = statement.resources
    found: list[int] = []
    for number in numbers:
        match resources[number].form:
            case ResourceForm.ARN:
                found.append(number)
            case ResourceForm.ANY | ResourceForm.STARS:
                return None
            case ResourceForm.NEVER:
                pass
    return tuple(found)


def _arn_patterns(entry: Entry, resources: Sequence[ResourceTest]) -> Iterable[int]:
    statement = entry.statement
    for number in (*(statement.resources or ()), *(statement.covers or ())):
        if resources[number].form is ResourceForm.ARN:
            yield number


def full_glob(header: str, tail: Glob) -> Glob:
    """The glob of a whole ARN: a concrete header, then the glob of its resource part."""
    if tail and isinstance(tail[0], Literal):
        return (Literal(header + tail[0].text), *tail[1:])
    return (Literal(header), *tail)
