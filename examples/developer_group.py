"""The developer-group scenario of the AWS CloudTrail guide: who may do what to which trail."""

import ostiary

GROUP = "arn:aws:iam::123456789012:group/developers"
TARO = "arn:aws:iam::123456789012:user/taro"
TRAIL = "arn:aws:cloudtrail:us-east-2:123456789012:trail/"

policies = ostiary.PolicySet()
policies.join(TARO, GROUP)
policies.attach(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "NotThisTrail",
                "Effect": "Deny",
                "Action": ["cloudtrail:StartLogging", "cloudtrail:StopLogging"],
                "Resource": TRAIL + "Example-Trail",
            },
            {
                "Sid": "LookAtAll",
                "Effect": "Allow",
                "Action": ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"],
                "Resource": "*",
            },
        ],
    },
    type="identity",
    to=GROUP,
    name="developers",
)
engine = ostiary.compile(policies)

for action, resource in [
    ("cloudtrail:DescribeTrails", "*"),
    ("cloudtrail:GetTrailStatus", TRAIL + "Example-Trail"),
    ("cloudtrail:StopLogging", TRAIL + "Example-Trail"),
    ("cloudtrail:StartLogging", TRAIL + "Example-Trail"),
    ("cloudtrail:StartLogging", TRAIL + "taros-own"),
]:
    decision = engine.authorize(TARO, action, resource)
    print(f"{action:27}{resource.rpartition('/')[2]:15}{decision.effect.value:14}", *decision.statements)
