"""Test files: every test that is written runs, and what could make one pass unseen is an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ostiary
from ostiary.policytest.model import PolicyTest, Want
from ostiary.policytest.run import run_suite
from ostiary.policytest.testfile import read_suite

APP = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
        {"Sid": "NoDelete", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
    ],
}
SET = {"policies": [{"type": "identity", "name": "App", "document": POLICY}]}
TEST = {"principal": APP, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "want": "Allow"}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name: str, data: object) -> Path:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return Path(name)


def suite(*tests: dict[str, object], policies: object = SET, **more: object):
    return read_suite(write("tests.json", {"policies": policies, "tests": list(tests), **more}))


def entry(**changes: object) -> dict[str, object]:
    return {key: value for key, value in {**TEST, **changes}.items() if value != "-"}


def one(*, defaults: dict[str, object] | None = None, **changes: object) -> PolicyTest:
    (test,) = suite(entry(**changes), **({"defaults": defaults} if defaults else {})).tests
    return test


def complaints(data: object) -> list[str]:
    with pytest.raises(ostiary.PolicyError) as refused:
        read_suite(write("tests.json", data))
    return [f"{each.pointer} {each.code}: {each.message}" for each in refused.value.diagnostics]


def wrong(**changes: object) -> list[str]:
    return [
        each.removeprefix("/tests/0").strip() for each in complaints({"policies": SET, "tests": [entry(**changes)]})
    ]


def test_a_test_is_what_it_says():
    test = one(name="n", context={"aws:SourceIp": "1.2.3.4"}, resource_account="444455556666", by="Read", certain=True)
    assert (test.name, test.principal, test.action, test.resource) == ("n", APP, "s3:GetObject", "arn:aws:s3:::b/k")
    assert (test.context, test.resource_account, test.missing) == (
        {"aws:SourceIp": "1.2.3.4"},
        "444455556666",
        "absent",
    )
    assert (test.want, test.by, test.certain) == (Want.ALLOW, "Read", True)


def test_defaults_hold_where_a_test_says_nothing():
    defaults = {"principal": "*", "want": "Deny", "context": {"a:b": "1", "a:c": "2"}, "missing": "unknown"}
    test = one(defaults=defaults, want="-", context={"A:B": "3"})
    assert (test.principal, test.want, test.missing) == (APP, Want.DENY, "unknown")
    assert test.context == {"A:B": "3", "a:c": "2"}, "keys have no letter case"


def test_null_undoes_the_default_account():
    assert one(defaults={"resource_account": "444455556666"}, resource_account=None).resource_account is None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x", "x"),
        (True, "true"),
        (10, "10"),
        ([1, "a", False], ["1", "a", "false"]),
        ([], []),
        (None, None),
        ({"unknown": True}, ostiary.UNKNOWN),
    ],
)
def test_context_values(written, value):
    assert one(context={"a:b": written}).context == {"a:b": value}


def test_a_principal_about_whom_more_is_known():
    test = one(principal={"arn": SESSION, "role": APP, "unique_id": "AROAX"})
    assert test.principal == ostiary.Principal(SESSION, role=APP, unique_id="AROAX")


def test_lists_become_tests_of_their_own():
    names = [
        each.name
        for each in suite(
            entry(name="reads", action=["s3:GetObject", "s3:GetBucketAcl"], resource=["arn:aws:s3:::b", "*"]),
            entry(name="one", action=["s3:GetObject"]),
            entry(principal=[APP, "*"], want="Deny"),
        ).tests
    ]
    assert names == [
        "reads [s3:GetObject arn:aws:s3:::b]",
        "reads [s3:GetObject *]",
        "reads [s3:GetBucketAcl arn:aws:s3:::b]",
        "reads [s3:GetBucketAcl *]",
        "one",
        f"s3:GetObject on arn:aws:s3:::b/k by {APP}",
        "s3:GetObject on arn:aws:s3:::b/k by *",
    ]


WRONG = [
    ({"action": "s3"}, "/action bad-value: `s3` is not an action: give `service:Name`"),
    ({"action": []}, "/action empty-list: `action` is an empty list"),
    ({"resource": "b/k"}, "/resource bad-value: `b/k` is not a resource: give an ARN with six fields, or `*`"),
    ({"resource_account": "1"}, "/resource_account bad-value: `1` is not an account id: give twelve digits"),
    ({"want": "Alow"}, "/want unknown-word: `Alow` is no answer"),
    ({"want": "-"}, "missing-key: the test has no `want`, and `defaults` has none"),
    ({"missing": "unkown"}, "/missing unknown-word: `unkown` is no state of missing keys"),
    ({"certain": "yes"}, "/certain wrong-type: `certain` must be true or false, found text"),
    ({"by": "Raed"}, "/by unknown-word: no statement or policy is called `Raed`"),
    (
        {"by": "Read", "want": "ImplicitDeny"},
        "/by exclusive-keys: an implicit deny has no deciding statement: nothing allows the request",
    ),
    ({"context": {"a": {"x": 1}}}, "/context/a/x unknown-key: a context value that is an object has no key `x`"),
    (
        {"context": {"a": [[1]]}},
        "/context/a/0 wrong-type: one of several values must be text, a number or a boolean, found a list",
    ),
    (
        {"context": {"a": 1, "A": 1}},
        "/context/A duplicate-condition-key: the context says `a` and `A`, which are one key",
    ),
    ({"context": {"a": {"unknown": False}}}, "/context/a bad-value: a value that is known is written as it is"),
    ({"expect": "Allow"}, "/expect unknown-key: a test has no key `expect`"),
    ({"principal": {"arn": APP, "rol": "x"}}, "/principal/rol unknown-key: a principal has no key `rol`"),
]


@pytest.mark.parametrize(("changes", "complaint"), WRONG)
def test_what_is_wrong_with_a_test(changes, complaint):
    assert complaint in wrong(**changes)


def test_a_principal_that_is_none():
    assert wrong(principal="app")[0].startswith("/principal bad-value: `app` is not a principal")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"policies": SET}, "missing-key: a test file has no `tests`"),
        ({"tests": [TEST]}, "missing-key: a test file has no `policies`"),
        ({"policies": SET, "tests": []}, "/tests empty-list: the file has no tests"),
        ({"policies": SET, "tests": {}}, "/tests wrong-type: `tests` must be a list, found an object"),
        (
            {"policies": SET, "tests": [TEST], "deafults": {}},
            "/deafults unknown-key: a test file has no key `deafults`",
        ),
        (
            {"policies": SET, "defaults": {"by": "x"}, "tests": [TEST]},
            "/defaults/by unknown-key: `defaults` has no key `by`",
        ),
        ({"policies": {"identity": []}, "tests": [TEST]}, "/policies/identity empty-list: `identity` is an empty list"),
        (
            {"policies": {"identity": "x.json"}, "tests": [TEST]},
            "/policies/identity policy-file: cannot read `x.json`: no such file or directory",
        ),
        (
            {"policies": {"identity": "x", "polices": []}, "tests": [TEST]},
            "/policies/polices unknown-key: `policies` by type has no key `polices`",
        ),
        (
            {"policies": "org.json", "tests": [TEST]},
            "/policies data-file: cannot read `org.json`: no such file or directory",
        ),
        (
            {"policies": {"policies": [{}]}, "tests": [TEST]},
            "/policies/policies/0 missing-key: a policy of a set has no `type`",
        ),
    ],
)
def test_what_is_wrong_with_a_file(data, complaint):
    assert complaint in [each.strip() for each in complaints(data)]


def test_a_wrong_default_is_told_once():
    found = complaints({"policies": SET, "defaults": {"principal": "app"}, "tests": [entry(principal="-")] * 3})
    assert len(found) == 1


def test_two_tests_of_one_name():
    """Whoever reads a report could not tell them apart."""
    found = complaints({"policies": SET, "tests": [entry(name="n"), entry(name="n", want="Deny")]})
    assert found == ["/tests/1/name duplicate-key: a test of the name `n` is in line 28"]
    assert "duplicate-key" in complaints({"policies": SET, "tests": [entry(action=["s3:GetObject"] * 2)]})[0]
    same = [{"arn": SESSION}, {"arn": SESSION, "role": APP}]
    assert "duplicate-key" in complaints({"policies": SET, "tests": [entry(principal=same)]})[0]


def test_policies_that_are_not_valid():
    invalid = {
        "policies": [{"type": "identity", "document": {"Version": "2012-10-17", "Statement": [{"Effect": "Alow"}]}}]
    }
    assert any("effect" in each.lower() for each in complaints({"policies": invalid, "tests": [TEST]}))


class TestPolicies:
    """The forms in which a file gives its policies."""

    def allowed(self, policies: object, **changes: object) -> bool:
        (outcome,) = run_suite(suite(entry(**changes), policies=policies))
        return outcome.decision.allowed

    def test_a_set_in_a_file_beside_it(self):
        write("sub/set.json", SET)
        write("sub/tests.json", {"policies": "set.json", "tests": [TEST]})
        assert read_suite(Path("sub/tests.json")).tests

    def test_several_sets(self):
        write("a.json", SET)
        write("b.json", {"policies": [{"type": "boundary", "document": POLICY}]})
        assert self.allowed(["a.json", "b.json"])

    def test_the_set_says_what_is_asked(self):
        """Asking every type, a policy of the bucket would have to allow what is in another account."""
        other = {"resource_account": "444455556666"}
        assert not self.allowed(SET, **other)
        assert self.allowed({**SET, "layers": ["identity"]}, **other)

    def test_files_by_type_ask_the_types_that_are_given(self):
        write("app.json", POLICY)
        assert self.allowed({"identity": "app.json"}, resource_account="444455556666")

    def test_files_by_type_stand_beside_what_aws_attaches(self):
        write("app.json", POLICY)
        write(
            "scp.json", {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}]}
        )
        assert self.allowed({"identity": ["app.json"], "scp": "scp.json"})

    def test_notes_are_passed_on(self):
        scp = {"type": "scp", "to": "ou-x", "document": POLICY}
        assert [each.code for each in suite(TEST, policies={"policies": [scp]}).notes] == ["unbound-target"]


class TestRunning:
    """Answers are compared with what is wanted."""

    def misses(self, **changes: object) -> list[str]:
        (outcome,) = run_suite(suite(entry(**changes)))
        assert outcome.passed == (not outcome.misses)
        return [miss.value for miss in outcome.misses]

    @pytest.mark.parametrize(
        ("action", "want", "misses"),
        [
            ("s3:GetObject", "Allow", []),
            ("s3:GetObject", "Deny", ["effect"]),
            ("s3:DeleteObject", "Deny", []),
            ("s3:DeleteObject", "ExplicitDeny", []),
            ("s3:DeleteObject", "ImplicitDeny", ["effect"]),
            ("s3:DeleteObject", "Allow", ["effect"]),
            ("s3:PutObject", "Deny", []),
            ("s3:PutObject", "ImplicitDeny", []),
            ("s3:PutObject", "ExplicitDeny", ["effect"]),
        ],
    )
    def test_effects(self, action, want, misses):
        assert self.misses(action=action, want=want) == misses

    @pytest.mark.parametrize(("by", "misses"), [("Read", []), ("App", []), ("NoDelete", ["by"])])
    def test_deciding_statement(self, by, misses):
        assert self.misses(by=by) == misses

    def test_a_denial_that_nothing_decided(self):
        assert self.misses(action="s3:PutObject", want="Deny", by="NoDelete") == ["by"]

    @pytest.mark.parametrize(("certain", "misses"), [(True, []), (False, ["certain"])])
    def test_certainty(self, certain, misses):
        assert self.misses(certain=certain) == misses

    def test_uncertain_answers_pass_unless_they_must_be_certain(self):
        statement = {**POLICY["Statement"][0], "Condition": {"StringEquals": {"a:b": "1"}}}
        policies = {"policies": [{"type": "identity", "document": {**POLICY, "Statement": [statement]}}]}
        unknown = {"context": {"a:b": {"unknown": True}}, "want": "Deny"}
        outcomes = run_suite(
            suite(
                entry(name="1", **unknown),
                entry(name="2", **unknown, certain=False),
                entry(name="3", **unknown, certain=True),
                policies=policies,
            )
        )
        assert [outcome.passed for outcome in outcomes] == [True, True, False]
