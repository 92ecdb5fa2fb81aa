"""Rules about operators, and how they go with keys and effects (iam-semantics.md 6, 10, 11.5)."""

from ostiary_compiler.checks.global_keys import KeyType, global_key
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import PlacedStatement, Subject
from ostiary_grammar.spelling import nearest_operator
from ostiary_grammar.syntax import Value
from ostiary_grammar.terms import Family, Operator, Quantifier, fold, parse_operator
from ostiary_grammar.wording import pointer_to, quoted

_MFA = fold("aws:MultiFactorAuthPresent")


def condition_empty(subject: Subject) -> Findings:
    """A Condition without any test.

    Why: it restricts nothing.
    Example: `"Condition": {}`
    Instead: a condition, or none
    """
    for each in subject.statements:
        condition = each.node.condition
        if condition is not None and not each.conditional:
            message = "the condition is empty and restricts nothing"
            yield Finding(message, condition.span, f"{each.pointer}/Condition", "add a test, or remove it")


def operator_without_keys(subject: Subject) -> Findings:
    """An operator without keys in a condition that tests something else, or one whose name is no operator at all.

    Why: it restricts nothing, and without keys IAM accepts any name.
    Example: `"Condition": {"StringEquals": {}, "Bool": {"aws:SecureTransport": "true"}}`
    Instead: `"Condition": {"Bool": {"aws:SecureTransport": "true"}}`
    """
    for each in subject.statements:
        if each.node.condition is None:
            continue
        parent = f"{each.pointer}/Condition"
        for block in each.node.condition.operators:
            name = block.operator.value
            unknown = parse_operator(name) is None
            if block.tests or not (unknown or each.conditional):
                continue
            message = f"{quoted(name)} has no keys and restricts nothing"
            near = nearest_operator(name) if unknown else None
            advice = f"did you mean `{near}`?" if near else "add a key, or remove it"
            yield Finding(message, block.operator.span, pointer_to(parent, name), advice)


def null_with_set_operator(subject: Subject) -> Findings:
    """`Null` with `ForAllValues:` or `ForAnyValue:`.

    Why: the sources contradict each other on what it does; here the answer is Unknown.
    Example: `"ForAnyValue:Null": {"aws:TagKeys": "false"}`
    Instead: `"Null": {"aws:TagKeys": "false"}`
    """
    for test in subject.tests:
        if test.form.base is Operator.NULL and test.form.quantifier is not None:
            message = f"what `{test.form}` does is not clear"
            yield Finding(message, test.operator.span, test.pointer, "write `Null`")


def for_any_value_if_exists(subject: Subject) -> Findings:
    """`ForAnyValue:` together with `IfExists`.

    Why: for a request without the key, the one says that the test holds and the other that it does not; here the answer is
    Unknown then.
    Example: `"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "stage"}`
    Instead: `"ForAnyValue:StringEquals"`, or two statements
    """
    for test in subject.tests:
        if test.form.quantifier is Quantifier.FOR_ANY_VALUE and test.form.if_exists:
            message = f"`{test.form}` contradicts itself where the key is absent"
            yield Finding(message, test.operator.span, test.pointer, "drop `ForAnyValue:` or `IfExists`")


def for_all_values_allow(subject: Subject) -> Findings:
    """`ForAllValues:` in an Allow, without a test that the key is there.

    Why: it holds for a request that does not have the key at all, so the Allow applies then too.
    Example: `{"Effect": "Allow", ..., "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "stage"}}}`
    Instead: the same with `"Null": {"aws:TagKeys": "false"}`
    """
    for each in subject.statements:
        if not each.allows:
            continue
        present = _present_keys(each)
        for test in each.tests_of():
            set_operator = test.form.quantifier is Quantifier.FOR_ALL_VALUES and test.family is not Family.NULL
            if set_operator and test.key not in present:
                message = f"`{test.form}` holds when {quoted(test.node.key.value)} is absent"
                written = f'"Null": {{"{test.node.key.value}": "false"}}'
                yield Finding(message, test.operator.span, test.pointer, f"add {quoted(written)}")


def for_all_values_single_valued(subject: Subject) -> Findings:
    """`ForAllValues:` on a key that holds one value.

    Why: the only thing that it changes is that the test holds when the key is absent.
    Example: `"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-example"}`
    Instead: `"StringEquals": {"aws:PrincipalOrgID": "o-example"}`
    """
    for test in subject.tests:
        key = global_key(test.node.key.value)
        for_all = test.form.quantifier is Quantifier.FOR_ALL_VALUES and test.family is not Family.NULL
        if key is not None and not key.multivalued and for_all:
            message = f"{quoted(test.node.key.value)} holds one value, and `{test.form}` holds when it is absent"
            advice = f"write `{str(test.form).partition(':')[2]}`"
            yield Finding(message, test.operator.span, test.pointer, advice)


def mfa_absent(subject: Subject) -> Findings:
    """A test for multi-factor authentication that access keys pass by.

    Why: requests with long-term access keys do not have the key `aws:MultiFactorAuthPresent` at all. A Deny on `Bool` false
    does not apply to them, and an Allow on `BoolIfExists` true does.
    Example: `{"Effect": "Deny", ..., "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}`
    Instead: `{"Effect": "Deny", ..., "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}`
    """
    for test in subject.tests:
        if test.key != _MFA or test.form.base is not Operator.BOOL:
            continue
        asked = {value.text.lower() for _, value in test.values}
        if test.statement.denies and asked == {"false"} and not test.form.if_exists:
            message = "the `Deny` does not apply to long-term access keys, which say nothing about MFA"
            yield Finding(message, test.operator.span, test.pointer, "write `BoolIfExists`")
        elif test.statement.allows and asked == {"true"} and test.form.if_exists:
            message = "the `Allow` applies to long-term access keys, which say nothing about MFA"
            yield Finding(message, test.operator.span, test.pointer, "write `Bool`")


def string_like_on_arn_key(subject: Subject) -> Findings:
    """A string pattern on a key that holds an ARN.

    Why: its stars run over the colons of the ARN, so another field can satisfy what was meant for one.
    Example: `"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}`
    Instead: `"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}`
    """
    likes = (Operator.STRING_LIKE, Operator.STRING_NOT_LIKE)
    for test in subject.tests:
        key = global_key(test.node.key.value)
        if key is None or key.type is not KeyType.ARN or test.form.base not in likes:
            continue
        if any("*" in value.text.rstrip("*") for _, value in test.values):
            message = f"stars of `{test.form}` run over the colons of the ARN in {quoted(test.node.key.value)}"
            advice = f"write `{str(test.form).replace('String', 'Arn')}`"
            yield Finding(message, test.operator.span, test.pointer, advice)


def _present_keys(statement: PlacedStatement) -> set[str]:
    """The keys that other tests of the statement require to be there."""
    return {
        test.key
        for test in statement.tests_of()
        if (test.form.base is Operator.NULL and test.form.quantifier is None and _says_false(test.node.values))
        or (test.form.quantifier is Quantifier.FOR_ANY_VALUE and not test.form.if_exists)
    }


def _says_false(values: tuple[Value, ...]) -> bool:
    return bool(values) and all(value.text.lower() == "false" for value in values)
