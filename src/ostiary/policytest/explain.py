"""Where the explanation of a failed test comes from: the one place to change in order to say more, or less.

In: the engine and a failed test. Out: lines, shown below the failure; none by default.
"""

from ostiary.policytest.model import PolicyTest
from ostiary_runtime.decision import Decision
from ostiary_runtime.engine import Engine


def explain(engine: Engine, test: PolicyTest, decision: Decision) -> tuple[str, ...]:  # noqa: ARG001  # for who fills it in
    """Lines that say why a request was decided as it was."""
    return ()
