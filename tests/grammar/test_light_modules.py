"""Which modules of the grammar load lark."""

import subprocess
import sys

import pytest

LIGHT = ["action", "arn", "variables", "pattern", "span", "diagnostics", "errors", "limits", "syntax", "terms"]
LIGHT += ["unparse", "excerpt", "wording", "spelling", "json_text", "codes", "findings", "tolerant", "nesting"]
LIGHT += ["collecting", "making"]
HEAVY = ["parser", "policy_grammar", "build", "structure", "recovery", "patterns_reference"]
PROGRAM = """
import importlib, sys
sys.path[:] = {path!r}
for name in {names!r}:
    importlib.import_module("ostiary_grammar." + name)
print("lark" in sys.modules)
"""


def loads_lark(names):
    program = PROGRAM.format(path=sys.path, names=names)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_words_patterns_and_spans_load_no_lark():
    """A host that decides with a saved program needs none of the parser."""
    assert not loads_lark(LIGHT)


@pytest.mark.parametrize("name", HEAVY)
def test_the_parser_side_is_known(name):
    """The list above is complete: whatever is not in it loads lark."""
    assert loads_lark([name])
