"""ARN templates of the reference (`arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}`): filling and recognising.

In: the templates of `reference`. Out: `Template`, compiled once; `type_of` tells which resource type an ARN is of.
Invariant: filling with an unknown value leaves a hole, written `*`, and says so; an ARN is of the type whose template says most about it.
Not here: where values come from (`resource`).
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.cloudtrail.reference import Reference, ResourceType

HOLE = "*"
"""How a part that is not known is written in a pattern."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PLACE = {"Partition": "partition", "Region": "region", "Account": "account", "AccountId": "account"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call took place: what every template of the call has in common."""

    partition: str
    region: str | None
    account: str | None

    def value(self, name: str) -> str | None:
        """The value of a common variable."""
        match name:
            case "partition":
                return self.partition
            case "region":
                return self.region
            case _:
                return self.account


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A template: its text between the variables, and the variables' names; `literal` is how many characters are fixed.

    `pattern` recognises ARNs of the type; its groups are what the variables stand for.
    """

    type: str
    texts: tuple[str, ...]
    names: tuple[str, ...]
    pattern: re.Pattern[str]
    literal: int

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that stand for the resource itself."""
        return tuple(name for name in self.names if name not in _PLACE)

    @property
    def service(self) -> str:
        """The service field: not always the prefix of the actions."""
        return self.texts[1].split(":")[1] if len(self.texts) > 1 and ":" in self.texts[1] else ""

    def fill(self, place: Place, values: Mapping[str, str]) -> tuple[str, bool]:
        """The ARN and True; or, if a part is not known, a pattern with a hole in its place and False."""
        parts = [self._part(place, values, name) for name in self.names]
        known = None not in parts
        filled = [self.texts[0]]
        for part, text in zip(parts, self.texts[1:], strict=True):
            filled += (HOLE if part is None else part if known else escape(part), text)
        return "".join(filled), known

    def _part(self, place: Place, values: Mapping[str, str], name: str) -> str | None:
        common = _PLACE.get(name)
        return place.value(common) if common else values.get(name)


def is_place(variable: str) -> bool:
    """Whether a variable of a template says where a resource is, and not which one it is."""
    return variable in _PLACE


def escape(text: str) -> str:
    """Text as it stands in a pattern: wildcards that are meant as characters are written as policies write them."""
    return _SPECIAL.sub(r"${\g<0>}", text)


_SPECIAL = re.compile(r"[*?$]")


@functools.lru_cache(maxsize=5_000)
def templates_of(kind: ResourceType) -> tuple[Template, ...]:
    """The templates of a resource type: usually one, some types have several."""
    return tuple(_compile(kind.name, text) for text in kind.template.split(", "))


def type_of(prefix: str, arn: str) -> str | None:
    """The name of the service's resource type that an ARN is of, or None."""
    template = template_of(prefix, arn)
    return template.type if template else None


def template_of(prefix: str, arn: str) -> Template | None:
    """The template of the service that says most about an ARN, of those that fit it."""
    index = _of_service(prefix)
    best: Template | None = None
    for template in index.by_head.get(_head(arn), index.free):
        if (best is None or template.literal > best.literal) and template.pattern.fullmatch(arn):
            best = template
    return best


@dataclass(frozen=True, slots=True)
class _Index:
    """A service's templates by the fixed beginning of their resource part; `free` are those without one, which are under every beginning."""

    by_head: Mapping[str, tuple[Template, ...]]
    free: tuple[Template, ...]


@functools.lru_cache(maxsize=512)
def _of_service(prefix: str) -> _Index:
    service = Reference.packaged().service(prefix)
    heads: dict[str, list[Template]] = {}
    free: list[Template] = []
    for kind in service.types if service else ():
        for template in templates_of(kind):
            head = _head("".join(_interleave(template)))
            if "$" in head:
                free.append(template)
            else:
                heads.setdefault(head, []).append(template)
    return _Index({head: (*found, *free) for head, found in heads.items()}, tuple(free))


def _interleave(template: Template) -> list[str]:
    return [template.texts[0]] + [
        piece
        for name, text in zip(template.names, template.texts[1:], strict=True)
        for piece in ("${" + name + "}", text)
    ]


_HEAD_END = re.compile(r"[/:]")


def _head(arn: str) -> str:
    """The service field and the beginning of the resource part, up to its first `/` or `:`."""
    fields = arn.split(":", 5)
    if len(fields) < 6:
        return ""
    return f"{fields[2]}:{_HEAD_END.split(fields[5], maxsplit=1)[0]}"


def _compile(name: str, text: str) -> Template:
    pieces = _VARIABLE.split(text)
    texts = tuple(pieces[::2])
    # `${AccountId}` is the owner in the account field, and a resource of its own elsewhere
    names = tuple(
        name if name not in _PLACE or text.count(":", 0, text.index("${" + name + "}")) < 5 else f"{name}_"
        for name in pieces[1::2]
    )
    pattern = [re.escape(texts[0])]
    for number, (variable, after) in enumerate(zip(names, texts[1:], strict=True)):
        last = number == len(names) - 1
        pattern += (f"({_pattern_of(variable, after, last=last)})", re.escape(after))
    return Template(
        type=name,
        texts=texts,
        names=names,
        pattern=re.compile("".join(pattern), re.DOTALL),
        literal=sum(len(piece) for piece in texts),
    )


def _pattern_of(variable: str, after: str, *, last: bool) -> str:
    """What a variable may hold: a field no colon, the last one anything, those between all but the separator behind them."""
    if variable in _PLACE:
        return "[^:]*"
    if last or "Path" in variable:
        return ".+"
    return f"[^{after[0]}]+" if after[:1] in {"/", ":"} else "[^/:]+"
