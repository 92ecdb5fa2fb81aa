"""Rules about condition values (iam-semantics.md 1.4, 6.4 to 6.11, 11.5).

A value that its operator cannot read is saved by IAM all the same, dates excepted. Under a positive operator it then never
matches; under a negated one the answer is Unknown.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, ip_address, ip_network

from ostiary_compiler.checks.dates import is_saved
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import PlacedTest, Subject
from ostiary_grammar.arn import split_arn
from ostiary_grammar.syntax import Value
from ostiary_grammar.terms import Family, Operator, fold
from ostiary_grammar.wording import quoted
from ostiary_runtime.values import parse_binary, parse_boolean, parse_date, parse_network, parse_number

_WITHOUT_WILDCARDS = (
    Operator.STRING_EQUALS,
    Operator.STRING_NOT_EQUALS,
    Operator.STRING_EQUALS_IGNORE_CASE,
    Operator.STRING_NOT_EQUALS_IGNORE_CASE,
)
_EARLIEST_LIKELY = 10**8  # digits below it are a year or a date far more likely than a second of the early seventies
_SOURCE_IP = fold("aws:SourceIp")
_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_VPC_IDS = {fold("aws:SourceVpc"): "vpc", fold("aws:SourceVpce"): "vpce"}


def date_malformed(subject: Subject) -> Findings:
    """A value under a date operator that IAM does not take for a date.

    Why: dates are the one kind of value that is checked when a policy is saved, so it is not saved.
    Example: `"DateLessThan": {"aws:CurrentTime": "tomorrow"}`
    Instead: `"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}`
    """
    for _, pointer, value in _values(subject, Family.DATE):
        if not is_saved(value.text):
            message = f"{quoted(value.text)} is no date"
            yield Finding(message, value.span, pointer, "write it as `2030-01-31T23:59:59Z`")


def date_without_instant(subject: Subject) -> Findings:
    """A value under a date operator that IAM saves, but that names no point in time.

    Why: no form of it is documented, so it never matches; under a negated operator the answer is Unknown.
    Example: `"DateLessThan": {"aws:CurrentTime": "2030-02-31"}`
    Instead: `"DateLessThan": {"aws:CurrentTime": "2030-03-01"}`
    """
    for _, pointer, value in _values(subject, Family.DATE):
        if is_saved(value.text) and parse_date(value.text) is None:
            message = f"{quoted(value.text)} names no point in time"
            yield Finding(message, value.span, pointer, "write it as `2030-01-31T23:59:59Z`")


def date_digits(subject: Subject) -> Findings:
    """A date of a few digits, which surely means a year or a day.

    Why: digits alone are seconds since 1970, so `2030` is an instant of the first of January 1970.
    Example: `"DateLessThan": {"aws:CurrentTime": "2030"}`
    Instead: `"DateLessThan": {"aws:CurrentTime": "2030-01-01"}`
    """
    for _, pointer, value in _values(subject, Family.DATE):
        if re.fullmatch(r"[0-9]{1,9}", value.text, re.ASCII) and int(value.text) < _EARLIEST_LIKELY:
            message = f"{quoted(value.text)} counts as seconds since 1970"
            yield Finding(message, value.span, pointer, "write a date with dashes: `2030-01-01`")


def number_unreadable(subject: Subject) -> Findings:
    """A value under a numeric operator that is no number.

    Why: it never matches; under a negated operator the answer is Unknown. Only digits, one point and a minus are read.
    Example: `"NumericLessThan": {"aws:MultiFactorAuthAge": "1h"}`
    Instead: `"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}`
    """
    yield from _unreadable(subject, Family.NUMERIC, parse_number, "no number", "write digits: `3600`")


def boolean_unreadable(subject: Subject) -> Findings:
    """A value under `Bool` that is neither true nor false.

    Why: it never matches.
    Example: `"Bool": {"aws:SecureTransport": "yes"}`
    Instead: `"Bool": {"aws:SecureTransport": "true"}`
    """
    yield from _unreadable(subject, Family.BOOL, parse_boolean, "neither `true` nor `false`", "write `true` or `false`")


def null_value_unreadable(subject: Subject) -> Findings:
    """A value under `Null` that is neither true nor false.

    Why: `Null` asks whether the key is absent, and compares no values.
    Example: `"Null": {"aws:TokenIssueTime": ""}`
    Instead: `"Null": {"aws:TokenIssueTime": "true"}`
    """
    advice = "write `true` for absent, `false` for present"
    yield from _unreadable(subject, Family.NULL, parse_boolean, "neither `true` nor `false`", advice)


def address_unreadable(subject: Subject) -> Findings:
    """A value under an address operator that is neither an address nor a CIDR range.

    Why: it never matches; under a negated operator the answer is Unknown.
    Example: `"IpAddress": {"aws:SourceIp": "203.0.113"}`
    Instead: `"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}`
    """
    advice = "write an address, or a range as `203.0.113.0/24`"
    yield from _unreadable(subject, Family.IP_ADDRESS, parse_network, "neither an address nor a CIDR range", advice)


def binary_unreadable(subject: Subject) -> Findings:
    """A value under `BinaryEquals` that is not base64.

    Why: it never matches.
    Example: `"BinaryEquals": {"my:key": "not base64!"}`
    Instead: `"BinaryEquals": {"my:key": "bm90IGJhc2U2NCE="}`
    """
    yield from _unreadable(subject, Family.BINARY, parse_binary, "not base64", "encode the bytes as base64")


def arn_value_incomplete(subject: Subject) -> Findings:
    """A value under an ARN operator that does not have the six fields of an ARN.

    Why: how it compares is not documented; here the answer is Unknown.
    Example: `"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}`
    Instead: `"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:*"}`
    """
    for _, pointer, value in _values(subject, Family.ARN):
        fields = split_arn(value.text)
        if "${" not in value.text and (len(fields) < 6 or fields[0] != "arn"):
            count = f"{len(fields)} of six fields" if len(fields) < 6 else "six fields, but no `arn` before them"
            message = f"{quoted(value.text)} is no whole ARN: it has {count}"
            yield Finding(message, value.span, pointer, "write all fields: `arn:aws:iam::*:*`")


def values_empty(subject: Subject) -> Findings:
    """A condition key with an empty list of values.

    Why: AWS's pages contradict each other on what that means; here the answer is Unknown under a plain operator.
    Example: `"StringEquals": {"aws:PrincipalOrgID": []}`
    Instead: a value, or no test
    """
    for test in subject.tests:
        if not test.node.values:
            message = f"{quoted(test.node.key.value)} has no values to compare with"
            yield Finding(message, test.node.span, test.pointer, "add a value, or remove the key")


def values_of_mixed_types(subject: Subject) -> Findings:
    """A list of values with several JSON types.

    Why: all are compared by their text, so it works; AWS's own checks call it an error, and it is mostly a mistake.
    Example: `"StringEquals": {"ec2:Region": ["1", 1]}`
    Instead: `"StringEquals": {"ec2:Region": ["1"]}`
    """
    for test in subject.tests:
        kinds = {value.kind for value in test.node.values}
        if len(kinds) > 1:
            names = " and ".join(sorted(f"a {kind.value}" for kind in kinds))
            message = f"the values of {quoted(test.node.key.value)} are of several types: {names}"
            yield Finding(message, test.node.span, test.pointer, "write them all as strings")


def booleans_both(subject: Subject) -> Findings:
    """Both true and false for one key under `Bool` or `Null`.

    Why: the test then holds for every value, or always.
    Example: `"Bool": {"aws:SecureTransport": ["true", "false"]}`
    Instead: one of the two
    """
    for test in subject.tests:
        if test.family in (Family.BOOL, Family.NULL) and len({value.text.lower() for _, value in test.values}) > 1:
            message = f"`{test.form}` with several values tests nothing"
            yield Finding(message, test.node.span, test.pointer, "keep the one that is meant")


def wildcard_without_like(subject: Subject) -> Findings:
    """A star or question mark in a value of a string operator that compares exactly.

    Why: there it is an ordinary character, so a Deny does not apply to what it seems to.
    Example: `"StringEquals": {"aws:PrincipalTag/team": "core-*"}`
    Instead: `"StringLike": {"aws:PrincipalTag/team": "core-*"}`
    """
    for test in subject.tests:
        if test.form.base not in _WITHOUT_WILDCARDS:
            continue
        for pointer, value in test.values:
            plain = re.sub(r"\$\{[^}]*\}", "", value.text)
            if set("*?") & set(plain):
                message = f"{quoted(value.text)} is compared exactly: `{test.form}` knows no wildcards"
                yield Finding(message, value.span, pointer, "use `StringLike`, or write the value out")


def like_star_only(subject: Subject) -> Findings:
    """A pattern that is nothing but a star.

    Why: it only says that the key is there, as `Null` false does more plainly.
    Example: `"StringLike": {"aws:PrincipalTag/team": "*"}`
    Instead: `"Null": {"aws:PrincipalTag/team": "false"}`
    """
    for test in subject.tests:
        if test.form.base is Operator.STRING_LIKE and test.form.quantifier is None and not test.form.if_exists:
            for pointer, value in test.values:
                if value.text == "*":
                    message = f"`*` only asks whether {quoted(test.node.key.value)} is there"
                    yield Finding(message, value.span, pointer, 'write `"Null"` with `"false"`')


def cidr_host_bits(subject: Subject) -> Findings:
    """A CIDR range whose address has bits after the prefix.

    Why: those bits are ignored, so the range is wider than the address in it suggests.
    Example: `"IpAddress": {"aws:SourceIp": "203.0.113.77/24"}`
    Instead: `"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}`
    """
    for _, pointer, value in _values(subject, Family.IP_ADDRESS):
        if "/" in value.text and parse_network(value.text) is not None:
            network = ip_network(value.text, strict=False)
            if int(network.network_address) != int(ip_address(value.text.partition("/")[0])):
                message = f"{quoted(value.text)} counts as {quoted(str(network))}"
                yield Finding(message, value.span, pointer, f"write {quoted(str(network))}")


def source_ip_private(subject: Subject) -> Findings:
    """A private address range for `aws:SourceIp`.

    Why: requests reach AWS from public addresses, and those through an endpoint do not have the key at all.
    Example: `"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}`
    Instead: `"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}`
    """
    for test, pointer, value in _values(subject, Family.IP_ADDRESS):
        if test.key != _SOURCE_IP or parse_network(value.text) is None:
            continue
        network = ip_network(value.text, strict=False)
        if isinstance(network, IPv4Network) and any(network.subnet_of(private) for private in _PRIVATE):
            message = f"no request comes from {quoted(value.text)}: the range is private"
            yield Finding(message, value.span, pointer, "use `aws:VpcSourceIp` for requests through an endpoint")


def vpc_id_malformed(subject: Subject) -> Findings:
    """A value of `aws:SourceVpc` or `aws:SourceVpce` that is no id of a VPC or VPC endpoint.

    Why: it equals no id, so a Deny unless it is equal hits everyone.
    Example: `"StringNotEquals": {"aws:SourceVpce": "my-endpoint"}`
    Instead: `"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}`
    """
    for test, pointer, value in _values(subject, Family.STRING):
        kind = _VPC_IDS.get(test.key)
        if kind is None or set("*?$") & set(value.text):
            continue
        if re.fullmatch(rf"{kind}-[0-9a-z]+", value.text, re.ASCII) is None:
            message = f"{quoted(value.text)} is no id for {quoted(test.node.key.value)}"
            yield Finding(message, value.span, pointer, f"write an id such as `{kind}-1a2b3c4d`")


def _values(subject: Subject, family: Family) -> Iterator[tuple[PlacedTest, str, Value]]:
    for test in subject.tests:
        if test.family is family:
            for pointer, value in test.values:
                yield test, pointer, value


def _unreadable(subject: Subject, family: Family, parse: Callable[[str], object], what: str, advice: str) -> Findings:
    """The values that an operator family cannot read; variables have rules of their own."""
    for test, pointer, value in _values(subject, family):
        if "${" not in value.text and parse(value.text) is None:
            effect = "the answer is Unknown" if test.form.base.negated else "it never matches"
            yield Finding(f"{quoted(value.text)} is {what}, so {effect}", value.span, pointer, advice)
