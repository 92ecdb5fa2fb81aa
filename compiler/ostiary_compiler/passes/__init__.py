"""The passes: pure functions from normal form to normal form, in the order in which they run.

Each is a file and a test of its name. Some steps that one might look for here are done where the text is parsed: letter
case is folded by `parse_action` and `fold`, short ARNs are padded by `readings.resource_test`, Not* is a flag that the index
resolves.
"""

from collections.abc import Callable

from ostiary_compiler.normal import NormalSet
from ostiary_compiler.passes.drop_unasked import drop_unasked
from ostiary_compiler.passes.drop_unmatchable import drop_unmatchable
from ostiary_compiler.passes.mark_shadowed import mark_shadowed
from ostiary_compiler.passes.merge_repeated import merge_repeated
from ostiary_compiler.passes.scope_endpoints import scope_endpoints

Pass = Callable[[NormalSet], NormalSet]

PASSES: tuple[Pass, ...] = (
    drop_unasked,
    scope_endpoints,  # before repeats are merged: it adds conditions
    merge_repeated,
    drop_unmatchable,
    mark_shadowed,
)


def run(normal: NormalSet, passes: tuple[Pass, ...] = PASSES) -> NormalSet:
    """The normal form after the passes."""
    for step in passes:
        normal = step(normal)
    return normal
