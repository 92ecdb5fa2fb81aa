"""The explanation of a failed policy test, in a few lines.

In: the engine and a failed test. Out: lines shown below the failure: statements that nearly applied, and what would change
the decision. The whole explanation is for `ostiary explain`.
"""

from ostiary.policytest.model import PolicyTest
from ostiary.render.explain_text import change_texts, element_text
from ostiary_grammar.terms import Effect
from ostiary_runtime.decision import Decision
from ostiary_runtime.engine import Engine
from ostiary_runtime.explain import Element

MOST_STATEMENTS = 2


def explain(engine: Engine, test: PolicyTest, decision: Decision) -> tuple[str, ...]:
    """Lines that say why a request was decided as it was."""
    explanation = engine.explain(
        test.principal,
        test.action,
        test.resource,
        test.context,
        resource_account=test.resource_account,
        missing=test.missing,
    )
    lines: list[str] = []
    near = [
        report
        for layer in explanation.layers
        for report in layer.statements
        if report.statement.effect == "Allow" and report.failed
        if all(element.element is not Element.ACTION for element in report.failed)
    ]
    if decision.effect is Effect.IMPLICIT_DENY:
        for report in sorted(near, key=lambda each: len(each.failed))[:MOST_STATEMENTS]:
            lines.append(f"{report.statement} does not apply")
            lines += [f"  {element_text(element)}" for element in report.failed]
    return (*lines, *change_texts(explanation))
