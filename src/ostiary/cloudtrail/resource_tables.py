"""Data: which parameter names which part of an ARN, and what calls without a resource type are checked on (cloudtrail-mapping.md 5).

Names of parameters are folded and stand for leaves anywhere in the parameters; of several, the first that is there counts.
`name` and `id` count only for operations about the type, such as `CreateCluster` for a cluster, unless `!` is before them.
Where there is no entry, a parameter that is called as the template's variable is taken.
"""

VARIABLES = {
    "acm": {"CertificateId": "certificatearn"},
    "appconfig": {"ApplicationId": "applicationid id"},
    "athena": {"WorkGroupName": "workgroup name", "DataCatalogName": "catalogname name"},
    "autoscaling": {
        "GroupFriendlyName": "autoscalinggroupname autoscalinggroupnames resourceid",
        "LaunchConfigurationName": "launchconfigurationname launchconfigurationnames",
    },
    "cassandra": {"KeyspaceName": "keyspacename", "TableName": "tablename"},
    "cloudformation": {
        "ChangeSetName": "changesetname",
        "StackName": "stackname",
        "StackSetName": "stacksetname",
    },
    "cloudfront": {"DistributionId": "!id distributionid", "Id": "!id", "Name": "name"},
    "cloudtrail": {
        "TrailName": "!name trailname trailnamelist resourceid resourceidlist",
        "EventDataStoreId": "eventdatastore",
        "ChannelId": "channel",
        "DashboardName": "dashboardid name",
    },
    "cloudwatch": {
        "AlarmName": "alarmname alarmnames",
        "DashboardName": "dashboardname dashboardnames",
        "InsightRuleName": "rulename rulenames",
    },
    "codebuild": {
        "ProjectName": "projectname names name",
        "ReportGroupName": "reportgroupname name",
        "BuildId": "!id ids",
    },
    "codecommit": {"RepositoryName": "repositoryname"},
    "codepipeline": {"PipelineName": "pipelinename pipeline !name"},
    "cognito-idp": {"UserPoolId": "userpoolid"},
    "config": {"ConfigRuleId": "configruleid"},
    "dynamodb": {"GlobalTableName": "globaltablename"},
    "ec2": {
        "DedicatedHostId": "hostid hostidset",
        "DhcpOptionsId": "dhcpoptionsid",
        "ExportTaskId": "exporttaskid",
        "KeyPairName": "keyname",
        "NaclId": "networkaclid",
        "PlacementGroupName": "placementgroupname",
        "SecurityGroupId": "groupid securitygroupid securitygroupids",
        "SnapshotId": "snapshotid sourcesnapshotid",
        "ImageId": "imageid sourceimageid",
        "TransitGatewayId": "transitgatewayid",
        "VolumeId": "volumeid volumeset",
        "VpcEndpointId": "vpcendpointid",
        "VpcEndpointServiceId": "serviceid",
        "VpcFlowLogId": "flowlogid",
        "VpcPeeringConnectionId": "vpcpeeringconnectionid",
    },
    "ecr": {"RepositoryName": "repositoryname repositorynames"},
    "ecs": {
        "CapacityProviderName": "capacityprovider name",
        "ClusterName": "cluster clustername clusters",
        "ContainerInstanceId": "containerinstance containerinstances",
        "ServiceName": "service servicename services",
        "TaskDefinitionFamilyName": "family",
        "TaskId": "task tasks",
        "TaskSetId": "taskset tasksets",
    },
    "eks": {
        "AddonName": "addonname",
        "ClusterName": "clustername !name",
        "FargateProfileName": "fargateprofilename",
        "NodegroupName": "nodegroupname",
    },
    "elasticbeanstalk": {"ApplicationName": "applicationname", "EnvironmentName": "environmentname"},
    "elasticloadbalancing": {
        "LoadBalancerName": "loadbalancername loadbalancernames name",
        "TargetGroupName": "targetgroupname name",
    },
    "elasticmapreduce": {"ClusterId": "clusterid jobflowid jobflowids"},
    "es": {"DomainName": "domainname domainnames"},
    "firehose": {"DeliveryStreamName": "deliverystreamname"},
    "glue": {
        "CrawlerName": "crawlername name",
        "DatabaseName": "databasename name",
        "JobName": "jobname name",
        "TableName": "tablename name",
        "TriggerName": "triggername name",
        "WorkflowName": "workflowname name",
        "ConnectionName": "connectionname name",
    },
    "kinesis": {"StreamName": "streamname", "ConsumerName": "consumername"},
    "lambda": {"LayerVersion": "versionnumber", "UUID": "uuid", "CodeSigningConfigId": "codesigningconfigarn"},
    "rds": {
        "BlueGreenDeploymentIdentifier": "bluegreendeploymentidentifier",
        "ClusterParameterGroupName": "dbclusterparametergroupname",
        "ClusterSnapshotName": "dbclustersnapshotidentifier targetdbclustersnapshotidentifier sourcedbclustersnapshotidentifier snapshotidentifier",
        "DbClusterAutomatedBackupId": "dbclusterresourceid",
        "DbClusterEndpoint": "dbclusterendpointidentifier",
        "DbClusterInstanceName": "dbclusteridentifier",
        "DbInstanceAutomatedBackupId": "dbiresourceid",
        "DbInstanceName": "dbinstanceidentifier sourcedbinstanceidentifier",
        "DbProxyId": "dbproxyname",
        "Engine": "engine",
        "EngineVersion": "engineversion",
        "GlobalCluster": "globalclusteridentifier",
        "OptionGroupName": "optiongroupname targetoptiongroupidentifier",
        "ParameterGroupName": "dbparametergroupname",
        "ReservedDbInstanceName": "reserveddbinstanceid",
        "SecurityGroupName": "dbsecuritygroupname dbsecuritygroups",
        "SnapshotName": "dbsnapshotidentifier targetdbsnapshotidentifier sourcedbsnapshotidentifier",
        "SubnetGroupName": "dbsubnetgroupname",
        "SubscriptionName": "subscriptionname",
        "TargetGroupId": "targetgroupname",
    },
    "redshift": {
        "ClusterName": "clusteridentifier",
        "SnapshotName": "snapshotidentifier",
        "ParameterGroupName": "parametergroupname",
        "SubnetGroupName": "clustersubnetgroupname",
    },
    "rolesanywhere": {"ProfileId": "profileid", "TrustAnchorId": "trustanchorid", "CrlId": "crlid"},
    "route53": {"Id": "!id hostedzoneid healthcheckid"},
    "sagemaker": {"NotebookInstanceName": "notebookinstancename"},
    "ssm": {
        "AutomationDefinitionName": "documentname",
        "PatchBaselineIdResourceId": "baselineid",
        "SessionId": "sessionid",
    },
    "states": {"StateMachineName": "name statemachinearn", "ActivityName": "name activityarn"},
    "sts": {"FederatedUserName": "name"},
    "wafv2": {"Name": "name", "Id": "id"},
}
"""By prefix and template variable: the parameters that hold it."""

DEFAULTS = {("ecs", "ClusterName"): "default", ("athena", "WorkGroupName"): "primary"}
"""What a missing parameter means."""

CREATED = {
    "AllocateAddress": "elastic-ip",
    "AllocateHosts": "dedicated-host",
    "CopyFpgaImage": "fpga-image",
    "CopyImage": "image",
    "CopySnapshot": "snapshot",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateImage": "image snapshot",
    "CreateNatGateway": "natgateway",
    "CreateSnapshots": "snapshot",
    "CreateTransitGatewayPeeringAttachment": "transit-gateway-attachment",
    "CreateTransitGatewayVpcAttachment": "transit-gateway-attachment",
    "ImportImage": "image import-image-task snapshot",
    "ImportSnapshot": "import-snapshot-task snapshot",
    "RegisterImage": "image",
    "RequestSpotFleet": "spot-fleet-request",
    "RequestSpotInstances": "spot-instances-request",
    "RunInstances": "instance network-interface volume",
}
"""EC2 operations that create something whose name does not follow from theirs (`CreateSubnet` creates a subnet)."""

CREATING = ("Create", "Allocate", "Register", "Import", "Copy", "Request", "Provision", "Restore", "Run", "Generate")
"""How the names of operations begin that may create what they are about."""

ID_PREFIXES = {
    "acl": "network-acl",
    "ami": "image",
    "cgw": "customer-gateway",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "fleet": "fleet",
    "h": "dedicated-host",
    "i": "instance",
    "igw": "internet-gateway",
    "key": "key-pair",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "sir": "spot-instances-request",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "tgw-rtb": "transit-gateway-route-table",
    "vgw": "vpn-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
    "vpn": "vpn-connection",
}
"""EC2: the resource type behind the beginning of an id."""

LISTED_BY_PREFIX = {
    "fms": "arn:{partition}:fms:*:{account}:*/*",
    "lightsail": "arn:{partition}:lightsail:{region}:{account}:*",
    "servicecatalog": "arn:{partition}:servicecatalog:{region}:{account}:*/*",
    "sns": "arn:{partition}:sns:{region}:{account}:*",
    "ssm": "arn:{partition}:ssm:{region}:{account}:*",
}
LISTED = {
    "appmesh:ListMeshes": "arn:{partition}:appmesh:{region}:{account}:mesh/*",
    "cloudwatch:DescribeAlarms": "arn:{partition}:cloudwatch:{region}:{account}:alarm:*",
    "dynamodb:ListTables": "arn:{partition}:dynamodb:{region}:{account}:table/*",
    "iam:ListGroups": "arn:{partition}:iam::{account}:group/",
    "iam:ListInstanceProfiles": "arn:{partition}:iam::{account}:instance-profile/",
    "iam:ListPolicies": "arn:{partition}:iam::{account}:policy/",
    "iam:ListRoles": "arn:{partition}:iam::{account}:role/",
    "iam:ListUsers": "arn:{partition}:iam::{account}:user/",
    "logs:DescribeLogGroups": "arn:{partition}:logs:{region}:{account}:log-group::log-stream:",
    "waf-regional:ListIPSets": "arn:{partition}:waf-regional:{region}:{account}:ipset/*",
    "waf-regional:ListRegexMatchSets": "arn:{partition}:waf-regional:{region}:{account}:regexmatch/*",
    "waf-regional:ListRuleGroups": "arn:{partition}:waf-regional:{region}:{account}:rulegroup/*",
    "waf-regional:ListWebACLs": "arn:{partition}:waf-regional:{region}:{account}:webacl/*",
    "waf:GetChangeToken": "arn:{partition}:waf::{account}:changetoken/*",
    "waf:ListIPSets": "arn:{partition}:waf::{account}:ipset/*",
    "waf:ListLoggingConfigurations": "arn:{partition}:waf::{account}:webacl/*",
    "waf:ListRegexMatchSets": "arn:{partition}:waf::{account}:regexmatch/*",
    "waf:ListRuleGroups": "arn:{partition}:waf::{account}:rulegroup/*",
    "waf:ListWebACLs": "arn:{partition}:waf::{account}:webacl/*",
}
"""What AWS checks where the reference knows no resource type: not always `*`. From denial messages."""

WHOLE_TYPE = {"elasticache": ":", "rds": ":", "redshift": ":"}
"""Services that check `type:*` when a call names no resource of its type."""

SELF = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "CreateServiceSpecificCredential",
        "DeleteAccessKey",
        "DeleteServiceSpecificCredential",
        "DeleteSigningCertificate",
        "GetLoginProfile",
        "GetUser",
        "ListAccessKeys",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListSigningCertificates",
        "ResetServiceSpecificCredential",
        "UpdateAccessKey",
        "UpdateServiceSpecificCredential",
        "UpdateSigningCertificate",
        "UploadSigningCertificate",
    }
)
"""IAM operations that are about the calling user if they name none."""

ALTERNATIVES = frozenset({"bedrock", "chime", "clouddirectory", "comprehend", "elasticloadbalancing", "events"})
"""Services whose actions have several required types in the reference, of which a call names one."""

ELB_TYPES = frozenset(
    {
        "listener-rule/app",
        "listener-rule/net",
        "listener/app",
        "listener/gwy",
        "listener/net",
        "loadbalancer",
        "loadbalancer/app/",
        "loadbalancer/gwy/",
        "loadbalancer/net/",
        "targetgroup",
        "truststore",
    }
)
"""The types of Elastic Load Balancing."""
