"""Data: operations that hand a role to a service, which needs `iam:PassRole` on it (cloudtrail-mapping.md 4.4).

By prefix and operation: the folded names of the parameters that hold the role, `>`, and the service that gets it
(without `.amazonaws.com`; `-` where it depends). `@` before a parameter: it names an instance profile, whose role is not in the record.
"""

ROLES = {
    "apigateway": {"PutIntegration": "credentials>apigateway", "UpdateAccount": "value>apigateway"},
    "application-autoscaling": {"RegisterScalableTarget": "rolearn>application-autoscaling"},
    "appsync": {"CreateDataSource": "servicerolearn>appsync", "UpdateDataSource": "servicerolearn>appsync"},
    "autoscaling": {
        "CreateAutoScalingGroup": "servicelinkedrolearn>autoscaling",
        "CreateLaunchConfiguration": "@iaminstanceprofile>ec2",
        "PutLifecycleHook": "rolearn>autoscaling",
    },
    "backup": {
        "CreateBackupSelection": "iamrolearn>backup",
        "StartBackupJob": "iamrolearn>backup",
        "StartCopyJob": "iamrolearn>backup",
        "StartRestoreJob": "iamrolearn>backup",
    },
    "batch": {
        "CreateComputeEnvironment": "servicerole>batch",
        "RegisterJobDefinition": "jobrolearn executionrolearn>ecs-tasks",
        "UpdateComputeEnvironment": "servicerole>batch",
    },
    "bedrock": {
        "CreateAgent": "agentresourcerolearn>bedrock",
        "CreateDataSource": "rolearn>bedrock",
        "CreateEvaluationJob": "rolearn>bedrock",
        "CreateFlow": "executionrolearn>bedrock",
        "CreateKnowledgeBase": "rolearn>bedrock",
        "CreateModelCustomizationJob": "rolearn>bedrock",
        "CreateModelImportJob": "rolearn>bedrock",
        "CreateModelInvocationJob": "rolearn>bedrock",
        "PutModelInvocationLoggingConfiguration": "rolearn>bedrock",
        "UpdateAgent": "agentresourcerolearn>bedrock",
    },
    "cloudformation": {
        "CreateChangeSet": "rolearn>cloudformation",
        "CreateStack": "rolearn>cloudformation",
        "CreateStackSet": "administrationrolearn>cloudformation",
        "DeleteStack": "rolearn>cloudformation",
        "UpdateStack": "rolearn>cloudformation",
        "UpdateStackSet": "administrationrolearn>cloudformation",
    },
    "cloudtrail": {
        "CreateTrail": "cloudwatchlogsrolearn>cloudtrail",
        "StartImport": "s3bucketaccessrolearn>cloudtrail",
        "UpdateTrail": "cloudwatchlogsrolearn>cloudtrail",
    },
    "cloudwatch": {"PutMetricStream": "rolearn>streams.metrics.cloudwatch"},
    "codebuild": {"CreateProject": "servicerole>codebuild", "UpdateProject": "servicerole>codebuild"},
    "codedeploy": {
        "CreateDeploymentGroup": "servicerolearn>codedeploy",
        "UpdateDeploymentGroup": "servicerolearn>codedeploy",
    },
    "codepipeline": {"CreatePipeline": "rolearn>codepipeline", "UpdatePipeline": "rolearn>codepipeline"},
    "cognito-identity": {"SetIdentityPoolRoles": "authenticated unauthenticated>cognito-identity"},
    "cognito-idp": {"CreateUserPool": "snscallerarn>cognito-idp", "UpdateUserPool": "snscallerarn>cognito-idp"},
    "config": {
        "PutConfigurationAggregator": "rolearn>config",
        "PutConfigurationRecorder": "rolearn>config",
        "PutRemediationConfigurations": "values>-",
    },
    "datasync": {"CreateLocationS3": "bucketaccessrolearn>datasync"},
    "dlm": {"CreateLifecyclePolicy": "executionrolearn>dlm", "UpdateLifecyclePolicy": "executionrolearn>dlm"},
    "ec2": {
        "AssociateIamInstanceProfile": "@iaminstanceprofile>ec2",
        "CreateFlowLogs": "deliverlogspermissionarn>vpc-flow-logs",
        "ReplaceIamInstanceProfileAssociation": "@iaminstanceprofile>ec2",
        "RequestSpotFleet": "iamfleetrole>spotfleet",
        "RequestSpotInstances": "@iaminstanceprofile>ec2",
        "RunInstances": "@iaminstanceprofile>ec2",
    },
    "ecs": {
        "CreateService": "role>ecs",
        "RegisterTaskDefinition": "taskrolearn executionrolearn>ecs-tasks",
        "RunTask": "taskrolearn executionrolearn>ecs-tasks",
        "StartTask": "taskrolearn executionrolearn>ecs-tasks",
    },
    "eks": {
        "CreateCluster": "rolearn>eks",
        "CreateFargateProfile": "podexecutionrolearn>eks-fargate-pods",
        "CreateNodegroup": "noderole>-",
        "CreatePodIdentityAssociation": "rolearn>pods.eks",
    },
    "elasticbeanstalk": {"CreateEnvironment": "operationsrole>elasticbeanstalk"},
    "elasticmapreduce": {"RunJobFlow": "servicerole autoscalingrole>elasticmapreduce @jobflowrole>ec2"},
    "emr-serverless": {"StartJobRun": "executionrolearn>emr-serverless"},
    "events": {"PutRule": "rolearn>events", "PutTargets": "rolearn>events"},
    "firehose": {"CreateDeliveryStream": "rolearn>firehose", "UpdateDestination": "rolearn>firehose"},
    "fis": {"CreateExperimentTemplate": "rolearn>fis", "UpdateExperimentTemplate": "rolearn>fis"},
    "glue": {
        "CreateCrawler": "role>glue",
        "CreateDevEndpoint": "rolearn>glue",
        "CreateJob": "role>glue",
        "CreateMLTransform": "role>glue",
        "CreateSession": "role>glue",
        "UpdateCrawler": "role>glue",
        "UpdateJob": "role>glue",
    },
    "iot": {
        "CreateRoleAlias": "rolearn>credentials.iot",
        "CreateTopicRule": "rolearn>iot",
        "ReplaceTopicRule": "rolearn>iot",
    },
    "kinesisanalytics": {"CreateApplication": "serviceexecutionrole>kinesisanalytics"},
    "lambda": {"CreateFunction": "role>lambda", "UpdateFunctionConfiguration": "role>lambda"},
    "logs": {"PutDestination": "rolearn>logs", "PutSubscriptionFilter": "rolearn>logs"},
    "opsworks": {"CreateStack": "servicerolearn>opsworks"},
    "pipes": {"CreatePipe": "rolearn>pipes", "UpdatePipe": "rolearn>pipes"},
    "rds": {
        "AddRoleToDBCluster": "rolearn>rds",
        "AddRoleToDBInstance": "rolearn>rds",
        "CreateDBCluster": "monitoringrolearn>monitoring.rds",
        "CreateDBInstance": "monitoringrolearn>monitoring.rds",
        "CreateDBProxy": "rolearn>rds",
        "ModifyDBInstance": "monitoringrolearn>monitoring.rds",
        "StartExportTask": "iamrolearn>export.rds",
    },
    "redshift": {
        "CreateCluster": "iamroles>redshift",
        "ModifyClusterIamRoles": "addiamroles>redshift",
        "RestoreFromClusterSnapshot": "iamroles>redshift",
    },
    "rolesanywhere": {"CreateProfile": "rolearns>rolesanywhere", "UpdateProfile": "rolearns>rolesanywhere"},
    "s3": {"CreateJob": "rolearn>batchoperations.s3", "PutReplicationConfiguration": "role>s3"},
    "sagemaker": {
        "CreateAutoMLJob": "rolearn>sagemaker",
        "CreateDomain": "executionrole>sagemaker",
        "CreateHyperParameterTuningJob": "rolearn>sagemaker",
        "CreateModel": "executionrolearn>sagemaker",
        "CreateNotebookInstance": "rolearn>sagemaker",
        "CreatePipeline": "rolearn>sagemaker",
        "CreateProcessingJob": "rolearn>sagemaker",
        "CreateTrainingJob": "rolearn>sagemaker",
        "UpdateNotebookInstance": "rolearn>sagemaker",
    },
    "scheduler": {"CreateSchedule": "rolearn>scheduler", "UpdateSchedule": "rolearn>scheduler"},
    "servicecatalog": {"CreateConstraint": "rolearn>servicecatalog"},
    "ssm": {
        "CreateActivation": "iamrole>ssm",
        "RegisterTaskWithMaintenanceWindow": "servicerolearn>ssm",
        "SendCommand": "servicerolearn>ssm",
        "StartAutomationExecution": "automationassumerole>ssm",
    },
    "states": {"CreateStateMachine": "rolearn>states", "UpdateStateMachine": "rolearn>states"},
    "storagegateway": {"CreateNFSFileShare": "role>storagegateway", "CreateSMBFileShare": "role>storagegateway"},
    "synthetics": {"CreateCanary": "executionrolearn>lambda", "UpdateCanary": "executionrolearn>lambda"},
    "transfer": {"CreateServer": "loggingrole>transfer", "CreateUser": "role>transfer", "UpdateUser": "role>transfer"},
}

NEVER = frozenset({"access-analyzer", "iam", "lakeformation", "sso", "sts"})
"""Services whose operations name roles without passing them."""

TAG_ACTIONS = (
    "TagResource",
    "AddTags",
    "AddTagsToResource",
    "CreateTags",
    "TagResources",
    "TagQueue",
    "AddTagsToStream",
)
"""How services call their tagging action, the usual name first."""

TAG_REQUIRED = {
    "cloudtrail": "AddTags",
    "dynamodb": "TagResource",
    "ec2": "CreateTags",
    "ecs": "TagResource",
    "eks": "TagResource",
    "elasticloadbalancing": "AddTags",
    "kms": "TagResource",
    "lambda": "TagResource",
    "logs": "TagResource",
    "rds": "AddTagsToResource",
    "secretsmanager": "TagResource",
    "sns": "TagResource",
    "sqs": "TagQueue",
    "ssm": "AddTagsToResource",
    "states": "TagResource",
}
"""Services that check the tagging action when something is created with tags."""

IAM_TAG_ACTIONS = {
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider",
    "CreatePolicy": "TagPolicy",
    "CreateRole": "TagRole",
    "CreateSAMLProvider": "TagSAMLProvider",
    "CreateUser": "TagUser",
    "CreateVirtualMFADevice": "TagMFADevice",
    "UploadServerCertificate": "TagServerCertificate",
}
