"""Classes of resources: one pattern for the resources that a report should not list one by one.

In: an action, and the resource that it was asked for, or the pattern of what is known of it. Out: a pattern.
Invariant: the pattern covers the resource; equal input gives equal output. It is for people and for grouping: nothing is decided by it.

The rule: of the resource type's ARN in the service authorization reference the name that comes first is kept, and the parts
behind it become `*`: all keys of a bucket are `arn:aws:s3:::bucket/*`, all streams of a log group `...:log-group:name:log-stream:*`.
Ids that AWS assigns are no names: they become `*` where a name follows them, and where they are ids of EC2 (`i-0abc...`).
An ARN that is of no type of its service stays as it is.
"""

import functools
import re
from collections.abc import Sequence

from ostiary.cloudtrail.templates import HOLE, Template, is_place, template_of
from ostiary.replay.ranking import cut

_EC2_ID = re.compile(r"[a-z]+(?:-[a-z]+)*-[0-9a-f]{8,17}")
_IDS = ("Id", "ID", "Uuid", "UUID")


@functools.lru_cache(maxsize=65_536)
def class_of(action: str, resource: str) -> str:
    """The class of a resource, `arn:...` or a pattern of one, for an action `service:Name`; `*` stays `*`."""
    template = template_of(action.partition(":")[0], resource)
    found = template.pattern.fullmatch(resource) if template else None
    if template is None or found is None:
        return cut(resource)
    kept = _kept(template, found.groups())
    parts = [template.texts[0]]
    for place, (name, text) in enumerate(zip(template.names, template.texts[1:], strict=True)):
        parts += (found[place + 1] if is_place(name) or place == kept else HOLE, text)
    return cut("".join(parts))


def _kept(template: Template, values: Sequence[str]) -> int | None:
    """The place of the variable whose value stays: the first that is a name; an id only if there is no name."""
    own = [place for place, name in enumerate(template.names) if not is_place(name)]
    names = [place for place in own if not template.names[place].endswith(_IDS)]
    return next(iter(names or [place for place in own if not _EC2_ID.fullmatch(values[place])]), None)
