"""Permissions for what a call brings along: a role for a service, tags for what it creates (cloudtrail-mapping.md 4.4).

In: a `Record` and the action that it is about. Out: further `MappedAction`s.
Invariant: what the operation is known to check is `REQUIRED`; what merely looks like it is `CONDITIONAL`.
Not here: KMS keys that a service uses for the caller: those calls are logged as events of their own.
"""

from collections.abc import Iterator

from ostiary.cloudtrail.action import MappedAction, Purpose
from ostiary.cloudtrail.parameters import Parameters
from ostiary.cloudtrail.record import Json
from ostiary.cloudtrail.reference import AccessLevel, ActionInfo, Reference
from ostiary.cloudtrail.tables_roles import IAM_TAG_ACTIONS, NEVER, ROLES, TAG_ACTIONS, TAG_REQUIRED
from ostiary.cloudtrail.tags import sent_tags

PASSED_TO = "passedToService"
"""The member of an action's own parameters that names the service which gets the role."""
UNKNOWN_SERVICE = "-"
_ROLE = ":role/"
_DOMAIN = ".amazonaws.com"


def dependents_of(info: ActionInfo, operation: str, parameters: Parameters) -> Iterator[MappedAction]:
    """The further actions that the parameters call for; `operation` is the name as logged."""
    if not parameters or not info.access.mutating:
        return
    yield from _passed_roles(info, operation, parameters)
    if info.access is not AccessLevel.TAGGING:
        yield from _tagging(info, parameters.tree)


def _passed_roles(info: ActionInfo, operation: str, parameters: Parameters) -> Iterator[MappedAction]:
    pass_role = Reference.packaged().action("iam", "PassRole")
    if pass_role is None or info.prefix in NEVER:
        return
    table = ROLES.get(info.prefix, {})
    entry = table.get(info.name) or table.get(operation)
    if entry is None:
        # an operation that the table does not know, with a role among its parameters
        for name, arn in parameters.named_arns():
            if "role" in name and _ROLE in arn:
                yield MappedAction(pass_role, Purpose.CONDITIONAL, {"roleArn": arn, PASSED_TO: UNKNOWN_SERVICE})
        return
    names: list[str] = []
    for word in entry.replace(">", " >").split(" "):
        if not word.startswith(">"):
            names.append(word)
            continue
        service = word[1:] if word[1:] == UNKNOWN_SERVICE else word[1:] + _DOMAIN
        for about in _roles_in(names, parameters):
            yield MappedAction(pass_role, Purpose.REQUIRED, {**about, PASSED_TO: service})
        names = []


def _roles_in(names: list[str], parameters: Parameters) -> Iterator[Json]:
    """The parameters of `iam:PassRole` for each role, which may be given by ARN or by name, or behind an instance profile."""
    for name in names:
        if name.startswith("@"):
            profile = name[1:]
            if parameters.values(profile, f"{profile}name", f"{profile}arn"):
                yield {}
            continue
        for value in parameters.values(name):
            if _ROLE in value:
                yield {"roleArn": value}
            elif not value.startswith("arn:"):
                yield {"roleName": value.rpartition("/")[2]}


def _tagging(info: ActionInfo, parameters: Json) -> Iterator[MappedAction]:
    if not sent_tags(parameters):
        return
    reference = Reference.packaged()
    if info.prefix == "iam":
        action, purpose = reference.action("iam", IAM_TAG_ACTIONS.get(info.name, "")), Purpose.REQUIRED
    elif info.prefix in TAG_REQUIRED:
        action, purpose = reference.action(info.prefix, TAG_REQUIRED[info.prefix]), Purpose.REQUIRED
    else:
        names = (reference.action(info.prefix, name) for name in TAG_ACTIONS)
        action, purpose = next((found for found in names if found), None), Purpose.CONDITIONAL
    if action and action is not info:
        yield MappedAction(action, purpose, follows=True)
