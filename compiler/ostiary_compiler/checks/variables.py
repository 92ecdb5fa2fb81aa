"""Rules about policy variables (iam-semantics.md 1.2, 5, 10.4, 11.6).

A variable means something in the resource part of a Resource entry and in the values of String and Arn operators, in a
document of version 2012-10-17. Everywhere else `${` is a pair of ordinary characters.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ostiary_compiler.checks.global_keys import GLOBAL_KEYS, PREFIX, global_key
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import VERSION_2012, PlacedTest, Subject
from ostiary_grammar.arn import RESOURCE_FIELD, split_arn
from ostiary_grammar.pattern import Variable
from ostiary_grammar.span import Span
from ostiary_grammar.spelling import nearest
from ostiary_grammar.terms import Family, fold
from ostiary_grammar.variables import parse_template, variable_faults
from ostiary_grammar.wording import quoted

_MARK = "${"
_EXPANDED = (Family.STRING, Family.ARN)


@dataclass(frozen=True, slots=True)
class _Template:
    """A text in which variables mean something; `test` is None in a Resource entry."""

    text: str
    span: Span
    pointer: str
    test: PlacedTest | None


def variable_in_old_version(subject: Subject) -> Findings:
    """A variable in a document whose Version is missing or 2008-10-17.

    Why: it is ordinary text there. An Allow that compares with it in a negated way then always applies, and a Deny that
    names it silently never does.
    Example: `{"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"}}`
    Instead: the same with `"Version": "2012-10-17"`
    """
    if subject.version == VERSION_2012:
        return
    version = f"version {quoted(subject.version)}" if subject.version is not None else "a document without `Version`"
    for text, span, pointer in _texts(subject):
        if _MARK in text:
            message = f"the variable in {quoted(text)} is ordinary text in {version}"
            yield Finding(message, span, pointer, f'write `"Version": "{VERSION_2012}"`')


def variable_malformed(subject: Subject) -> Findings:
    """A variable with a missing brace or quote, a blank in its name, or no name.

    Why: it stands for its own characters, which nobody meant.
    Example: `"Resource": "arn:aws:s3:::b/${aws:username"`
    Instead: `"Resource": "arn:aws:s3:::b/${aws:username}"`
    """
    for template in _templates(subject):
        for fault in variable_faults(template.text):
            advice = "a variable is `${KEY}` or `${KEY, 'DEFAULT'}`"
            yield Finding(fault.message, template.span, template.pointer, advice)


def variable_without_prefix(subject: Subject) -> Findings:
    """A variable whose name has no prefix, as no condition key does.

    Why: it never has a value. Most likely it is a placeholder that a deployment tool was to fill.
    Example: `"Resource": "arn:aws:s3:::${BucketName}/*"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket/*"`
    """
    for template, variable in _variables(subject):
        if ":" not in variable.key:
            message = (
                f"`{_MARK}{variable.key}}}` is no condition key; it may be a placeholder that was left in the text"
            )
            yield Finding(
                message, template.span, template.pointer, "put the value in its place, or name a condition key"
            )


def variable_key_unknown(subject: Subject) -> Findings:
    """A variable that begins with `aws:` and is not among AWS's global keys, or names no tag.

    Why: it never has a value, so its entry matches nothing.
    Example: `"Resource": "arn:aws:s3:::b/${aws:user}/*"`
    Instead: `"Resource": "arn:aws:s3:::b/${aws:username}/*"`
    """
    for template, variable in _variables(subject):
        if not fold(variable.key).startswith(PREFIX):
            continue
        name, _, tag = variable.key.partition("/")
        key = global_key(variable.key)
        if key is None:
            near = nearest(name, [known.name for known in GLOBAL_KEYS])
            message = f"{quoted(variable.key)} is not a global condition key"
            yield Finding(message, template.span, template.pointer, f"did you mean `{near}`?" if near else None)
        elif key.tagged and not tag:
            advice = f"write `{key.name}/` and the tag's key"
            yield Finding(f"{quoted(variable.key)} names no tag", template.span, template.pointer, advice)


def variable_multivalued(subject: Subject) -> Findings:
    """A variable whose key may hold several values.

    Why: only single-valued keys have a value as variables, even if the request holds one value only.
    Example: `"Resource": "arn:aws:s3:::b/${aws:TagKeys}"`
    Instead: a condition on the key
    """
    for template, variable in _variables(subject):
        key = global_key(variable.key)
        if key is not None and key.multivalued:
            message = f"{quoted(variable.key)} may hold several values, so as a variable it never has one"
            yield Finding(message, template.span, template.pointer, "test it in a condition")


def variable_before_resource_part(subject: Subject) -> Findings:
    """A variable before the fifth colon of a Resource entry.

    Why: variables count in the resource part alone, so the entry matches nothing.
    Example: `"Resource": "arn:aws:iam::${aws:PrincipalAccount}:role/app"`
    Instead: `"Resource": "arn:aws:iam::*:role/app"` and a condition on `aws:ResourceAccount`
    """
    if not subject.has_variables:
        return
    for entry in subject.resources:
        if any(_MARK in field for field in split_arn(entry.text)[:RESOURCE_FIELD]):
            message = f"{quoted(entry.text)} has a variable before its resource part, so it matches nothing"
            yield Finding(message, entry.span, entry.pointer, "write a star there, and test the value in a condition")


def variable_under_operator(subject: Subject) -> Findings:
    """A variable in a value of an operator that knows none.

    Why: only String and Arn operators expand variables, so the value is unreadable and never matches.
    Example: `"NumericEquals": {"s3:max-keys": "${aws:PrincipalTag/keys}"}`
    Instead: `"StringEquals": {"s3:max-keys": "${aws:PrincipalTag/keys}"}`
    """
    if not subject.has_variables:
        return
    for test in subject.tests:
        if test.family in _EXPANDED:
            continue
        for pointer, value in test.values:
            if _MARK in value.text:
                message = f"`{test.form}` does not expand the variable in {quoted(value.text)}"
                yield Finding(message, value.span, pointer, "use a String operator, or write the value out")


def variable_in_element(subject: Subject) -> Findings:
    """A variable in an action, a Sid or a condition key.

    Why: it is ordinary text there.
    Example: `"Action": "s3:${aws:PrincipalTag/action}"`
    Instead: the actions that are meant
    """
    places = [(entry.text, entry.span, entry.pointer) for entry in subject.actions]
    places += [
        (each.node.sid.value, each.node.sid.span, f"{each.pointer}/Sid")
        for each in subject.statements
        if each.node.sid is not None
    ]
    places += [(test.node.key.value, test.node.key.span, test.pointer) for test in subject.tests]
    for text, span, pointer in places:
        if _MARK in text:
            message = (
                f"the variable in {quoted(text)} is ordinary text: only resources and condition values have variables"
            )
            yield Finding(message, span, pointer, "write the text out")


def variable_in_negated_allow(subject: Subject) -> Findings:
    """An Allow with a negated operator against a variable that has no default.

    Why: the test holds when the variable has no value, so the Allow applies to whoever lacks it.
    Example: `"StringNotEquals": {"s3:ExistingObjectTag/owner": "${aws:PrincipalTag/name}"}` in an Allow
    Instead: the same with `"Null": {"aws:PrincipalTag/name": "false"}`
    """
    nulls: dict[str, set[str]] = {}
    for other in subject.tests:
        if other.family is Family.NULL:
            nulls.setdefault(other.statement.pointer, set()).add(other.key)
    for template, variable in _variables(subject):
        test = template.test
        if test is None or variable.default is not None or not (test.form.base.negated and test.statement.allows):
            continue
        key = global_key(variable.key)
        guarded = fold(variable.key) in nulls.get(test.statement.pointer, ())
        if not guarded and not (key is not None and key.always):
            message = f"the `Allow` applies to callers for whom {quoted(variable.key)} has no value"
            written = f'"Null": {{"{variable.key}": "false"}}'
            yield Finding(message, template.span, template.pointer, f"add {quoted(written)}")


def _texts(subject: Subject) -> Iterator[tuple[str, Span, str]]:
    """Every text in which a document of version 2012-10-17 could have variables."""
    for entry in subject.resources:
        yield entry.text, entry.span, entry.pointer
    for test in subject.tests:
        for pointer, value in test.values:
            yield value.text, value.span, pointer


def _templates(subject: Subject) -> Iterator[_Template]:
    """Every text with a `${` that means something."""
    if not subject.has_variables:
        return
    for entry in subject.resources:
        part = split_arn(entry.text)[RESOURCE_FIELD:]
        if part and _MARK in part[0]:
            yield _Template(part[0], entry.span, entry.pointer, None)
    for test in subject.tests:
        if test.family in _EXPANDED:
            for pointer, value in test.values:
                if _MARK in value.text:
                    yield _Template(value.text, value.span, pointer, test)


def _variables(subject: Subject) -> Iterator[tuple[_Template, Variable]]:
    for template in _templates(subject):
        for token in parse_template(template.text, variables=True, wildcards=True):
            if isinstance(token, Variable):
                yield template, token
