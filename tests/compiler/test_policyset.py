"""Policy sets: literal, in the order of attachment, and loud about what is no policy."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, OTHER, allow, deny, document

from ostiary_compiler.policyset import PolicySet, lone_document, merged, policy_type, source_of
from ostiary_grammar.errors import LimitError, OstiaryError, PolicyError, RequestError
from ostiary_grammar.limits import Limits
from ostiary_grammar.terms import PolicyType

GROUP = f"arn:aws:iam::{ACCOUNT}:group/dev"
TEXT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


def test_what_was_attached_is_there_in_order():
    policies = PolicySet()
    policies.attach(document(allow()), type="identity", to=ALICE, name="first")
    policies.attach(TEXT, type="scp", to="r-root", name="second")
    policies.attach(TEXT, name="third")
    assert [(each.name, each.type, each.target) for each in policies.attachments] == [
        ("first", PolicyType.IDENTITY, ALICE),
        ("second", PolicyType.SCP, "r-root"),
        ("third", PolicyType.IDENTITY, None),
    ]


def test_a_document_is_text_a_mapping_or_a_path(tmp_path: Path):
    """All three give the same document; a path is read as UTF-8 and names its source."""
    path = tmp_path / "policy.json"
    path.write_text(TEXT, encoding="utf-8")
    policies = PolicySet()
    mapping = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    for each in (TEXT, mapping, OrderedDict(mapping), path):
        policies.attach(each)
    assert len({each.document for each in policies.attachments}) == 1
    assert [each.name for each in policies.attachments] == ["<document>", "<document>", "<document>", str(path)]


@pytest.mark.parametrize("wrong", [None, 7, b"{}", ["{}"], object()])
def test_anything_else_is_no_document(wrong: Any):
    with pytest.raises(PolicyError, match="JSON text, a mapping or a path"):
        PolicySet().attach(wrong)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "{", '{"Statement": []', "policy.json", '{"Statement": 7}', "\0", "{'a': 1}"]
)
def test_a_text_that_is_no_policy_is_an_error_and_leaves_the_set_as_it_was(text: str):
    """Never an empty policy."""
    policies = PolicySet()
    with pytest.raises(PolicyError) as raised:
        policies.attach(text, type="identity")
    assert raised.value.diagnostics
    assert policies.attachments == ()


@pytest.mark.parametrize("word", ["Identity", "", "policy", "identity ", "vpce"])
def test_unknown_types_are_refused_with_the_known_ones(word: str):
    with pytest.raises(PolicyError) as raised:
        PolicySet().attach(TEXT, type=word)
    assert "`boundary`" in str(raised.value.diagnostics[0].help)


@pytest.mark.parametrize("word", [each.value for each in PolicyType])
def test_types(word: str):
    assert policy_type(word) is PolicyType(word)


def test_files_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(PolicyError, match="cannot read"):
        PolicySet().attach(tmp_path / "nowhere.json")
    with pytest.raises(PolicyError, match="cannot read"):
        PolicySet().attach(tmp_path)
    latin = tmp_path / "latin.json"
    latin.write_bytes(TEXT.replace("*", "é").encode("latin-1"))
    with pytest.raises(PolicyError, match="UTF-8"):
        PolicySet().attach(latin)


@pytest.mark.parametrize(
    "limits",
    [Limits(characters=20), Limits(depth=1), Limits(pattern=0), Limits(statements=0), Limits(list_items=0)],
    ids=str,
)
def test_limits_of_a_set_hold_for_its_documents(limits: Limits):
    with pytest.raises(LimitError) as raised:
        PolicySet(limits=limits).attach(document(allow(Action=["s3:GetObject"], Resource=["*"])))
    assert isinstance(raised.value, PolicyError)


def test_deep_nesting_is_a_limit_and_no_crash():
    for text in ("[" * 100_000, '{"a":' * 100_000, '{"Statement":' + "[" * 50_000 + "]" * 50_000 + "}"):
        with pytest.raises(LimitError):
            PolicySet().attach(text)


def test_memberships_and_places_are_kept_once():
    policies = PolicySet()
    for _ in range(2):
        policies.join(ALICE, GROUP)
        policies.place(ACCOUNT, path=["r-root"])
    policies.place(OTHER, management=True)
    policies.place(ACCOUNT, path=["r-root", "ou-a"])
    assert policies.memberships == ((ALICE, GROUP),)
    assert [(each.id, each.path, each.management) for each in policies.accounts] == [
        (ACCOUNT, ("r-root", "ou-a"), False),
        (OTHER, (), True),
    ]


@pytest.mark.parametrize("account", ["", "1111", "r-root", "１" * 12, None])
def test_accounts_have_twelve_digits(account: Any):
    with pytest.raises(RequestError, match="twelve digits"):
        PolicySet().place(account)


def test_a_lone_document_is_an_identity_policy_for_everyone():
    (only,) = lone_document(TEXT).attachments
    assert (only.type, only.target) == (PolicyType.IDENTITY, None)


def test_merging_keeps_everything_in_order():
    first, second = PolicySet(), PolicySet()
    first.attach(document(allow()), name="a")
    first.place(ACCOUNT, path=["r-root"])
    second.attach(document(deny()), type="scp", name="b")
    second.join(ALICE, GROUP)
    second.place(ACCOUNT)
    whole = merged([first, second])
    assert [each.name for each in whole.attachments] == ["a", "b"]
    assert whole.memberships == ((ALICE, GROUP),)
    assert whole.accounts[0].path == ("r-root",)  # one that only mentions the account does not move it
    assert [each.name for each in first.attachments] == ["a"]


def test_sources_keep_their_text_and_name():
    source = source_of(TEXT, "App")
    assert (source.name, source.text) == ("App", TEXT)


def test_errors_are_of_one_family():
    with pytest.raises(OstiaryError):
        PolicySet().attach("{")
