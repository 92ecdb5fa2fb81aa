"""The closed vocabularies of the policy language: effects, policy types, condition operators.

Words are spelled as AWS spells them; operator names are compared exactly (iam-semantics.md 1.4, 10.33).
"""

import enum
from dataclasses import dataclass


class Effect(enum.Enum):
    """How a request is decided; a statement's `Effect` is ALLOW or EXPLICIT_DENY."""

    ALLOW = "Allow"
    EXPLICIT_DENY = "ExplicitDeny"
    IMPLICIT_DENY = "ImplicitDeny"


class PolicyType(enum.Enum):
    """The kinds of policy, by what they are attached to and what they can do (iam-semantics.md 1.5)."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    SCP = "scp"
    RCP = "rcp"
    ENDPOINT = "endpoint"

    __hash__ = object.__hash__  # PERF: members are compared by identity; `enum` hashes their names, in Python


class Quantifier(enum.Enum):
    """The set prefix of an operator (iam-semantics.md 6.13)."""

    FOR_ALL_VALUES = "ForAllValues"
    FOR_ANY_VALUE = "ForAnyValue"


class Family(enum.Enum):
    """What an operator takes its values for."""

    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP_ADDRESS = "IpAddress"
    ARN = "Arn"
    NULL = "Null"


class Operator(enum.Enum):
    """The base operators (iam-semantics.md 6.2), without set prefix and `IfExists`."""

    STRING_EQUALS = "StringEquals"
    STRING_NOT_EQUALS = "StringNotEquals"
    STRING_EQUALS_IGNORE_CASE = "StringEqualsIgnoreCase"
    STRING_NOT_EQUALS_IGNORE_CASE = "StringNotEqualsIgnoreCase"
    STRING_LIKE = "StringLike"
    STRING_NOT_LIKE = "StringNotLike"
    NUMERIC_EQUALS = "NumericEquals"
    NUMERIC_NOT_EQUALS = "NumericNotEquals"
    NUMERIC_LESS_THAN = "NumericLessThan"
    NUMERIC_LESS_THAN_EQUALS = "NumericLessThanEquals"
    NUMERIC_GREATER_THAN = "NumericGreaterThan"
    NUMERIC_GREATER_THAN_EQUALS = "NumericGreaterThanEquals"
    DATE_EQUALS = "DateEquals"
    DATE_NOT_EQUALS = "DateNotEquals"
    DATE_LESS_THAN = "DateLessThan"
    DATE_LESS_THAN_EQUALS = "DateLessThanEquals"
    DATE_GREATER_THAN = "DateGreaterThan"
    DATE_GREATER_THAN_EQUALS = "DateGreaterThanEquals"
    BOOL = "Bool"
    BINARY_EQUALS = "BinaryEquals"
    IP_ADDRESS = "IpAddress"
    NOT_IP_ADDRESS = "NotIpAddress"
    ARN_EQUALS = "ArnEquals"
    ARN_NOT_EQUALS = "ArnNotEquals"
    ARN_LIKE = "ArnLike"
    ARN_NOT_LIKE = "ArnNotLike"
    NULL = "Null"

    @property
    def negated(self) -> bool:
        """Whether the test holds when *no* value matches. There is no negated Bool."""
        return "Not" in self.value

    @property
    def family(self) -> Family:
        """The family of the operator: `Numeric` for `NumericLessThan`."""
        if self is Operator.NOT_IP_ADDRESS:
            return Family.IP_ADDRESS
        return next(family for family in Family if self.value.startswith(family.value))


@dataclass(frozen=True, slots=True)
class OperatorForm:
    """An operator as a policy writes it: `ForAllValues:StringLikeIfExists`."""

    base: Operator
    quantifier: Quantifier | None = None
    if_exists: bool = False

    def __str__(self) -> str:
        prefix = f"{self.quantifier.value}:" if self.quantifier else ""
        return f"{prefix}{self.base.value}{'IfExists' if self.if_exists else ''}"


_OPERATORS = {operator.value: operator for operator in Operator}
_QUANTIFIERS = {quantifier.value: quantifier for quantifier in Quantifier}


def parse_operator(text: str) -> OperatorForm | None:
    """The operator that `text` names, or None. `NullIfExists` is none (iam-semantics.md 6.12)."""
    prefix, colon, name = text.rpartition(":")
    quantifier = _QUANTIFIERS.get(prefix)
    if colon and quantifier is None:
        return None
    base = _OPERATORS.get(name)
    if base is not None:
        return OperatorForm(base, quantifier)
    base = _OPERATORS.get(name.removesuffix("IfExists"))
    if base is None or base is Operator.NULL:
        return None
    return OperatorForm(base, quantifier, if_exists=True)


def fold(text: str) -> str:
    """Lower case for ASCII letters only: how actions and condition keys compare (iam-semantics.md 2.1, 7.1)."""
    # PERF: str.lower is right for ASCII text, which nearly every action and key is
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
