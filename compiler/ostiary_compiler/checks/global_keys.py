"""AWS's global condition keys: what type they have, and whether one request may hold several values
(AWS global condition context keys; iam-semantics.md 7.2 to 7.6).

In: a condition key as a policy writes it. Out: its `GlobalKey`, or None. Not here: the keys of services.
"""

import enum
from dataclasses import dataclass

from ostiary_grammar.terms import fold

PREFIX = "aws:"


class KeyType(enum.Enum):
    """What the values of a key are."""

    TEXT = "text"
    ARN = "ARN"
    BOOLEAN = "boolean"
    NUMBER = "number"
    DATE = "date"
    DATE_OR_NUMBER = "date or number"
    ADDRESS = "IP address"
    OPEN = "not documented"


@dataclass(frozen=True, slots=True)
class GlobalKey:
    """A key in its usual spelling. `tagged`: a tag key follows after a slash; `always`: every request holds it."""

    name: str
    type: KeyType
    multivalued: bool = False
    tagged: bool = False
    always: bool = False


GLOBAL_KEYS = (
    # of the principal
    GlobalKey("aws:PrincipalArn", KeyType.ARN),
    GlobalKey("aws:PrincipalAccount", KeyType.TEXT, always=True),
    GlobalKey("aws:PrincipalOrgID", KeyType.TEXT),
    GlobalKey("aws:PrincipalOrgPaths", KeyType.TEXT, multivalued=True),
    GlobalKey("aws:PrincipalOrgMasterAccountId", KeyType.TEXT),
    GlobalKey("aws:PrincipalTag", KeyType.TEXT, tagged=True),
    GlobalKey("aws:PrincipalIsAWSService", KeyType.BOOLEAN),
    GlobalKey("aws:PrincipalServiceName", KeyType.TEXT),
    GlobalKey("aws:PrincipalServiceNamesList", KeyType.TEXT, multivalued=True),
    GlobalKey("aws:PrincipalType", KeyType.TEXT, always=True),
    GlobalKey("aws:userid", KeyType.TEXT, always=True),
    GlobalKey("aws:username", KeyType.TEXT),
    # of the session and its credentials
    GlobalKey("aws:TokenIssueTime", KeyType.DATE),
    GlobalKey("aws:MultiFactorAuthPresent", KeyType.BOOLEAN),
    GlobalKey("aws:MultiFactorAuthAge", KeyType.NUMBER),
    GlobalKey("aws:FederatedProvider", KeyType.TEXT),
    GlobalKey("aws:SourceIdentity", KeyType.TEXT),
    GlobalKey("aws:AssumedRoot", KeyType.BOOLEAN),
    GlobalKey("aws:SignInSessionArn", KeyType.ARN),
    GlobalKey("aws:ChatbotSourceArn", KeyType.ARN),
    GlobalKey("aws:Ec2InstanceSourceVpc", KeyType.TEXT),
    GlobalKey("aws:Ec2InstanceSourcePrivateIPv4", KeyType.ADDRESS),
    GlobalKey("aws:ViaCustomerDomain", KeyType.OPEN),
    # of the network
    GlobalKey("aws:SourceIp", KeyType.ADDRESS),
    GlobalKey("aws:VpcSourceIp", KeyType.ADDRESS),
    GlobalKey("aws:SourceVpc", KeyType.TEXT),
    GlobalKey("aws:SourceVpce", KeyType.TEXT),
    GlobalKey("aws:SourceVpcArn", KeyType.ARN),
    GlobalKey("aws:VpceAccount", KeyType.TEXT),
    GlobalKey("aws:VpceOrgID", KeyType.TEXT),
    GlobalKey("aws:VpceOrgPaths", KeyType.TEXT, multivalued=True),
    # of the resource
    GlobalKey("aws:ResourceAccount", KeyType.TEXT),
    GlobalKey("aws:ResourceOrgID", KeyType.TEXT),
    GlobalKey("aws:ResourceOrgPaths", KeyType.TEXT, multivalued=True),
    GlobalKey("aws:ResourceTag", KeyType.TEXT, tagged=True),
    # of the request
    GlobalKey("aws:CurrentTime", KeyType.DATE, always=True),
    GlobalKey("aws:EpochTime", KeyType.DATE_OR_NUMBER, always=True),
    GlobalKey("aws:RequestedRegion", KeyType.TEXT, always=True),
    GlobalKey("aws:SecureTransport", KeyType.BOOLEAN, always=True),
    GlobalKey("aws:UserAgent", KeyType.TEXT, always=True),
    GlobalKey("aws:referer", KeyType.TEXT),
    GlobalKey("aws:ViaAWSService", KeyType.BOOLEAN, always=True),
    GlobalKey("aws:CalledVia", KeyType.TEXT, multivalued=True),
    GlobalKey("aws:CalledViaFirst", KeyType.TEXT),
    GlobalKey("aws:CalledViaLast", KeyType.TEXT),
    GlobalKey("aws:CalledViaAWSMCP", KeyType.TEXT),
    GlobalKey("aws:ViaAWSMCPService", KeyType.BOOLEAN),
    GlobalKey("aws:IsMcpServiceAction", KeyType.BOOLEAN),
    GlobalKey("aws:RequestTag", KeyType.TEXT, tagged=True),
    GlobalKey("aws:TagKeys", KeyType.TEXT, multivalued=True),
    GlobalKey("aws:SourceArn", KeyType.ARN),
    GlobalKey("aws:SourceAccount", KeyType.TEXT),
    GlobalKey("aws:SourceOrgID", KeyType.TEXT),
    GlobalKey("aws:SourceOrgPaths", KeyType.TEXT, multivalued=True),
)

SYSTEM_IDENTIFIERS = frozenset(
    fold(name)
    for name in (
        "aws:PrincipalAccount",
        "aws:PrincipalOrgID",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:SourceAccount",
        "aws:SourceOrgID",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:VpceAccount",
        "aws:VpceOrgID",
    )
)
"""The keys whose values are identifiers that no pattern should stand for."""

_BY_NAME = {fold(key.name): key for key in GLOBAL_KEYS}


def global_key(text: str) -> GlobalKey | None:
    """The global key that a policy names; a tag key may follow or be missing."""
    folded = fold(text)
    name, slash, _ = folded.partition("/")
    key = _BY_NAME.get(name)
    return None if key is None or (slash and not key.tagged) else key
