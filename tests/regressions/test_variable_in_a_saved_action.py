"""A saved program with a policy variable where there is none is refused when it is loaded, not found out when it decides."""

from __future__ import annotations

import json

import pytest
from tests.runtime.building import allow, program
from tests.runtime.test_codec import HEAD, with_payload

from ostiary_grammar.errors import ProgramError
from ostiary_runtime.codec import from_bytes, to_bytes


@pytest.mark.parametrize("field", [1, 2], ids=["service", "name"])
@pytest.mark.parametrize("glob", [[["aws:x", None]], [["aws:x", None], 0], [1, ["aws:x", "d"]]], ids=str)
def test_actions_hold_no_variables(field: int, glob: list[object]):
    """Some match everything, some raise ValueError while deciding."""
    tables = json.loads(to_bytes(program((allow(Action="s3:Get*"), "identity", None)))[HEAD:])
    tables[3][field][0] = glob
    with pytest.raises(ProgramError):
        from_bytes(with_payload(json.dumps(tables).encode()))
