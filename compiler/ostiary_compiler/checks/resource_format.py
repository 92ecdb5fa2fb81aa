"""What IAM checks in the text of a Resource entry when it saves a policy (iam-semantics.md 1.7, 3.2, 3.4).

In: the text. Out: its one fault, or None. Invariant: whatever IAM accepts has no fault here; where the sources do not say,
an entry passes. Not here: whether the entry matches anything.
"""

import enum

from ostiary_grammar.arn import RESOURCE_FIELD, split_arn

PARTITIONS = (
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
)
IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)
"""What the resource part of an IAM ARN may begin with; AWS's own policies also name `root`."""


class Fault(enum.Enum):
    """Why IAM does not save an entry; an entry has at most one."""

    NOT_ARN = "not an ARN"
    PARTITION = "unknown partition"
    NO_SERVICE = "service missing"
    MALFORMED = "empty service, or an empty field in an ARN of fewer than six"
    IAM_REGION = "region in an IAM ARN"
    S3_REGION = "region in the ARN of a bucket or object"
    IAM_PATH = "unknown resource type of IAM"


def is_stars(text: str) -> bool:
    """Whether the entry is `*`, or several stars, which have no documented meaning but are no malformed ARN."""
    return bool(text) and not text.strip("*")


def fault_of(text: str) -> Fault | None:
    """The fault of an entry, in IAM's order of complaint."""
    if is_stars(text):
        return None
    if ":" not in text:
        return Fault.NOT_ARN
    fields = split_arn(text)
    if fields[1] != "*" and fields[1] not in PARTITIONS:
        return Fault.PARTITION
    if fields[0] != "arn":
        return Fault.NOT_ARN
    if len(fields) < 3:
        return Fault.NO_SERVICE
    short = len(fields) <= RESOURCE_FIELD
    if not fields[2] or (short and "" in fields):
        return Fault.MALFORMED
    match fields[2]:
        case "iam":
            return _iam_fault(fields)
        case "s3" if not short and fields[3] and not fields[4] and not fields[5].startswith("accesspoint"):
            # what S3 has in a region (access points, jobs, access grants) belongs to an account
            return Fault.S3_REGION
        case _:
            return None


def _iam_fault(fields: tuple[str, ...]) -> Fault | None:
    if fields[3:4] and fields[3]:
        return Fault.IAM_REGION
    if len(fields) <= RESOURCE_FIELD or any("${" in field for field in fields[:RESOURCE_FIELD]):
        return None  # padded; or a variable with a colon in it, which moves the fields
    part = fields[RESOURCE_FIELD]
    if part in ("*", "root") or part.startswith((*IAM_PATHS, "${")):
        return None
    return Fault.IAM_PATH
