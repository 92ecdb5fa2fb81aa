"""Resources that are known in part: templates with holes, and what a pattern says about every way to fill them.

A log does not always say on which resource a call acted. A template is such a resource: `*` stands for text that is not
known, `?` for one character that is not. A pattern answers Yes if it covers every filling, No if it covers none, and
Unknown otherwise; so a decision on a template is certain only if no filling could change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ostiary_grammar.arn import parse_resource as parse_pattern
from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Glob, Literal, Variable, Wild
from ostiary_runtime.globs import matcher
from ostiary_runtime.kept import Kept, glob_size


@dataclass(frozen=True, slots=True)
class ResourceTemplate:
    """An ARN with holes: `arn:aws:ec2:us-east-1:111122223333:subnet/*`. `${*}` and `${?}` are the characters themselves."""

    text: str


def template_fields(template: ResourceTemplate) -> tuple[Glob, ...]:
    """The five fields after `arn` as globs; RequestError if there are not five."""
    pattern = parse_pattern(template.text, variables=True)
    if len(pattern.fields) != 5:
        raise RequestError(f"`{template.text}` is not a resource template: give an ARN with six fields")
    if any(isinstance(token, Variable) for glob in pattern.fields for token in glob):
        raise RequestError(f"`{template.text}` is not a resource template: it holds a policy variable")
    return pattern.fields


# A character that hardly a policy holds (one that does covers no template): only a wildcard can match it.
_HOLE = "\U0010fffe"


def covers(pattern: Glob, template: Glob) -> bool:
    """Whether the pattern matches every filling. May say no where it does; never yes where it does not."""
    if Wild.ANY in pattern and Wild.STAR in template:
        return False
    if any(isinstance(token, Literal) and _HOLE in token.text for token in pattern):
        return False
    text = "".join(token.text if isinstance(token, Literal) else _HOLE for token in template)
    return matcher(pattern)(text)


def overlaps(pattern: Glob, template: Glob) -> bool:
    """Whether some filling matches the pattern: whether two globs have a text in common."""
    return _overlaps[pattern, template]


def _overlap(asked: tuple[Glob, Glob]) -> bool:
    pattern, template = asked
    first, second = _units(pattern), _units(template)
    places = _skip(first, {0})
    for unit in second:
        places = _skip(first, _after(first, places, unit))
        if not places:
            return False
    return len(first) in places


_overlaps: Kept[tuple[Glob, Glob], bool] = Kept(_overlap, 4096, lambda asked: glob_size(*asked))


def _units(glob: Glob) -> Sequence[str | Wild]:
    """The glob as characters and wildcards; a variable counts as any text."""
    units: list[str | Wild] = []
    for token in glob:
        if isinstance(token, Literal):
            units.extend(token.text)
        else:
            units.append(Wild.STAR if isinstance(token, Variable) else token)
    return units


def _skip(pattern: Sequence[str | Wild], places: set[int]) -> set[int]:
    """Places that can be reached by letting stars of the pattern match nothing."""
    reached = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] is Wild.STAR and place + 1 not in reached:
            place += 1  # noqa: PLW2901  # walks over a run of stars
            reached.add(place)
    return reached


def _after(pattern: Sequence[str | Wild], places: set[int], unit: str | Wild) -> set[int]:
    """Where the pattern can stand after one unit of the template."""
    if unit is Wild.STAR:
        return set(range(min(places), len(pattern) + 1)) if places else set()
    reached: set[int] = set()
    for place in places:
        if place == len(pattern):
            continue
        part = pattern[place]
        if part is Wild.STAR:
            reached.add(place)
        elif part is Wild.ANY or unit is Wild.ANY or part == unit:
            reached.add(place + 1)
    return reached
