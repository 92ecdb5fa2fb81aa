"""The output of GetAccountAuthorizationDetails becomes the policies of the account, and what it lacks is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest

import ostiary

EXAMPLE = Path(__file__).parents[3] / "shared" / "data" / "policies" / "account-authorization-details-example.json.gz"
ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}"
AWS = "arn:aws:iam::aws:policy"
KEY = "arn:aws:s3:::b/k"


def allow(action: str, resource: str | None = "*", **more: object) -> dict[str, object]:
    rest = {} if resource is None else {"Resource": resource}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest, **more}]}


def managed(name: str, *documents: dict[str, object], default: int = 1, arn: str | None = None) -> dict[str, object]:
    return {
        "PolicyName": name,
        "Arn": arn or f"{IAM}:policy/{name}",
        "DefaultVersionId": f"v{default}",
        "PolicyVersionList": [
            {"VersionId": f"v{number}", "IsDefaultVersion": number == default, "Document": document}
            for number, document in reversed(list(enumerate(documents, 1)))
        ],
    }


def attached(name: str, arn: str | None = None) -> dict[str, str]:
    return {"PolicyName": name, "PolicyArn": arn or f"{IAM}:policy/{name}"}


TRUST = allow("sts:AssumeRole", None, Principal={"Service": "ec2.amazonaws.com"})
DETAILS = {
    "UserDetailList": [
        {
            "UserName": "ann",
            "Arn": f"{IAM}:user/people/ann",
            "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": allow("s3:GetObject")}],
            "AttachedManagedPolicies": [attached("Shared")],
            "GroupList": ["dev"],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": f"{IAM}:policy/Limit",
            },
        }
    ],
    "GroupDetailList": [
        {
            "GroupName": "dev",
            "Arn": f"{IAM}:group/dev",
            "GroupPolicyList": [{"PolicyName": "of-group", "PolicyDocument": allow("sqs:*")}],
            "AttachedManagedPolicies": [],
        }
    ],
    "RoleDetailList": [
        {
            "RoleName": "app",
            "Arn": f"{IAM}:role/app",
            "AssumeRolePolicyDocument": TRUST,
            "InstanceProfileList": [{"Roles": [{"Arn": "not looked at"}]}],
            "RolePolicyList": [],
            "AttachedManagedPolicies": [attached("Shared")],
            "Tags": [{"Key": "team", "Value": "red"}],
        }
    ],
    "Policies": [
        managed("Shared", allow("ec2:*"), allow("sns:*"), allow("sqs:*"), default=2),
        managed("Limit", allow("*")),
        managed("Unused", {"Statement": "not a policy"}),
    ],
    "IsTruncated": False,
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(data: object, name: str = "details.json") -> str:
    Path(name).write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return name


def read(data: object) -> ostiary.PolicySet:
    return ostiary.PolicySet.from_account_details(write(data))


def changed(**lists: object) -> dict[str, object]:
    return {**DETAILS, **lists}


def codes(data: object) -> list[tuple[str, str]]:
    with pytest.raises(ostiary.PolicyError) as refused:
        read(data)
    return [(each.code, each.pointer) for each in refused.value.diagnostics]


def test_everything_is_attached_to_its_owner():
    policies = read(DETAILS)
    assert {(each.type.value, each.target, each.name) for each in policies.attachments} == {
        ("identity", f"{IAM}:user/people/ann", "user/ann own"),
        ("identity", f"{IAM}:user/people/ann", "Shared"),
        ("boundary", f"{IAM}:user/people/ann", "Limit"),
        ("identity", f"{IAM}:group/dev", "group/dev of-group"),
        ("identity", f"{IAM}:role/app", "Shared"),
        ("resource", f"{IAM}:role/app", "trust policy of role/app"),
    }
    assert policies.memberships == ((f"{IAM}:user/people/ann", f"{IAM}:group/dev"),)
    assert [(each.id, each.path, each.management) for each in policies.accounts] == [(ACCOUNT, (), False)]
    assert policies.notes == ()


def test_decisions_follow():
    engine = ostiary.compile(read(DETAILS))
    ann, app = f"{IAM}:user/people/ann", f"{IAM}:role/app"
    assert engine.is_allowed(ann, "s3:GetObject", KEY)
    assert engine.is_allowed(ann, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"), "through the group"
    assert engine.is_allowed(app, "sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"), "by the default version"
    assert not engine.is_allowed(app, "ec2:RunInstances", "*"), "of another version"
    assert engine.is_allowed("ec2.amazonaws.com", "sts:AssumeRole", app)
    assert not engine.is_allowed(ann, "sts:AssumeRole", app)


def test_statements_are_named_by_their_place_in_the_file():
    engine = ostiary.compile(read(DETAILS))
    lines = Path("details.json").read_text().splitlines()
    assert all(lines[ref.line - 1].strip() == "{" and ref.source == "details.json" for ref in engine.statements)


@pytest.mark.parametrize("encode", [quote, lambda text: quote(text, safe=""), str])
def test_documents_may_be_texts(encode):
    def walk(value):
        match value:
            case {"Statement": [*_]}:
                return encode(json.dumps(value))
            case dict():
                return {key: walk(each) for key, each in value.items()}
            case list():
                return [walk(each) for each in value]
            case _:
                return value

    documents = [[each.document for each in read(data).attachments] for data in (DETAILS, walk(DETAILS))]
    assert documents[0] == documents[1]


PAGES = [{key: value} for key, value in DETAILS.items() if key != "IsTruncated"]


@pytest.mark.parametrize(
    "write_pages",
    [
        lambda: [write(PAGES)],
        lambda: [write("\n".join(map(json.dumps, PAGES)))],
        lambda: [write("".join(json.dumps(page, indent=2) for page in PAGES))],
        lambda: [write(page, f"{number}.json") for number, page in enumerate(PAGES)],
        lambda: [write([page], f"{number}.json") for number, page in enumerate(reversed(PAGES))],
    ],
    ids=["list", "lines", "one-after-the-other", "files", "files-of-lists-backwards"],
)
def test_pages_in_any_form(write_pages):
    """What is attached on one page may stand on another, before or after it."""
    of_pages = ostiary.PolicySet.from_account_details(*write_pages())
    whole = read(DETAILS)

    def facts(policies):
        return {(each.type, each.target, each.name, each.document) for each in policies.attachments}

    assert facts(of_pages) == facts(whole)
    assert of_pages.memberships == whole.memberships


def test_gzip():
    Path("details.json.gz").write_bytes(gzip.compress(json.dumps(DETAILS).encode()))
    assert len(ostiary.PolicySet.from_account_details("details.json.gz").attachments) == 6


def test_two_accounts():
    other = json.loads(json.dumps(DETAILS).replace(ACCOUNT, "444455556666"))
    policies = ostiary.PolicySet.from_account_details(write(DETAILS), write(other, "other.json"))
    assert [each.id for each in policies.accounts] == [ACCOUNT, "444455556666"]
    assert len(policies.memberships) == 2


def test_together_with_a_set_that_places_the_account():
    scp = {"type": "scp", "to": "ou-prod", "document": allow("sqs:*")}
    write({"policies": [scp], "accounts": {ACCOUNT: {"path": ["ou-prod"]}}}, "org.json")
    policies = ostiary.PolicySet.load(write(DETAILS), "org.json")
    engine = ostiary.compile(policies)
    ann = f"{IAM}:user/people/ann"
    assert engine.is_allowed(ann, "sqs:SendMessage", "*")
    assert engine.authorize(ann, "s3:GetObject", KEY).layer == "scp"


class TestWhatIsMissing:
    """Nothing that is attached is left out in silence."""

    ROLE = DETAILS["RoleDetailList"][0]

    def role(self, **more: object) -> dict[str, object]:
        return changed(RoleDetailList=[{**self.ROLE, **more}])

    def test_an_aws_managed_policy_is_a_warning(self):
        data = self.role(AttachedManagedPolicies=[attached("ReadOnlyAccess", f"{AWS}/ReadOnlyAccess")])
        (note,) = read(data).notes
        assert (note.code, note.severity) == ("missing-policy", ostiary.Severity.WARNING)
        assert f"{AWS}/ReadOnlyAccess" in note.message
        assert note.pointer == "/RoleDetailList/0/AttachedManagedPolicies/0/PolicyArn"

    def test_unless_its_document_is_given(self):
        arn = f"{AWS}/ReadOnlyAccess"
        path = write(self.role(AttachedManagedPolicies=[attached("ReadOnlyAccess", arn)]))
        policies = ostiary.PolicySet.from_account_details(path, managed={arn: allow("s3:Get*")})
        assert policies.notes == ()
        assert ostiary.compile(policies).is_allowed(f"{IAM}:role/app", "s3:GetObject", KEY)

    def test_or_in_the_file(self):
        arn = f"{AWS}/ReadOnlyAccess"
        data = self.role(AttachedManagedPolicies=[attached("ReadOnlyAccess", arn)])
        data["Policies"] = [*data["Policies"], managed("ReadOnlyAccess", allow("s3:Get*"), arn=arn)]
        assert ostiary.compile(read(data)).is_allowed(f"{IAM}:role/app", "s3:GetObject", KEY)

    def test_a_customer_managed_policy_is_an_error(self):
        data = self.role(AttachedManagedPolicies=[attached("Gone")])
        assert codes(data) == [("missing-policy", "/RoleDetailList/0/AttachedManagedPolicies/0/PolicyArn")]

    @pytest.mark.parametrize("arn", [f"{AWS}/PowerUserAccess", f"{IAM}:policy/Gone"])
    def test_a_boundary_is_an_error_whosever_it_is(self, arn):
        """Without its boundary a principal could do more."""
        data = self.role(PermissionsBoundary={"PermissionsBoundaryArn": arn})
        assert codes(data) == [("missing-policy", "/RoleDetailList/0/PermissionsBoundary/PermissionsBoundaryArn")]

    def test_a_group(self):
        assert codes(changed(GroupDetailList=[])) == [("missing-group", "/UserDetailList/0/GroupList/0")]

    def test_a_trust_policy(self):
        data = changed(RoleDetailList=[{k: v for k, v in self.ROLE.items() if k != "AssumeRolePolicyDocument"}])
        assert codes(data) == [("missing-key", "/RoleDetailList/0")]

    def test_a_default_version(self):
        broken = {**managed("Shared", allow("ec2:*")), "DefaultVersionId": "v9"}
        assert codes(changed(Policies=[broken, managed("Limit", allow("*"))])) == [("missing-key", "/Policies/0")]

    def test_pages(self):
        assert codes(changed(IsTruncated=True, Marker="abc")) == [("cut-short", "/IsTruncated")]
        assert read([changed(IsTruncated=True), {"UserDetailList": [], "IsTruncated": False}])


WRONG = [
    ({"policies": []}, [("other-form", "")]),
    ("[]", [("empty-list", "")]),
    ([3], [("wrong-type", "/0")]),
    ({"UserDetailList": {}}, [("wrong-type", "/UserDetailList")]),
    ({"UserDetailList": [{"UserName": "a"}]}, [("missing-key", "/UserDetailList/0")]),
    ({"UserDetailList": [{"UserName": "a", "Arn": "x"}]}, [("bad-value", "/UserDetailList/0/Arn")]),
    ({"GroupDetailList": ["x"]}, [("wrong-type", "/GroupDetailList/0")]),
    (
        {"UserDetailList": [{"UserName": "a", "Arn": f"{IAM}:user/a", "UserPolicyList": [{"PolicyName": "p"}]}]},
        [("missing-key", "/UserDetailList/0/UserPolicyList/0")],
    ),
    (
        {
            "UserDetailList": [
                {
                    "UserName": "a",
                    "Arn": f"{IAM}:user/a",
                    "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{"Efect": "Allow"}]}}],
                }
            ]
        },
        [("unknown-key", "/UserDetailList/0/UserPolicyList/0/PolicyDocument/Statement/0/Efect")],
    ),
]


@pytest.mark.parametrize(("data", "wanted"), WRONG)
def test_what_is_no_output_of_the_call(data, wanted):
    assert codes(data) == wanted


@pytest.mark.shared
@pytest.mark.skipif(not EXAMPLE.exists(), reason="needs the shared data")
class TestExample:
    """The details of a sample account that others publish."""

    def test_it_compiles(self):
        policies = ostiary.PolicySet.from_account_details(EXAMPLE)
        data = json.loads(gzip.decompress(EXAMPLE.read_bytes()))
        principals = [
            *data["UserDetailList"],
            *data["GroupDetailList"],
            *data["RoleDetailList"],
        ]
        lists = ("UserPolicyList", "GroupPolicyList", "RolePolicyList", "AttachedManagedPolicies")
        wanted = sum(len(each.get(name, ())) for each in principals for name in lists)
        wanted += sum("PermissionsBoundary" in each for each in principals) + len(data["RoleDetailList"])
        assert policies.notes == ()
        assert len(policies.attachments) == wanted
        assert len(policies.memberships) == sum(len(each["GroupList"]) for each in data["UserDetailList"])
        engine = ostiary.compile(policies)
        lines = gzip.decompress(EXAMPLE.read_bytes()).decode().splitlines()
        assert all(lines[ref.line - 1].strip().endswith("{") for ref in engine.statements)

    def test_it_decides(self):
        engine = ostiary.compile(ostiary.PolicySet.from_account_details(EXAMPLE))
        account = "arn:aws:iam::200611803367"
        denied = engine.authorize(f"{account}:user/fp2-allow-and-deny-multiple-policies-user", "iam:CreateUser", "*")
        assert denied.effect is ostiary.Effect.EXPLICIT_DENY
        assert denied.statements[0].policy == "deny-all"
