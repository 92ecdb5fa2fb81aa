"""ARN templates: filling them, and telling the type of an ARN."""

import pytest

from ostiary.cloudtrail.reference import Reference, ResourceType
from ostiary.cloudtrail.templates import Place, escape, templates_of, type_of

PLACE = Place("aws", "eu-west-1", "111122223333")

TYPES = (
    ("s3", "arn:aws:s3:::b", "bucket"),
    ("s3", "arn:aws:s3:::b/k/l", "object"),
    ("s3", "arn:aws:s3:eu-west-1:1:accesspoint/p/object/k", "accesspointobject"),
    ("ec2", "arn:aws:ec2:eu-west-1:1:instance/i-1", "instance"),
    ("ec2", "arn:aws:ec2:eu-west-1::image/ami-1", "image"),
    ("dynamodb", "arn:aws:dynamodb:eu-west-1:1:table/t", "table"),
    ("dynamodb", "arn:aws:dynamodb:eu-west-1:1:table/t/index/i", "index"),
    ("logs", "arn:aws:logs:eu-west-1:1:log-group:/a/b:log-stream:c", "log-stream"),
    ("iam", "arn:aws:iam::1:role/a/b", "role"),
    ("sts", "arn:aws:iam::1:role/a/b", "role"),
    ("lambda", "arn:aws:lambda:eu-west-1:1:function:f", "function"),
    ("elasticloadbalancing", "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/n", "loadbalancer"),
    ("elasticloadbalancing", "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/n/1", "loadbalancer/app/"),
    ("ssm", "arn:aws:ec2:eu-west-1:1:instance/i-1", "instance"),
    ("ec2", "arn:aws:s3:::b", None),
    ("s3", "not an arn", None),
    ("nothing", "arn:aws:s3:::b", None),
)


@pytest.mark.parametrize(("prefix", "arn", "name"), TYPES)
def test_type_of(prefix, arn, name):
    """The template that says most about an ARN gives its type."""
    assert type_of(prefix, arn) == name


def kind(text: str):
    return templates_of(ResourceType("t", text))[0]


def test_filling():
    template = kind("arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}")
    assert template.fill(PLACE, {"SubnetId": "s-1"}) == ("arn:aws:ec2:eu-west-1:111122223333:subnet/s-1", True)
    assert template.fill(PLACE, {}) == ("arn:aws:ec2:eu-west-1:111122223333:subnet/*", False)
    assert template.fill(Place("aws", None, None), {"SubnetId": "s-1"}) == ("arn:aws:ec2:*:*:subnet/s-1", False)


def test_account_as_a_resource_is_not_the_owner():
    template = kind("arn:${Partition}:organizations::${Account}:account/o-${OrganizationId}/${AccountId}")
    assert template.variables == ("OrganizationId", "AccountId_")


def test_wildcards_that_are_meant_are_escaped_in_patterns_only():
    template = kind("arn:${Partition}:x:${Region}:${Account}:${A}/${B}")
    assert template.fill(PLACE, {"A": "a*b", "B": "?"}) == ("arn:aws:x:eu-west-1:111122223333:a*b/?", True)
    assert template.fill(PLACE, {"A": "a*b$"}) == ("arn:aws:x:eu-west-1:111122223333:a${*}b${$}/*", False)
    assert escape("plain") == "plain"


def test_types_with_several_templates():
    assert len(templates_of(ResourceType("t", "arn:aws:a:::b/${C}, arn:aws:a:::d/${E}"))) == 2


def test_every_template_recognises_itself():
    """Each template of the reference, filled, is of some type of its service."""
    reference = Reference.packaged()
    lost = []
    for prefix in reference.prefixes:
        service = reference.service(prefix)
        for each in service.types if service else ():
            for template in templates_of(each):
                arn, known = template.fill(PLACE, dict.fromkeys(template.names, "x1"))
                if not known or type_of(prefix, arn) is None:
                    lost.append((prefix, each.template))
    assert lost == []
