"""The rules of single services for the resources of their calls, by prefix and resource type.

In: a `Call` and a resource type. Out: what its rule says, or None.
Not here: the rules themselves (`rules_storage`, `rules_identity`, `rules_operations`).
"""

from ostiary.cloudtrail.guesses import Call, ResourceGuess
from ostiary.cloudtrail.reference import ResourceType
from ostiary.cloudtrail.rules_identity import IDENTITY
from ostiary.cloudtrail.rules_operations import OPERATIONS, ec2_by_id
from ostiary.cloudtrail.rules_storage import STORAGE

RULES = IDENTITY | OPERATIONS | STORAGE


def rule_of(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """What the rule of a resource type says, or None if it has none or leaves it to the general ones."""
    rule = RULES.get((call.info.prefix, kind.name))
    if rule is None:
        return ec2_by_id(call, kind) if call.info.prefix == "ec2" else None
    return rule(call, kind)
