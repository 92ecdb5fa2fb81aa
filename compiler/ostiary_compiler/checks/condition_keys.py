"""Rules about condition keys (iam-semantics.md 7, 11.5). Not here: the keys of services, which need the service reference."""

from ostiary_compiler.checks.global_keys import GLOBAL_KEYS, PREFIX, KeyType, global_key
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import Subject
from ostiary_grammar.spelling import nearest
from ostiary_grammar.terms import Family, fold
from ostiary_grammar.wording import quoted

_CALLER_CONTROLLED = frozenset(map(fold, ("aws:referer", "aws:UserAgent")))
_FITTING: dict[Family, tuple[KeyType, ...]] = {
    Family.STRING: tuple(set(KeyType) - {KeyType.ADDRESS}),
    Family.NUMERIC: (KeyType.NUMBER, KeyType.DATE_OR_NUMBER),
    Family.DATE: (KeyType.DATE, KeyType.DATE_OR_NUMBER),
    Family.BOOL: (KeyType.BOOLEAN,),
    Family.BINARY: (),
    Family.IP_ADDRESS: (KeyType.ADDRESS,),
    Family.ARN: (KeyType.ARN,),
    Family.NULL: tuple(KeyType),
}
_ARN_TEXTS = (fold("aws:FederatedProvider"),)
"""Keys of texts that often are ARNs."""


def condition_key_malformed(subject: Subject) -> Findings:
    """A condition key that is not a prefix, a colon and a name.

    Why: IAM saves it, and no request holds such a key.
    Example: `"StringEquals": {"SourceAccount": "111122223333"}`
    Instead: `"StringEquals": {"aws:SourceAccount": "111122223333"}`
    """
    for test in subject.tests:
        written = test.node.key.value
        prefix, colon, name = written.partition(":")
        if not (colon and prefix and name) or any(character.isspace() for character in prefix):
            near = nearest(f"{PREFIX}{written}", [key.name for key in GLOBAL_KEYS]) if not colon else None
            message = f"{quoted(written)} is no condition key, so no request holds it"
            advice = f"did you mean `{near}`?" if near else "a key is a prefix, a colon and a name: `aws:SourceIp`"
            yield Finding(message, test.node.key.span, test.pointer, advice)


def global_key_unknown(subject: Subject) -> Findings:
    """A condition key that begins with `aws:` and is not among AWS's global keys.

    Why: no request holds it, so a positive test never holds and a negated one always does.
    Example: `"StringEquals": {"aws:SourceAcount": "111122223333"}`
    Instead: `"StringEquals": {"aws:SourceAccount": "111122223333"}`
    """
    for test in subject.tests:
        written = test.node.key.value
        if test.key.startswith(PREFIX) and global_key(written) is None and "${" not in written:
            near = nearest(written.partition("/")[0], [key.name for key in GLOBAL_KEYS])
            message = f"{quoted(written)} is not a global condition key"
            yield Finding(message, test.node.key.span, test.pointer, f"did you mean `{near}`?" if near else None)


def tag_key_missing(subject: Subject) -> Findings:
    """A tag condition key without a tag.

    Why: the name of the tag belongs to the key, so no request holds it without one.
    Example: `"StringEquals": {"aws:RequestTag": "dev"}`
    Instead: `"StringEquals": {"aws:RequestTag/stage": "dev"}`
    """
    for test in subject.tests:
        key = global_key(test.node.key.value)
        if key is not None and key.tagged and not test.key.partition("/")[2]:
            message = f"{quoted(test.node.key.value)} names no tag"
            yield Finding(message, test.node.key.span, test.pointer, f"write `{key.name}/` and the tag's key")


def multivalued_key_without_set_operator(subject: Subject) -> Findings:
    """A multivalued key under an operator without `ForAllValues:` or `ForAnyValue:`.

    Why: with several values in the request there is no match, whether the operator is negated or not.
    Example: `"StringEquals": {"aws:TagKeys": ["stage", "team"]}`
    Instead: `"ForAllValues:StringEquals": {"aws:TagKeys": ["stage", "team"]}`
    """
    for test in subject.tests:
        key = global_key(test.node.key.value)
        if key is not None and key.multivalued and test.form.quantifier is None and test.family is not Family.NULL:
            message = f"{quoted(test.node.key.value)} may hold several values, which `{test.form}` never matches"
            advice = f"write `ForAnyValue:{test.form}` or `ForAllValues:{test.form}`"
            yield Finding(message, test.operator.span, test.pointer, advice)


def operator_key_type(subject: Subject) -> Findings:
    """An operator of a family that does not fit the type of a global key.

    Why: the value in the request cannot be read as the operator needs it, so the test never holds, or always.
    Example: `"StringEquals": {"aws:SourceIp": "203.0.113.0/24"}`
    Instead: `"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}`
    """
    for test in subject.tests:
        key = global_key(test.node.key.value)
        if key is None or key.tagged or key.type in (KeyType.OPEN, *_FITTING[test.family]):
            continue  # the text of a tag may be anything
        if test.family is Family.ARN and test.key in _ARN_TEXTS:
            continue
        message = f"`{test.form}` does not fit {quoted(test.node.key.value)}, whose type is {key.type.value}"
        yield Finding(message, test.operator.span, test.pointer, "use an operator of that type")


def caller_controlled_guard(subject: Subject) -> Findings:
    """An Allow whose only conditions are on what the caller may write into the request.

    Why: the referer and the user agent are headers that any caller sets at will.
    Example: `{"Effect": "Allow", "Principal": "*", ..., "Condition": {"StringLike": {"aws:referer": "https://example.com/*"}}}`
    Instead: a condition on what AWS itself states, such as `aws:SourceVpce` or `aws:PrincipalOrgID`
    """
    for each in subject.statements:
        tests = list(each.tests_of()) if each.allows else []
        if tests and all(test.key in _CALLER_CONTROLLED for test in tests):
            message = (
                f"{quoted(tests[0].node.key.value)} is written by the caller, and nothing else guards the statement"
            )
            yield Finding(
                message, tests[0].node.key.span, tests[0].pointer, "add a condition that the caller cannot set"
            )
