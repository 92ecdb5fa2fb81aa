"""drop_unasked: what is not asked is not compiled."""

from __future__ import annotations

import pytest
from tests.compiler.passes.normal_sets import lowered, same_decisions
from tests.runtime.building import ALICE, allow, deny

from ostiary_compiler.passes import drop_unasked
from ostiary_grammar.terms import PolicyType

PARTS = [
    (allow(Action="s3:*"), "identity", ALICE),
    (deny(Action="s3:Put*"), "scp", None),
    (allow(), "scp", None),
    (allow(Principal="*"), "resource", None),
    (deny(), "boundary", None),
    (deny(Principal="*"), "endpoint", None),
]


def test_after():
    made = drop_unasked(lowered(*PARTS, layers=["identity", "scp"]))
    assert [policy.type.value for policy in made.policies] == ["identity", "scp", "scp"]
    assert made.layers == {PolicyType.IDENTITY, PolicyType.SCP}


def test_nothing_goes_where_all_is_asked():
    made = lowered(*PARTS)
    assert drop_unasked(made) == made


@pytest.mark.parametrize("layers", [["identity"], ["scp"], ["resource"], ["identity", "boundary"], []])
def test_decisions_stay(layers: list[str]):
    """Also without the pass, a type that is not asked counts as allowing and never denies."""
    assert same_decisions(lowered(*PARTS, layers=layers), drop_unasked)
