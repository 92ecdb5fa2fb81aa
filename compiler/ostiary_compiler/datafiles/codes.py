"""The codes of what can be wrong with files of data, beside those that they share with policies (`ostiary_grammar.codes`).

Each is stable and never reused.
"""

import enum


class DataCode(enum.Enum):
    """What is wrong with a policy set, account details or a test file."""

    FILE = "data-file"
    """The file cannot be read."""
    ENCODING = "data-encoding"
    """The file is not UTF-8, or not what its compression says."""
    YAML_SYNTAX = "yaml-syntax"
    YAML_FEATURE = "yaml-feature"
    """YAML that JSON could not say: tags, merge keys, keys that are no text, anchors inside themselves."""
    YAML_NOT_INSTALLED = "yaml-not-installed"
    MISSING_KEY = "missing-key"
    EMPTY_LIST = "empty-list"
    UNKNOWN_WORD = "unknown-word"
    """A word that is not one of the few that may stand there."""
    BAD_VALUE = "bad-value"
    """Text that is no account id, ARN or the like, where one must stand."""
    EXCLUSIVE_KEYS = "exclusive-keys"
    """Two keys of which exactly one must be there."""
    OTHER_FORM = "other-form"
    """A file of another kind than the one that was to be read."""
    POLICY_TARGET = "policy-target"
    """What a policy is attached to is nothing that its type can be attached to."""
    UNBOUND_TARGET = "unbound-target"
    """A policy that binds nobody, since nothing leads to what it is attached to."""
    LAYER_NOT_ASKED = "layer-not-asked"
    """Policies of a type that the set does not ask."""
    ACCOUNT_PLACED_TWICE = "account-placed-twice"
    MISSING_POLICY = "missing-policy"
    """A managed policy that is attached, and whose document is not there."""
    MISSING_GROUP = "missing-group"
    CUT_SHORT = "cut-short"
    """Only some pages of a list."""
