"""Drops policies of types that are not asked.

Before: policies of all types, `layers = {scp}`. After: the SCPs alone.
A layer that is not asked counts as allowing and never denies; the plan takes care of that, so its statements are needless.
"""

from dataclasses import replace

from ostiary_compiler.normal import NormalSet


def drop_unasked(normal: NormalSet) -> NormalSet:
    """The set without policies whose type is not among its layers."""
    return replace(normal, policies=tuple(policy for policy in normal.policies if policy.type in normal.layers))
