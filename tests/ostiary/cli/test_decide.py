"""`ostiary decide` answers with its exit code, its first sentence and its JSON, and the three agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ostiary.cli.running import ANN, KEY, SESSION, decide, ostiary, statement, write

READ = statement("Allow", "s3:GetObject", "arn:aws:s3:::app/*", Sid="Read")
NO_DELETE = statement("Deny", "s3:Delete*", Sid="NoDelete")
EVERYTHING = statement()


def test_allowed():
    run = decide(write("app.json", READ))
    assert run.code == 0
    assert run.out.startswith("Allowed: identity policy app.json allows s3:GetObject.\n")
    assert run.err == ""


def test_the_deciding_statement_is_shown_with_its_place_and_text():
    run = decide(write("app.json", READ))
    assert "app.json:4:5 Read" in run.out
    assert '"Sid": "Read"' in run.out


def test_implicitly_denied():
    run = decide(write("app.json", READ), action="s3:PutObject")
    assert run.code == 1
    assert run.out.startswith("Denied: no identity policy allows s3:PutObject.\n")


def test_explicitly_denied():
    run = decide(write("app.json", EVERYTHING), "--scp", write("org.json", NO_DELETE), action="s3:DeleteObject")
    assert run.code == 1
    assert run.out.startswith("Denied: service control policy org.json explicitly denies s3:DeleteObject.\n")
    assert "org.json:4:5 NoDelete" in run.out


def test_json_says_the_same():
    run = decide(write("app.json", READ), "--format", "json")
    assert run.code == 0
    assert run.json == {
        "effect": "Allow",
        "allowed": True,
        "certain": True,
        "layer": "identity",
        "statements": [
            {
                "policy": "app.json",
                "type": "identity",
                "source": "app.json",
                "line": 4,
                "column": 5,
                "index": 0,
                "sid": "Read",
                "effect": "Allow",
            }
        ],
        "undecided": [],
        "asked": ["identity"],
        "beside": [],
        "request": {
            "principal": ANN,
            "action": "s3:GetObject",
            "resource": KEY,
            "resource_account": None,
            "missing": "absent",
        },
    }


# Each type of policy as the only one that is given: what it does to a request that it does not mention, and one it allows.
LAYERS = [
    ("identity", (), SESSION, "no identity policy allows s3:GetObject"),
    ("boundary", ("--boundary",), SESSION, "the permissions boundary does not allow s3:GetObject"),
    ("session", ("--session",), SESSION, "no session policy allows s3:GetObject"),
    ("scp", ("--scp",), SESSION, "the service control policies do not allow s3:GetObject"),
    ("endpoint", ("--endpoint-policy",), SESSION, "the VPC endpoint policy does not allow s3:GetObject"),
]


@pytest.mark.parametrize(("layer", "option", "principal", "reason"), LAYERS)
def test_the_layers_asked_are_those_given(layer: str, option: tuple[str, ...], principal: str, reason: str):
    principals = {"Principal": "*"} if layer == "endpoint" else {}
    other = write("other.json", statement("Allow", "sqs:*", **principals))
    run = decide(*option, other, "--format", "json", principal=principal)
    assert (run.code, run.json["asked"], run.json["layer"]) == (1, [layer], layer)
    assert decide(*option, other, principal=principal).out.startswith(f"Denied: {reason}.")
    assert decide(*option, write("all.json", statement(**principals)), principal=principal).code == 0


def test_resource_policies_and_their_owner():
    """The account that owns a resource makes the difference between one side that allows and two."""
    bucket = write(
        "bucket.json", statement("Allow", "s3:GetObject", "arn:aws:s3:::app/*", Principal={"AWS": ANN}, Sid="Ann")
    )
    nothing = write("sqs.json", statement("Allow", "sqs:*"))
    assert decide(nothing, "--resource-policy", bucket).code == 0
    across = decide(nothing, "--resource-policy", bucket, "--resource-account", "999999999999")
    assert across.code == 1
    assert "  owner     999999999999\n" in across.out


def test_resource_control_policies_stand_beside_full_access():
    rcp = write("rcp.json", statement("Deny", "s3:DeleteObject", Principal="*"))
    allow = write("app.json", EVERYTHING)
    run = decide(allow, "--rcp", rcp)
    assert run.code == 0
    assert "RCPFullAWSAccess" in run.out
    assert decide(allow, "--rcp", rcp, action="s3:DeleteObject").code == 1


class TestServiceControlPolicies:
    """An SCP that only denies is meant to stand beside FullAWSAccess; whether it does is said."""

    def test_only_denies(self):
        run = decide(write("app.json", READ), "--scp", write("org.json", NO_DELETE))
        assert run.code == 0
        assert "FullAWSAccess, as organizations attach it" in run.out

    def test_literally(self):
        run = decide(write("app.json", READ), "--scp", write("org.json", NO_DELETE), "--no-full-aws-access")
        assert run.code == 1
        assert run.out.startswith("Denied: the service control policies do not allow s3:GetObject.")
        assert "FullAWSAccess" not in run.out

    def test_a_list_of_what_may_be_used_stays_one(self):
        """Beside an SCP that allows, FullAWSAccess would say away what it is for, in whatever order they are given."""
        use, no = write("use.json", statement("Allow", "sqs:*")), write("no.json", NO_DELETE)
        for first, second in ((use, no), (no, use)):
            run = decide(write("app.json", READ), "--scp", first, "--scp", second, "--format", "json")
            assert (run.code, run.json["beside"]) == (1, [])


class TestContext:
    """The context reaches the conditions, in all three states of a key."""

    CONDITION = statement(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})

    @pytest.mark.parametrize(
        ("words", "code", "certain"),
        [
            ((), 1, True),
            (("aws:SourceVpc=vpc-1",), 0, True),
            (("AWS:sourcevpc=vpc-1",), 0, True),
            (("aws:SourceVpc=",), 1, True),
            (("aws:SourceVpc?",), 1, False),
        ],
    )
    def test_words(self, words: tuple[str, ...], code: int, certain: bool):
        options = [word for each in words for word in ("--context", each)]
        run = decide(write("app.json", self.CONDITION), *options, "--format", "json")
        assert (run.code, run.json["certain"]) == (code, certain)

    def test_file(self):
        Path("context.json").write_text(json.dumps({"aws:SourceVpc": "vpc-1"}), encoding="utf-8")
        assert decide(write("app.json", self.CONDITION), "--context-file", "context.json").code == 0

    def test_what_is_not_known_is_named(self):
        run = decide(write("app.json", self.CONDITION), "--missing", "unknown")
        assert run.code == 1
        assert run.out.startswith("Denied, but not for certain: no identity policy allows s3:GetObject.\n")
        assert "aws:sourcevpc: its value in the request is not known  app.json:4:5 statement 0\n" in run.out


class TestPolicySets:
    """A policy set says what is attached to whom; files that are given besides hold for everyone."""

    @pytest.fixture(autouse=True)
    def _set(self):
        document = {"Version": "2012-10-17", "Statement": READ}
        policies = [{"type": "identity", "to": ANN, "name": "Access", "document": document}]
        Path("set.json").write_text(json.dumps({"policies": policies}), encoding="utf-8")
        Path("asks.json").write_text(json.dumps({"policies": policies, "layers": ["identity"]}), encoding="utf-8")

    def test_binds_whom_it_says(self):
        run = decide("--policies", "set.json")
        assert run.code == 0
        assert run.out.startswith("Allowed: identity policy Access allows s3:GetObject, and nothing denies it.\n")
        assert '"Sid": "Read"' in run.out
        assert decide("--policies", "set.json", principal=f"{ANN}a").code == 1

    def test_asks_all_or_what_it_says(self):
        every = decide("--policies", "set.json", "--format", "json").json["asked"]
        assert every == ["identity", "boundary", "session", "resource", "scp", "rcp", "endpoint"]
        assert decide("--policies", "asks.json", "--format", "json").json["asked"] == ["identity"]

    def test_files_besides(self):
        scp = write("org.json", statement("Deny", "s3:*", Sid="No"))
        run = decide("--policies", "asks.json", "--scp", scp, "--format", "json")
        assert (run.code, run.json["asked"], run.json["layer"]) == (1, ["identity", "scp"], "scp")

    def test_is_refused_with_every_problem(self):
        Path("set.json").write_text('{"policies": [{"type": "none"}], "other": 1}', encoding="utf-8")
        run = decide("--policies", "set.json", "broken.json")
        assert (run.code, run.out) == (2, "")
        assert "set.json:" in run.err
        assert "broken.json" in run.err


class TestProgram:
    """A saved program answers as the policies do."""

    def test_decides(self):
        app, org = write("app.json", READ), write("org.json", NO_DELETE)
        assert ostiary("compile", app, "--scp", org, "-o", "app.ostiary").code == 0
        saved = decide("--program", "app.ostiary", "--format", "json")
        fresh = decide(app, "--scp", org, "--format", "json")
        assert saved.code == fresh.code == 0
        # what was put beside the policies is a policy of the program like any other
        assert {**saved.json, "beside": ["FullAWSAccess"]} == fresh.json

    def test_shows_no_text_that_it_does_not_have(self):
        """A program names the file of a statement; the file may be gone or another, so it is not read."""
        ostiary("compile", write("app.json", READ), "-o", "app.ostiary")
        write("app.json", statement("Deny"))
        run = decide("--program", "app.ostiary")
        assert run.code == 0
        assert "app.json:4:5 Read" in run.out
        assert "Effect" not in run.out

    def test_takes_no_policies(self):
        app = write("app.json", READ)
        ostiary("compile", app, "-o", "app.ostiary")
        run = decide(app, "--program", "app.ostiary")
        assert (run.code, run.out) == (2, "")

    @pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 64])
    def test_damaged(self, content: bytes):
        Path("app.ostiary").write_bytes(content)
        run = decide("--program", "app.ostiary")
        assert (run.code, run.out) == (2, "")
        assert run.err.startswith("error[program]: ")


WRONG = [
    ({"principal": "ann"}, "error[request]: `ann` is not a principal"),
    ({"action": "GetObject"}, "error[request]: `GetObject` is not an action"),
    ({"resource": "app/key"}, "error[request]: `app/key` is not a resource"),
    ({"resource": "\x1b[2J"}, "error[request]: `\\x1b[2J` is not a resource"),
]


@pytest.mark.parametrize(("request_", "message"), WRONG)
def test_a_wrong_question_is_no_denial(request_: dict[str, str], message: str):
    run = decide(write("app.json", READ), **request_)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(message)


def test_no_policy_is_no_answer():
    run = decide()
    assert (run.code, run.out) == (2, "")
    assert "no policy is given" in run.err


def test_every_error_of_every_policy_is_shown():
    Path("a.json").write_text('{"Version": "2012-10-17", "Statement": [1]}', encoding="utf-8")
    Path("b.json").write_text("{", encoding="utf-8")
    run = decide("a.json", "b.json", "--scp", "c.json")
    assert (run.code, run.out) == (2, "")
    for name in ("a.json", "b.json", "c.json"):
        assert name in run.err


def test_a_policy_of_the_wrong_type_is_refused():
    """A policy that is not valid for its type is an error and never skipped."""
    run = decide(write("app.json", statement(Principal="*")))
    assert (run.code, run.out) == (2, "")
    assert "app.json:" in run.err


def test_standard_input():
    policy = json.dumps({"Version": "2012-10-17", "Statement": READ})
    run = ostiary("decide", "-", "--principal", ANN, "--action", "s3:GetObject", "--resource", KEY, text=policy)
    assert run.code == 0
    assert run.out.startswith("Allowed: identity policy <stdin> allows s3:GetObject.\n")


def test_what_policies_say_never_reaches_the_terminal_raw():
    """A Sid, a file name and a request with escape sequences are shown as text."""
    name = write("a\x1b[31m.json", statement("Allow", Sid="x\x1b]0;title\x07\u202e", Principal="*"))
    run = decide("--resource-policy", name, resource="arn:aws:s3:::app/\x1b[2J")
    assert run.code == 0
    assert all(character.isprintable() or character == "\n" for character in run.out)
    assert "x\\x1b]0;title\\x07\\u202e" in run.out
