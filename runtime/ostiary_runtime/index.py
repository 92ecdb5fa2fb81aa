"""The index: prefix tries over action names and over resource parts, flattened to intervals.

In: numbered patterns. Out: the `IntervalIndex` of all actions, and one for the resource parts under each header pattern.
The compiler builds it; a saved program is indexed anew when it is loaded, so that no file can bring an index that leaves
a pattern out.
Invariant: the index may name a pattern that does not match; **it never omits one that does**.
"""

from collections.abc import Iterable, Sequence

from ostiary_grammar.pattern import ActionPattern, Glob, Literal, ResourceForm
from ostiary_runtime.globs import is_exact, literal_prefix
from ostiary_runtime.intervals import IntervalIndex, build
from ostiary_runtime.program import HeaderPattern, ResourceTest


def index_actions(patterns: Sequence[ActionPattern]) -> IntervalIndex:
    """The index over folded `service:name`."""
    return build((number, action_glob(pattern)) for number, pattern in enumerate(patterns))


def action_glob(pattern: ActionPattern) -> Glob:
    """The glob of a whole folded action, for filing; a service with wildcards is filed under its literal prefix."""
    if not is_exact(pattern.service):
        return pattern.service
    head = f"{literal_prefix(pattern.service)}:"
    if pattern.name and isinstance(pattern.name[0], Literal):
        return (Literal(head + pattern.name[0].text), *pattern.name[1:])
    return (Literal(head), *pattern.name)


def index_resources(tests: Sequence[ResourceTest]) -> tuple[HeaderPattern, ...]:
    """Header patterns in order of first use, each with the index of the resource parts that stand under it."""
    filed: dict[tuple[Glob, ...], list[tuple[int, Glob]]] = {}
    # PERF: headers mostly are the same objects, and to compare those by identity is quicker than to hash what they hold
    known: dict[tuple[int, ...], list[tuple[int, Glob]]] = {}
    for number, test in enumerate(tests):
        if test.form is ResourceForm.ARN:
            partition, service, region, account, tail = test.fields
            key = (id(partition), id(service), id(region), id(account))
            tails = known.get(key)
            if tails is None:
                tails = known[key] = filed.setdefault(test.fields[:4], [])
            tails.append((number, tail))
    return tuple(header_pattern(fields, tails) for fields, tails in filed.items())


def header_pattern(fields: Sequence[Glob], filed: Iterable[tuple[int, Glob]]) -> HeaderPattern:
    """A header pattern with the resource patterns that stand under it."""
    partition, service, region, account = fields
    return HeaderPattern((partition, service, region, account), tuple(filed))
