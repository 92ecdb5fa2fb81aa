"""Rules about VPC endpoint policies (Control access to VPC endpoints using endpoint policies; iam-semantics.md 1.5).

They are warnings: which of them AWS enforces depends on the kind of endpoint, which a document does not tell.
"""

import re

from ostiary_compiler.checks.global_keys import SYSTEM_IDENTIFIERS
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import EVERYONE, Subject
from ostiary_grammar.arn import split_arn
from ostiary_grammar.span import Span
from ostiary_grammar.terms import Family, Operator, PolicyType
from ostiary_grammar.wording import quoted

_LEAST_LITERAL = 6
_LIKES = (Operator.STRING_LIKE, Operator.STRING_NOT_LIKE)


def endpoint_principal(subject: Subject) -> Findings:
    """A Principal in an endpoint policy that is not a star.

    Why: gateway endpoints (S3, DynamoDB) accept only a star, or read an account as its root user alone.
    Example: `"Principal": {"AWS": "111122223333"}`
    Instead: `"Principal": "*"` and a condition on `aws:PrincipalAccount` or `aws:PrincipalArn`
    """
    if subject.type is not PolicyType.ENDPOINT:
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is None or clause.negated or clause.word is not None:
            continue
        if not any(entry.kind.value == "AWS" and entry.text == EVERYONE for entry in each.principals_of()):
            message = "a gateway endpoint reads only `*` as one may expect"
            advice = 'write `"Principal": "*"`, and narrow it with a condition on `aws:PrincipalArn`'
            yield Finding(message, clause.span, f"{each.pointer}/Principal", advice)


def endpoint_identifier_pattern(subject: Subject) -> Findings:
    """A wildcard or numeric operator on a key that holds an identifier, in an endpoint policy.

    Why: AWS does not save it: such a key is compared with whole identifiers.
    Example: `"StringLike": {"aws:PrincipalAccount": "1111*"}`
    Instead: `"StringEquals": {"aws:PrincipalAccount": "111122223333"}`
    """
    if subject.type is not PolicyType.ENDPOINT:
        return
    for test in subject.tests:
        if test.key not in SYSTEM_IDENTIFIERS:
            continue
        pattern = test.form.base in _LIKES and any(set("*?") & set(value.text) for _, value in test.values)
        if pattern or test.family is Family.NUMERIC:
            message = f"{quoted(test.node.key.value)} is an identifier, which `{test.form}` cannot test here"
            yield Finding(message, test.operator.span, test.pointer, "use `StringEquals` with whole identifiers")


def endpoint_short_literal(subject: Subject) -> Findings:
    """A pattern in a condition of an endpoint policy with fewer than six characters in a row that are no wildcards.

    Why: AWS does not save patterns that say so little.
    Example: `"StringLike": {"aws:PrincipalTag/team": "a*"}`
    Instead: `"StringLike": {"aws:PrincipalTag/team": "analytics-*"}`
    """
    if subject.type is not PolicyType.ENDPOINT:
        return
    for test in subject.tests:
        if test.form.base not in _LIKES:
            continue
        for pointer, value in test.values:
            if set("*?") & set(value.text) and max(map(len, re.split(r"[*?]+", value.text))) < _LEAST_LITERAL:
                message = f"{quoted(value.text)} has no {_LEAST_LITERAL} characters in a row beside its wildcards"
                yield Finding(message, value.span, pointer, "write more of the value out")


def endpoint_account_pattern(subject: Subject) -> Findings:
    """An account field of an ARN that mixes digits with wildcards, in an endpoint policy.

    Why: AWS does not save it: the field is a whole account or a wildcard.
    Example: `"Resource": "arn:aws:sqs:us-east-1:1111*:queue"`
    Instead: `"Resource": "arn:aws:sqs:us-east-1:111122223333:queue"`
    """
    if subject.type is not PolicyType.ENDPOINT:
        return
    places: list[tuple[str, Span, str]] = [(entry.text, entry.span, entry.pointer) for entry in subject.resources]
    places += [
        (value.text, value.span, pointer)
        for test in subject.tests
        if test.family is Family.ARN
        for pointer, value in test.values
    ]
    for text, span, pointer in places:
        account = "".join(split_arn(text)[4:5])
        if set("*?") & set(account) and account.strip("*?"):
            message = f"the account {quoted(account)} is neither whole nor a wildcard"
            yield Finding(message, span, pointer, "write twelve digits, or `*`")
