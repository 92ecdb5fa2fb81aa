"""Decisions for people: one sentence, then the question, the deciding statement in its text, and what is not known."""

from collections.abc import Sequence
from typing import assert_never

from rich.console import Console
from rich.text import Text

from ostiary.policies import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS
from ostiary.render.answer import Answer
from ostiary.render.statement_text import statement_lines
from ostiary.render.terminal import safe
from ostiary_grammar.terms import Effect, PolicyType
from ostiary_runtime.decision import Decision, Doubt, StatementRef

NAMES = {
    PolicyType.IDENTITY: "identity policy",
    PolicyType.BOUNDARY: "permissions boundary",
    PolicyType.SESSION: "session policy",
    PolicyType.RESOURCE: "resource policy",
    PolicyType.SCP: "service control policy",
    PolicyType.RCP: "resource control policy",
    PolicyType.ENDPOINT: "VPC endpoint policy",
}
_BESIDE = {
    FULL_AWS_ACCESS: f"{FULL_AWS_ACCESS}, as organizations attach it; --no-full-aws-access leaves it out",
    RCP_FULL_AWS_ACCESS: f"{RCP_FULL_AWS_ACCESS}, which organizations always attach",
}
_GRANTING = {PolicyType.IDENTITY, PolicyType.RESOURCE}
_STYLES = {True: "bold green", False: "bold red"}


def print_decision(answer: Answer, screen: Console) -> None:
    """Prints an answer."""
    decision = answer.decision
    word, style = verdict(answer)
    screen.print(safe(word, style) + safe(f": {_reason(answer)}."))
    screen.print()
    for line in question_lines(answer):
        screen.print(line)
    for ref in decision.statements:
        screen.print()
        screen.print(_place(ref))
        if (span := answer.spans.get(ref.number)) is not None:
            for line in statement_lines(span):
                screen.print(line)
    if decision.undecided:
        screen.print()
        screen.print(safe("Not known, and it could change the answer:"))
        for each in decision.undecided:
            where = _place(each.statement) if each.statement is not None else Text()
            screen.print(safe(f"  {each.fact}: {doubt(each.reason)}  ") + where)


def verdict(answer: Answer) -> tuple[str, str]:
    """What the sentence of an answer begins with, and its style."""
    word = "Allowed" if answer.decision.allowed else "Denied"
    if not answer.decision.certain:
        word += ", but not for certain"
    elif answer.decision.allowed and not _GRANTING & set(answer.layers):
        word += " as far as these policies say"
    return word, _STYLES[answer.decision.allowed]


def question_lines(answer: Answer) -> list[Text]:
    """The question, a line for each of its parts."""
    return [safe(f"  {name:<10}", "dim") + safe(value) for name, value in _question(answer)]


def _reason(answer: Answer) -> str:
    decision, action = answer.decision, answer.action
    match decision.effect:
        case Effect.EXPLICIT_DENY:
            return f"{_deciding(decision)} explicitly denies {action}"
        case Effect.IMPLICIT_DENY:
            return _lacking(decision, action)
        case Effect.ALLOW if decision.statements:
            verb = "allow" if len(decision.statements) > 1 else "allows"
            unopposed = ", and nothing denies it" if len(answer.layers) > 1 else ""
            return f"{_deciding(decision)} {verb} {action}{unopposed}"
        case Effect.ALLOW:
            return f"none of the policies that were asked limits this caller in {action}"
        case _ as never:
            assert_never(never)


def _lacking(decision: Decision, action: str) -> str:
    layer = PolicyType(decision.layer) if decision.layer else None
    match layer:
        case PolicyType.IDENTITY | PolicyType.SESSION | None:
            return f"no {NAMES[layer or PolicyType.IDENTITY]} allows {action}"
        case PolicyType.RESOURCE:
            return f"no policy of the resource allows {action} to this caller"
        case PolicyType.BOUNDARY | PolicyType.ENDPOINT:
            return f"the {NAMES[layer]} does not allow {action}"
        case PolicyType.SCP | PolicyType.RCP:
            return f"the {plural(layer)} do not allow {action}"
        case _ as never:
            assert_never(never)


def _deciding(decision: Decision) -> str:
    named = dict.fromkeys(f"{NAMES[PolicyType(ref.type)]} {ref.policy}" for ref in decision.statements)
    return " and ".join(named)


def _question(answer: Answer) -> Sequence[tuple[str, str]]:
    lines = [("principal", answer.principal), ("action", answer.action), ("resource", answer.resource)]
    if answer.resource_account is not None:
        lines.append(("owner", answer.resource_account))
    if answer.missing != "absent":
        lines.append(("context", "keys that are not given count as not known"))
    asked = ", ".join(plural(layer) for layer in answer.layers)
    lines.append(("asked", asked or "nothing"))
    lines += [("beside", _BESIDE[name]) for name in answer.beside]
    return lines


def plural(layer: PolicyType) -> str:
    """The name of a type of policy, for several of them."""
    name = NAMES[layer]
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else name


def _place(ref: StatementRef) -> Text:
    name = ref.sid or f"statement {ref.index}"
    return safe(f"{ref.source}:{ref.line}:{ref.column}", "bold") + safe(f" {name}")


def doubt(reason: Doubt) -> str:
    """Why a test could not be evaluated, in words."""
    match reason:
        case Doubt.KEY_NOT_KNOWN:
            return "its value in the request is not known"
        case Doubt.VARIABLE_NOT_KNOWN:
            return "the value of this policy variable is not known"
        case Doubt.VARIABLE_UNRESOLVED:
            return "a policy variable in it has no value"
        case Doubt.OPERATOR_UNDECIDABLE:
            return "AWS does not say how the operator treats this value"
        case Doubt.RESOURCE_NOT_KNOWN:
            return "which resource it is, is not known"
        case Doubt.ACTION_PATTERN:
            return "AWS does not say what this action pattern matches"
        case Doubt.RESOURCE_PATTERN:
            return "AWS does not say what this resource pattern matches"
        case Doubt.PRINCIPAL_NOT_KNOWN:
            return "who exactly calls is not known"
        case Doubt.PRINCIPAL_PATTERN:
            return "AWS does not say whom this element matches"
        case Doubt.ATTACHMENT_NOT_KNOWN:
            return "whether the policy is attached to the caller is not known"
        case _ as never:
            assert_never(never)
