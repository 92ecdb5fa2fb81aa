"""Condition keys of single services, and of tags (cloudtrail-mapping.md 6).

In: an `Asked`. Out: the state of a key. `SERVICE` holds the rule of each key; `family_rule` finds the rule of `aws:RequestTag/...` and its like.
Invariant: as in `context_global`; what an existing resource is like is never taken from the parameters of a call on it.
"""

from collections.abc import Callable

from ostiary.cloudtrail.context_global import GLOBAL, KeyRule
from ostiary.cloudtrail.principal import Forwarded
from ostiary.cloudtrail.record import Json, text_of, tree_of
from ostiary.cloudtrail.reference import AccessLevel, Reference
from ostiary.cloudtrail.states import NOT_KNOWN, Asked, State, as_state, sent
from ostiary.cloudtrail.tags import removed_keys, sent_tags
from ostiary_grammar.terms import fold

_NOTHING: Json = {}

# --- tags ---------------------------------------------------------------------------------------------------------------


def _tag_state(asked: Asked) -> State:
    """NOT_KNOWN if tags may have been sent, None if the call has none, else an empty list: look at the tags."""
    if asked.passed_to is not None or not asked.info.access.mutating:
        return None
    if asked.parameters is None:
        return NOT_KNOWN
    tags = sent_tags(asked.parameters, asked.tags_of)
    return NOT_KNOWN if tags.hidden else [] if tags else None


def _request_tag(asked: Asked, name: str) -> State:
    state = _tag_state(asked)
    if state is None or state is NOT_KNOWN:
        return state
    folded = fold(name)
    for key, value in sent_tags(asked.parameters or _NOTHING, asked.tags_of).values:
        if fold(key) == folded:
            return value
    return None


def _tag_keys(asked: Asked) -> State:
    if asked.parameters is not None and asked.info.access is AccessLevel.TAGGING:
        removed = removed_keys(asked.parameters)
        if removed:
            return list(removed)
    state = _tag_state(asked)
    if state is None or state is NOT_KNOWN:
        return state
    return list(sent_tags(asked.parameters or _NOTHING, asked.tags_of).keys)


# --- parameters that are keys -------------------------------------------------------------------------------------------


def _parameter(name: str) -> KeyRule:
    """A key that is there exactly if the parameter was sent."""
    return lambda asked: sent(asked, name)


def _attribute(name: str) -> KeyRule:
    """A key about the resource: known if the call sets it, else the resource's own."""

    def rule(asked: Asked) -> State:
        state = sent(asked, name)
        return NOT_KNOWN if state is None else state

    return rule


def _inside(*path: str, otherwise: State = NOT_KNOWN) -> KeyRule:
    """A parameter further down."""

    def rule(asked: Asked) -> State:
        if asked.parameters is None:
            return NOT_KNOWN
        tree = asked.parameters
        for name in path[:-1]:
            tree = tree_of(tree, name)
        state = as_state(tree.get(path[-1]))
        return otherwise if state is None else state

    return rule


# --- S3 -----------------------------------------------------------------------------------------------------------------

_AUTH_TYPES = {"AuthHeader": "REST-HEADER", "QueryString": "REST-QUERY-STRING", "PostHtmlForm": "POST"}
_SIGNATURES = {"SigV4": "AWS4-HMAC-SHA256", "SigV2": "AWS"}


def _from_additional(name: str, words: dict[str, str]) -> KeyRule:
    return lambda asked: words.get(text_of(asked.record.additional, name) or "", NOT_KNOWN)


def _tls_version(asked: Asked) -> State:
    version = text_of(asked.record.tls, "tlsVersion") or ""
    return version.removeprefix("TLSv") if version.startswith("TLSv") else NOT_KNOWN


def _access_point_arn(asked: Asked) -> State:
    bucket = text_of(asked.parameters or _NOTHING, "bucketName") or ""
    if bucket.startswith("arn:") and ":accesspoint/" in bucket:
        return bucket
    for resource in asked.record.resources:
        if resource.type == "AWS::S3::AccessPoint":
            return resource.arn
    # an alias of an access point looks like a bucket
    return NOT_KNOWN if bucket.endswith("-s3alias") or asked.parameters is None else None


def _access_point_account(asked: Asked) -> State:
    arn = _access_point_arn(asked)
    return arn.split(":")[4] if isinstance(arn, str) and arn.count(":") > 4 else arn


_S3_PARAMETERS = (
    "prefix",
    "delimiter",
    "max-keys",
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
)

# --- KMS ----------------------------------------------------------------------------------------------------------------


def _via_service(asked: Asked) -> State:
    match asked.forwarded:
        case Forwarded.YES:
            label = (asked.record.identity.invoked_by or "").partition(".")[0]
            return f"{label}.{asked.record.region}.amazonaws.com" if asked.record.region else NOT_KNOWN
        case Forwarded.NO:
            return None
        case Forwarded.UNKNOWN:
            return NOT_KNOWN


def _encryption_context(asked: Asked, name: str) -> State:
    if asked.parameters is None:
        return NOT_KNOWN
    folded = fold(name)
    for key, value in tree_of(asked.parameters, "encryptionContext").items():
        if fold(key) == folded:
            return as_state(value)
    return None


def _encryption_context_keys(asked: Asked) -> State:
    if asked.parameters is None:
        return NOT_KNOWN
    return list(tree_of(asked.parameters, "encryptionContext")) or None


def _request_alias(asked: Asked) -> State:
    key = sent(asked, "keyId")
    if not isinstance(key, str):
        return key
    alias = key.rpartition(":")[2]
    return alias if alias.startswith("alias/") else None


def _caller_account(asked: Asked) -> State:
    return asked.caller.account or NOT_KNOWN


# --- IAM, STS, EC2 ------------------------------------------------------------------------------------------------------


def _passed_to(asked: Asked) -> State:
    if asked.passed_to is None:
        return None
    return asked.passed_to if asked.passed_to != "-" else NOT_KNOWN


def _permissions_boundary(asked: Asked) -> State:
    state = sent(asked, "permissionsBoundary")
    # on other calls, the key is about the boundary that the user or role has
    return NOT_KNOWN if state is None and asked.info.name not in {"CreateUser", "CreateRole"} else state


def _create_action(asked: Asked) -> State:
    if asked.info.name != "CreateTags":
        return None
    return asked.record.name if asked.record.name != "CreateTags" else None


def _region(asked: Asked) -> State:
    return asked.record.region or NOT_KNOWN


def _launches(*path: str) -> KeyRule:
    """A parameter of launching instances, which is a key of the instance that does not exist yet."""
    inner = _inside(*path)

    def rule(asked: Asked) -> State:
        if asked.info.name == "RunInstances" and asked.guess.type == "instance":
            return inner(asked)
        return NOT_KNOWN

    return rule


SERVICE: dict[str, KeyRule] = {
    "aws:tagkeys": _tag_keys,
    "dynamodb:select": _parameter("select"),
    "ec2:attribute": _parameter("attribute"),
    "ec2:createaction": _create_action,
    "ec2:ebsoptimized": _launches("ebsOptimized"),
    "ec2:encrypted": _attribute("encrypted"),
    "ec2:instancetype": _launches("instanceType"),
    "ec2:metadatahttpendpoint": _launches("metadataOptions", "httpEndpoint"),
    "ec2:metadatahttpputresponsehoplimit": _launches("metadataOptions", "httpPutResponseHopLimit"),
    "ec2:metadatahttptokens": _launches("metadataOptions", "httpTokens"),
    "ec2:region": _region,
    "ec2:tenancy": _launches("tenancy"),
    "ec2:volumeiops": _attribute("iops"),
    "ec2:volumesize": _attribute("size"),
    "ec2:volumetype": _attribute("volumeType"),
    "iam:awsservicename": _parameter("aWSServiceName"),
    "iam:organizationspolicyid": _parameter("policyId"),
    "iam:passedtoservice": _passed_to,
    "iam:permissionsboundary": _permissions_boundary,
    "iam:policyarn": _parameter("policyArn"),
    "kms:calleraccount": _caller_account,
    "kms:encryptionalgorithm": _parameter("encryptionAlgorithm"),
    "kms:encryptioncontextkeys": _encryption_context_keys,
    "kms:granteeprincipal": _parameter("granteePrincipal"),
    "kms:grantoperations": _parameter("operations"),
    "kms:keyspec": _attribute("customerMasterKeySpec"),
    "kms:requestalias": _request_alias,
    "kms:retiringprincipal": _parameter("retiringPrincipal"),
    "kms:viaservice": _via_service,
    "lambda:functionurlauthtype": _parameter("functionUrlAuthType"),
    "lambda:layer": _parameter("layers"),
    "lambda:principal": _parameter("principal"),
    "lambda:securitygroupids": _inside("vpcConfig", "securityGroupIds", otherwise=None),
    "lambda:subnetids": _inside("vpcConfig", "subnetIds", otherwise=None),
    "rds:databaseclass": _attribute("dBInstanceClass"),
    "rds:databaseengine": _attribute("engine"),
    "rds:multiaz": _attribute("multiAZ"),
    "rds:storageencrypted": _attribute("storageEncrypted"),
    "s3:authtype": _from_additional("AuthenticationMethod", _AUTH_TYPES),
    "s3:dataaccesspointaccount": _access_point_account,
    "s3:dataaccesspointarn": _access_point_arn,
    "s3:resourceaccount": GLOBAL["aws:resourceaccount"],
    "s3:signatureversion": _from_additional("SignatureVersion", _SIGNATURES),
    "s3:tlsversion": _tls_version,
    "s3:versionid": _parameter("versionId"),
    "secretsmanager:forcedeletewithoutrecovery": _parameter("forceDeleteWithoutRecovery"),
    "secretsmanager:name": _parameter("name"),
    "secretsmanager:recoverywindowindays": _parameter("recoveryWindowInDays"),
    "secretsmanager:secretid": _parameter("secretId"),
    "secretsmanager:versionid": _parameter("versionId"),
    "secretsmanager:versionstage": _parameter("versionStage"),
    "sns:endpoint": _parameter("endpoint"),
    "sns:protocol": _parameter("protocol"),
    "ssm:overwrite": _parameter("overwrite"),
    "sts:durationseconds": _parameter("durationSeconds"),
    "sts:externalid": _parameter("externalId"),
    "sts:rolesessionname": _parameter("roleSessionName"),
    "sts:sourceidentity": _parameter("sourceIdentity"),
    "sts:transitivetagkeys": _parameter("transitiveTagKeys"),
    **{f"s3:{name}": _parameter(name) for name in _S3_PARAMETERS},
}
"""The rule of each key of a service."""

_FAMILIES: dict[str, Callable[[Asked, str], State]] = {
    "aws:requesttag/": _request_tag,
    "kms:encryptioncontext:": _encryption_context,
}
_UNKNOWN_FAMILIES = ("aws:principaltag/", "aws:resourcetag/")
# keys that go with the caller's session to every service, whatever their prefix says
_TRAVELLING = frozenset({"saml", "cognito-identity", "identitystore", "sso", "glue", "ssm", "codecommit"})


def family_rule(key: str) -> KeyRule | None:
    """The rule of a folded key that has a name in it, or None."""
    for start, rule in _FAMILIES.items():
        if key.startswith(start):
            name = key.removeprefix(start)
            return lambda asked: rule(asked, name)
    return None


def of_another_service(key: str, asked: Asked) -> bool:
    """Whether a folded key belongs to a service that this request does not go to, so that the request does not have it."""
    prefix = key.partition(":")[0]
    if prefix in {"aws", asked.info.prefix} or prefix in _TRAVELLING or key in GLOBAL:
        return False
    return Reference.packaged().service(prefix) is not None
