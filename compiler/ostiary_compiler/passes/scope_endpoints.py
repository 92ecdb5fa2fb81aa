"""Makes endpoint policies say which endpoint they hold for.

Before: an endpoint policy attached to `vpce-1`, statements without regard to the endpoint.
After: one policy for `vpce-1` whose Deny statements also ask that `aws:SourceVpce` is `vpce-1`, and one more Allow for
everything that did not come through it. So "an Allow must apply if the call passed the endpoint" needs no special case
below; and since the policy's Allows are asked for nothing else, they need not ask for the endpoint.
Policies attached to every endpoint (None) are left as they are.
"""

from dataclasses import replace

from ostiary_compiler.normal import NormalPolicy, NormalSet, NormalStatement
from ostiary_grammar.action import parse_action
from ostiary_grammar.pattern import ResourceForm
from ostiary_grammar.terms import Operator, OperatorForm, PolicyType, Quantifier
from ostiary_runtime.program import ConditionTest, ResourceTest

# Of no value, so that a request without the key, or with a key that names other endpoints, did not come through this one.
_NOT_THROUGH = OperatorForm(Operator.STRING_NOT_EQUALS, Quantifier.FOR_ALL_VALUES)
_ANY = ResourceTest("*", ResourceForm.ANY, (), 0, unsure=False)


def scope_endpoints(normal: NormalSet) -> NormalSet:
    """The set with each endpoint policy split by endpoint."""
    policies: list[NormalPolicy] = []
    for policy in normal.policies:
        if policy.type is PolicyType.ENDPOINT:
            policies.extend(_for_endpoint(policy, target) for target in policy.targets)
        else:
            policies.append(policy)
    return replace(normal, policies=tuple(policies))


def _for_endpoint(policy: NormalPolicy, target: str | None) -> NormalPolicy:
    if target is None:
        return replace(policy, targets=(None,))
    through = _source_vpce(OperatorForm(Operator.STRING_EQUALS), target)
    statements = tuple(
        replace(statement, conditions=(*statement.conditions, through)) if statement.deny else statement
        for statement in policy.statements
    )
    elsewhere = NormalStatement(
        index=len(policy.statements),
        sid="NotThroughThisEndpoint",
        deny=False,
        actions=(parse_action("*"),),
        not_action=False,
        resources=(_ANY,),
        not_resource=False,
        principal=None,
        conditions=(_source_vpce(_NOT_THROUGH, target),),
        span=policy.statements[0].span,
    )
    return replace(policy, targets=(target,), statements=(*statements, elsewhere))


def _source_vpce(form: OperatorForm, endpoint: str) -> ConditionTest:
    return ConditionTest(form, "aws:sourcevpce", "aws:SourceVpce", (endpoint,), variables=False)
