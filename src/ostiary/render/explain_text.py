"""Explanations for people: one sentence, the layers at a glance, why each statement in question fails, and what would change it.

A denial fits on a screen: statements that are not about the action are counted and not listed, and long lists are cut.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from rich.console import Console
from rich.text import Text

from ostiary.render.answer import Answer
from ostiary.render.decision_text import NAMES, doubt, question_lines, verdict
from ostiary.render.terminal import safe
from ostiary_grammar.terms import Effect, PolicyType
from ostiary_runtime.explain import (
    Element,
    ElementReport,
    Explanation,
    LayerReport,
    StatementReport,
    Verdict,
)
from ostiary_runtime.match import Match
from ostiary_runtime.request import CallerKind

MOST_STATEMENTS = 4
MOST_VALUES = 3
_MARKS = {
    Verdict.ALLOWS: ("+", "green"),
    Verdict.DENIES: ("x", "red"),
    Verdict.PERHAPS: ("?", "yellow"),
    Verdict.SILENT: ("-", "red"),
}
_ROOTS_OF_TRUST = {"kms": "the key policy", "iam": "the role's trust policy"}


def print_explanation(answer: Answer, explanation: Explanation, screen: Console) -> None:
    """Prints an explanation."""
    word, style = verdict(answer)
    screen.print(safe(word, style) + safe(f": {why(answer, explanation)}."))
    screen.print()
    for line in question_lines(answer):
        screen.print(line)
    screen.print()
    for layer in explanation.layers:
        for line in _layer_lines(layer):
            screen.print(line)
    for title, lines in (
        ("What would change it:", _change_lines(explanation)),
        ("Not known, and it could change the answer:", _unknown_lines(explanation)),
        ("Not evaluated here:", [safe(f"  {', '.join(explanation.outside)}", "dim")] if explanation.outside else []),
    ):
        if lines:
            screen.print()
            screen.print(safe(title))
            for line in lines:
                screen.print(line)


def why(answer: Answer, explanation: Explanation) -> str:
    """The reason of the decision in one sentence."""
    decision, action = explanation.decision, explanation.action
    match decision.effect:
        case Effect.ALLOW:
            if not decision.statements:
                return _allowed_without_statement(explanation)
            names = " and ".join(f"{NAMES[PolicyType(ref.type)]} {ref.policy}" for ref in decision.statements)
            verb = "allow" if len(decision.statements) > 1 else "allows"
            unopposed = ", and nothing that was asked denies it" if len(answer.layers) > 1 else ""
            return f"{names} {verb} {action}{unopposed}"
        case Effect.EXPLICIT_DENY:
            ref = decision.statements[0]
            name = ref.sid or f"statement {ref.index}"
            perhaps = "" if decision.certain else ", as far as is known,"
            return f"{name} of the {NAMES[PolicyType(ref.type)]} {ref.policy} explicitly denies{perhaps} {action}"
        case Effect.IMPLICIT_DENY:
            return _lacking(explanation)
        case _ as never:
            assert_never(never)


def _allowed_without_statement(explanation: Explanation) -> str:
    if explanation.caller.kind is CallerKind.ROOT:
        return "the root user needs no policy in its own account, and nothing limits it"
    if not explanation.layers:
        return f"{explanation.action} needs no permission and no policy can stop it"
    return f"none of the policies that were asked limits this caller in {explanation.action}"


def _lacking(explanation: Explanation) -> str:
    """What is missing, by the layer that lacks it; across accounts both sides are named."""
    action, caller = explanation.action, explanation.caller
    across = caller.account not in ("", explanation.owner)
    layer = PolicyType(explanation.decision.layer) if explanation.decision.layer else PolicyType.IDENTITY
    silent = [each for each in explanation.layers if each.type is layer and each.verdict is not Verdict.ALLOWS]
    place = silent[0].place if silent else ""
    match layer:
        case PolicyType.SCP | PolicyType.RCP:
            where = f" at {place}" if place else ""
            only_deny = silent and all(report.statement.effect == "Deny" for report in silent[0].statements)
            because = " (this level holds only Deny statements)" if only_deny else ""
            return f"no {NAMES[layer]}{where} allows {action}, and every level must{because}"
        case PolicyType.ENDPOINT:
            return f"the policy of the VPC endpoint{f' {place}' if place else ''} does not allow {action}"
        case PolicyType.BOUNDARY:
            return f"the permissions boundary {place} does not allow {action}; a boundary limits what identity policies grant"
        case PolicyType.SESSION:
            return f"no session policy allows {action}; session policies limit what the role or user may do"
        case PolicyType.RESOURCE:
            return _lacking_grant(explanation, across=across)
        case PolicyType.IDENTITY:
            if across:
                return (
                    f"the call crosses accounts, the resource side allows {action}, but no identity policy of the caller "
                    f"in account {caller.account} does; both sides must"
                )
            return f"no identity policy of the caller allows {action}{_granted_to_account(explanation)}"
        case _ as never:
            assert_never(never)


def _lacking_grant(explanation: Explanation, *, across: bool) -> str:
    action = explanation.action
    service = explanation.resource.fields[2] if explanation.resource.fields else ""
    if across:
        return (
            f"the call crosses accounts (from {explanation.caller.account} to {explanation.owner}), and no policy of the "
            f"resource allows {action} to this caller"
        )
    if explanation.caller.account and service in _ROOTS_OF_TRUST:
        policy = _ROOTS_OF_TRUST[service]
        return (
            f"{policy} does not allow {action} to this caller or to its account, and without that identity policies have "
            "no effect"
        )
    return f"no policy of the resource allows {action} to this caller"


def _granted_to_account(explanation: Explanation) -> str:
    """Says so where a resource policy trusts the account: that delegates, and grants nothing by itself (8.5)."""
    trusted = any(
        report.statement.effect == "Allow" and report.match is Match.YES
        for layer in explanation.layers
        if layer.type is PolicyType.RESOURCE
        for report in layer.statements
    )
    return "; the resource policy trusts the account, which leaves the grant to identity policies" if trusted else ""


def _layer_lines(layer: LayerReport) -> Iterator[Text]:
    if layer.type is PolicyType.RESOURCE and not layer.statements:
        yield safe("  . resource policy: none is attached to this resource", "dim")
        return
    mark, style = _MARKS[layer.verdict]
    if layer.type is PolicyType.RESOURCE and layer.verdict is Verdict.SILENT:
        mark, style = ".", "dim"
    name = f"{NAMES[layer.type]}{f' {layer.place}' if layer.place else ''}"
    shown, others = _worth_showing(layer)
    about = f"{len(layer.statements)} statement{'s' if len(layer.statements) != 1 else ''}"
    rest = f", {others} not about this" if others and others < len(layer.statements) else ""
    none = ", none about this action" if others and others == len(layer.statements) else ""
    yield (
        safe(f"  {mark} ", style)
        + safe(f"{name}: {layer.verdict.value}", style)
        + safe(f"  ({about}{rest}{none})", "dim")
    )
    for report in shown:
        yield from _statement_lines(report)


def _worth_showing(layer: LayerReport) -> tuple[Sequence[StatementReport], int]:
    """The statements that decide or nearly decide; how many others there are."""
    about = [
        report
        for report in layer.statements
        if all(element.match is not Match.NO for element in report.elements if element.element is Element.ACTION)
    ]
    about.sort(key=lambda report: (-report.match, len(report.failed), report.statement.number))
    if layer.verdict in (Verdict.ALLOWS, Verdict.DENIES):
        about = [report for report in about if report.match is not Match.NO] or about
    return about[:MOST_STATEMENTS], len(layer.statements) - len(about[:MOST_STATEMENTS])


def _statement_lines(report: StatementReport) -> Iterator[Text]:
    ref = report.statement
    name = ref.sid or f"statement {ref.index}"
    applies = {Match.YES: "applies", Match.UNKNOWN: "may apply", Match.NO: "does not apply"}[report.match]
    yield safe(f"      {ref.source}:{ref.line}:{ref.column}", "bold") + safe(f" {name} ({ref.effect}) {applies}")
    # What keeps a statement from applying; where it applies, what the request had to have or not to have.
    telling = tuple(each for each in report.elements if each.element is Element.CONDITION or each.negated)
    for element in report.failed or telling:
        yield safe(f"        {element_text(element)}")


def element_text(element: ElementReport) -> str:
    """What an element asks for and what the request has, in one sentence."""
    wanted = _few(element.wanted)
    holds = {Match.YES: "holds", Match.UNKNOWN: "is not known", Match.NO: "does not hold"}[element.match]
    matches = {Match.YES: "matches", Match.UNKNOWN: "perhaps matches", Match.NO: "does not match"}[element.match]
    match element.element:
        case Element.ACTION:
            return f"{'NotAction' if element.negated else 'Action'} {wanted}: the request is for `{element.found}`"
        case Element.RESOURCE:
            word = "NotResource" if element.negated else "Resource"
            return f"{word} {wanted} {matches}: the request is on `{element.found}`"
        case Element.PRINCIPAL:
            word = "NotPrincipal" if element.negated else "Principal"
            return f"{word} {wanted} {matches}: the caller is `{element.found}`{_principal_note(element)}"
        case Element.ATTACHED:
            return f"attached to {wanted}: whether that is `{element.found}` is not known"
        case Element.CONDITION:
            operator, *values = element.wanted
            return f"{operator} {element.key} {_few(values)} {holds}: in the request it is {element.found}"
        case _ as never:
            assert_never(never)


def _principal_note(element: ElementReport) -> str:
    if element.negated and element.match is not Match.NO and ":assumed-role/" in element.found:
        return "; NotPrincipal spares a session only if session, role and account are all listed"
    return ""


def _few(values: Sequence[str]) -> str:
    shown = ", ".join(f"`{value}`" for value in values[:MOST_VALUES])
    return f"{shown} and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else shown or "(empty)"


def _change_lines(explanation: Explanation) -> list[Text]:
    return [safe(f"  {text}") for text in change_texts(explanation)]


def change_texts(explanation: Explanation) -> list[str]:
    """What would change the decision, a sentence each."""
    word = {Effect.ALLOW: "allowed", Effect.EXPLICIT_DENY: "explicitly denied", Effect.IMPLICIT_DENY: "denied"}
    return [f"{word[change.effect]} if {' and '.join(change.what)}" for change in explanation.changes]


def _unknown_lines(explanation: Explanation) -> list[Text]:
    lines = []
    prospects = {prospect.fact: prospect for prospect in explanation.prospects}
    for fact in dict.fromkeys(each.fact for each in explanation.decision.undecided):
        each = next(each for each in explanation.decision.undecided if each.fact == fact)
        prospect = prospects.get(fact)
        if prospect is None or not prospect.answers:
            lines.append(safe(f"  {fact}: {doubt(each.reason)}"))
            continue
        answers = "; ".join(f"{words}: {effect.value}" for words, effect in prospect.answers)
        lines.append(safe(f"  {fact}  {answers}"))
    return lines
