"""Policy sets as files: `PolicySet.load` reads what `attach`, `join` and `place` would say, and every mistake is an error."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import ostiary
from ostiary_compiler.policyset import merged

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
DEV = f"arn:aws:iam::{ACCOUNT}:group/dev"
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}],
}
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name: str, data: object) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return name


def complaints(*names: str) -> list[str]:
    """Every problem of some sets, as `pointer code: message`."""
    with pytest.raises(ostiary.PolicyError) as refused:
        ostiary.PolicySet.load(*names)
    return [f"{each.pointer} {each.code}: {each.message}" for each in refused.value.diagnostics]


def said(policies: ostiary.PolicySet) -> tuple[object, ...]:
    """Everything that a set says."""
    attached = [(each.type, each.target, each.name, each.document) for each in policies.attachments]
    return attached, policies.memberships, policies.accounts


def test_a_file_says_what_the_calls_say():
    write("policies/app.json", READ)
    write(
        "sets/org.json",
        {
            "policies": [
                {"type": "identity", "to": ROLE, "name": "AppAccess", "file": "../policies/app.json"},
                {"type": "identity", "to": DEV, "document": READ},
                {"type": "scp", "to": ["ou-prod", ACCOUNT], "name": "Full", "document": ALL},
                {"type": "boundary", "document": ALL, "to": None},
            ],
            "groups": {DEV: [ANN]},
            "accounts": {ACCOUNT: {"path": ["r-root", "ou-prod"]}, "444455556666": {"management": True}},
        },
    )
    called = ostiary.PolicySet()
    called.attach(READ, type="identity", to=ROLE, name="AppAccess")
    called.attach(READ, type="identity", to=DEV, name="sets/org.json#/policies/1")
    called.attach(ALL, type="scp", to="ou-prod", name="Full")
    called.attach(ALL, type="scp", to=ACCOUNT, name="Full")
    called.attach(ALL, type="boundary", name="sets/org.json#/policies/3")
    called.join(ANN, DEV)
    called.place(ACCOUNT, path=["r-root", "ou-prod"])
    called.place("444455556666", management=True)
    loaded = ostiary.PolicySet.load("sets/org.json")
    assert said(loaded) == said(called)
    assert loaded.layers is None
    assert loaded.notes == ()


def test_yaml_says_the_same():
    pytest.importorskip("yaml")
    data = {
        "policies": [{"type": "identity", "to": ROLE, "name": "A", "document": READ}],
        "accounts": {"012345678901": {"path": ["r-root"], "management": False}},
    }
    write("set.json", data)
    write(
        "set.yaml",
        f"""
policies:
  - type: identity
    to: {ROLE}
    name: A
    document:
      Version: 2012-10-17
      Statement:
        - {{Sid: Read, Effect: Allow, Action: s3:Get*, Resource: '*'}}
accounts:
  012345678901: {{path: [r-root], management: false}}
""",
    )
    assert said(ostiary.PolicySet.load("set.yaml")) == said(ostiary.PolicySet.load("set.json"))


def test_statements_are_named_by_their_place_in_the_file_that_holds_them():
    write("app.json", READ)
    write("set.json", {"policies": [{"type": "identity", "document": READ}, {"type": "identity", "file": "app.json"}]})
    engine = ostiary.compile(ostiary.PolicySet.load("set.json"))
    lines = [
        (ref.source, ref.line, Path(ref.source).read_text().splitlines()[ref.line - 1]) for ref in engine.statements
    ]
    assert [source for source, _, _ in lines] == ["set.json", "app.json"]
    assert all(text.strip() == "{" for _, _, text in lines)
    decision = engine.authorize(ANN, "s3:GetObject", "arn:aws:s3:::b/k")
    assert decision.statements[0].line == 8


def test_a_file_that_several_policies_name_is_read_once():
    write("app.json", READ)
    write("set.json", {"policies": [{"type": "identity", "to": each, "file": "app.json"} for each in (ROLE, ANN)]})
    first, second = ostiary.PolicySet.load("set.json").attachments
    assert first.document is second.document


def test_layers_are_kept():
    write("set.json", {"policies": [{"type": "identity", "document": READ}], "layers": ["identity", "scp"]})
    loaded = ostiary.PolicySet.load("set.json")
    assert loaded.layers == {ostiary.PolicyType.IDENTITY, ostiary.PolicyType.SCP}


WRONG_SETS = {
    "[]": ["wrong-type: a policy set must be an object, found a list"],
    "{}": ["missing-key: the policy set says nothing"],
    '{"polices": []}': ["/polices unknown-key: a policy set has no key `polices`"],
    '{"policies": {}}': ["/policies wrong-type: `policies` must be a list, found an object"],
    '{"policies": []} {}': ["other-form: something follows the policy set"],
    '{"policies": [], "layers": []}': ["/layers empty-list: a set that asks no type of policy allows everything"],
    '{"layers": ["identiy"]}': ["/layers/0 unknown-word: `identiy` is no type of policy"],
    '{"groups": {"dev": []}}': ["/groups/dev bad-value: `dev` is not the ARN of a group"],
    f'{{"groups": {{"{DEV}": ["{ROLE}"]}}}}': [
        f"/groups/{DEV.replace('/', '~1')}/0 bad-value: `{ROLE}` is not the ARN of a user"
    ],
    '{"accounts": {"1111": {}}}': ["/accounts/1111 bad-value: `1111` is not an account id"],
    f'{{"accounts": {{"{ACCOUNT}": {{"management": "yes"}}}}}}': [
        f"/accounts/{ACCOUNT}/management wrong-type: `management` must be true or false, found text"
    ],
    f'{{"accounts": {{"{ACCOUNT}": {{"path": ["r", "{ACCOUNT}"]}}}}}}': [
        f"/accounts/{ACCOUNT} bad-value: the path of an account ends above the account itself"
    ],
    f'{{"accounts": {{"{ACCOUNT}": {{}}, "{ACCOUNT}": {{}}}}}}': [
        f"/accounts/{ACCOUNT} duplicate-key: the key `{ACCOUNT}` stands here for the second time"
    ],
    f'{{"accounts": {{"{ACCOUNT}": {{"path": ["arn:aws:x"]}}}}}}': [
        f"/accounts/{ACCOUNT}/path/0 bad-value: `arn:aws:x` is no node of an organization: give the id alone, which ends the ARN"
    ],
}


@pytest.mark.parametrize("text", WRONG_SETS, ids=list(WRONG_SETS))
def test_what_is_wrong_with_a_set(text):
    write("set.json", text)
    assert [each.strip() for each in complaints("set.json")] == WRONG_SETS[text]


WRONG_POLICIES = [
    ({"document": READ}, "missing-key: a policy of a set has no `type`"),
    ({"type": "Identity", "document": READ}, "/type unknown-word: `Identity` is no type of policy"),
    ({"type": "scp"}, "exclusive-keys: the policy has neither `document` nor `file`"),
    ({"type": "scp", "document": READ, "file": "a"}, "exclusive-keys: the policy has both `document` and `file`"),
    ({"type": "scp", "file": "none.json"}, "/file data-file: cannot read `none.json`: no such file or directory"),
    ({"type": "scp", "file": 3}, "/file wrong-type: `file` must be text, found a number"),
    ({"type": "scp", "document": READ, "name": None}, "/name wrong-type: `name` must be text, found null"),
    ({"type": "scp", "document": []}, "/document wrong-type: a policy document must be an object, found a list"),
    ({"type": "scp", "document": READ, "to": []}, "/to empty-list: `to` is an empty list"),
    (
        {"type": "scp", "document": READ, "to": {}},
        "/to wrong-type: what a policy is attached to must be text, found an object",
    ),
    ({"type": "scp", "document": READ, "target": "x"}, "/target unknown-key: a policy of a set has no key `target`"),
]


@pytest.mark.parametrize(("policy", "complaint"), WRONG_POLICIES)
def test_what_is_wrong_with_a_policy(policy, complaint):
    write("set.json", {"policies": [policy]})
    assert [each.removeprefix("/policies/0").strip() for each in complaints("set.json")] == [complaint]


TARGETS = {
    "identity": (
        [ROLE, ANN, DEV],
        [f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT],
    ),
    "boundary": ([ROLE, ANN], [DEV, "app"]),
    "session": (
        [ROLE, ANN, f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s", f"arn:aws:sts::{ACCOUNT}:federated-user/f"],
        [DEV, f"arn:aws:sts::{ACCOUNT}:assumed-role/app"],
    ),
    "resource": (["arn:aws:s3:::b", "arn:aws:s3:::b*/x", ROLE], ["b", "arn:aws:s3", "s3:::b:c:d"]),
    "scp": (["r-root", "ou-a-b", ACCOUNT], ["arn:aws:organizations::1:ou/o-a/ou-b", "1234", ""]),
    "rcp": (["r-root", ACCOUNT], ["arn:aws:organizations::1:ou/o-a/ou-b", "1234"]),
    "endpoint": (["vpce-0123"], ["vpc-1", "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-1"]),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_policies_are_attached_to_what_their_type_can_be_attached_to(kind):
    """A policy that is attached to what does not exist binds nobody, and nobody would notice."""
    good, bad = TARGETS[kind]
    write("good.json", {"policies": [{"type": kind, "to": good, "document": READ}]})
    assert [each.target for each in ostiary.PolicySet.load("good.json").attachments] == good
    write("bad.json", {"policies": [{"type": kind, "to": bad, "document": READ}]})
    found = complaints("bad.json")
    assert len(found) == len(bad)
    assert all("policy-target" in each for each in found)


def test_every_problem_of_every_file_in_one_run():
    write("broken.json", '{"Statement": [{"Effect": "Allow" "Action": "*"}]}')
    write(
        "one.json", {"policies": [{"type": "x", "file": "broken.json"}, {"type": "scp", "file": "none.json"}], "x": 1}
    )
    write("two.json", '{"policies": [}')
    found = complaints("one.json", "two.json", "three.json")
    assert sorted(re.findall(r" ([a-z-]+): ", "\n".join(found))) == [
        "data-file",
        "data-file",
        "json-syntax",
        "missing-comma",
        "unknown-key",
        "unknown-word",
    ]


def test_limits_are_limit_errors():
    write("set.json", {"policies": [{"type": "scp", "document": READ}]})
    with pytest.raises(ostiary.LimitError):
        ostiary.PolicySet.load("set.json", limits=ostiary.Limits(characters=10))


def test_account_details_are_read_as_what_they_are():
    write("details.json", {"UserDetailList": [{"UserName": "ann", "Arn": ANN}]})
    assert [each.id for each in ostiary.PolicySet.load("details.json").accounts] == [ACCOUNT]


def test_a_set_with_a_wrong_letter_is_not_taken_for_account_details():
    write("set.json", {"Policies": [{"type": "identity", "document": READ}]})
    assert complaints("set.json") == ["/Policies unknown-key: a policy set has no key `Policies`"]


class TestNotes:
    """What is doubtful in a set as a whole is a warning."""

    def test_an_scp_above_no_account(self):
        write(
            "set.json",
            {
                "policies": [{"type": "scp", "to": "ou-prd", "document": ALL}],
                "accounts": {ACCOUNT: {"path": ["ou-prod"]}},
            },
        )
        (note,) = ostiary.PolicySet.load("set.json").notes
        assert (note.code, note.severity, note.span.position.line) == ("unbound-target", ostiary.Severity.WARNING, 3)

    def test_an_scp_of_an_account_that_is_not_placed_binds(self):
        write("set.json", {"policies": [{"type": "scp", "to": ACCOUNT, "document": ALL}]})
        assert ostiary.PolicySet.load("set.json").notes == ()

    def test_a_policy_that_is_not_asked(self):
        write("set.json", {"policies": [{"type": "scp", "document": ALL}], "layers": ["identity"]})
        (note,) = ostiary.PolicySet.load("set.json").notes
        assert note.code == "layer-not-asked"


class TestSeveralSets:
    """Sets in several files make up one."""

    def test_policies_in_one_and_accounts_in_another(self):
        write("scps.json", {"policies": [{"type": "scp", "to": "ou-prod", "document": ALL}]})
        write("accounts.json", {"accounts": {ACCOUNT: {"path": ["r", "ou-prod"]}}})
        both = ostiary.PolicySet.load("scps.json", "accounts.json")
        assert both.notes == ()
        assert [each.path for each in both.accounts] == [("r", "ou-prod")]

    @pytest.mark.parametrize("order", [("a.json", "b.json"), ("b.json", "a.json")])
    def test_an_account_without_a_path_does_not_take_another_s(self, order):
        """Or the SCPs above it would be lost."""
        write("a.json", {"accounts": {ACCOUNT: {"path": ["ou-prod"]}}})
        write("b.json", {"accounts": {ACCOUNT: {}}})
        assert [each.path for each in ostiary.PolicySet.load(*order).accounts] == [("ou-prod",)]
        assert [each.path for each in merged(map(ostiary.PolicySet.load, order)).accounts] == [("ou-prod",)]

    def test_an_account_in_two_places(self):
        write("a.json", {"accounts": {ACCOUNT: {"path": ["ou-prod"]}}})
        write("b.json", {"accounts": {ACCOUNT: {"path": ["ou-dev"]}}})
        (found,) = complaints("a.json", "b.json")
        assert "account-placed-twice" in found

    def test_a_layer_is_asked_if_one_of_them_asks_it(self):
        write("a.json", {"policies": [{"type": "identity", "document": READ}], "layers": ["identity"]})
        write("b.json", {"policies": [{"type": "scp", "document": ALL}], "layers": ["scp"]})
        write("c.json", {"policies": [{"type": "boundary", "document": ALL}]})
        asked = {ostiary.PolicyType.IDENTITY, ostiary.PolicyType.SCP}
        assert ostiary.PolicySet.load("a.json", "b.json").layers == asked
        assert ostiary.PolicySet.load("a.json", "c.json").layers is None
        assert merged([ostiary.PolicySet.load("a.json"), ostiary.PolicySet.load("b.json")]).layers == asked
