"""Every rule, in the order of the reference page: by what it is about, errors first.

A code is stable and never reused; the function of a rule has its name. ERROR: AWS does not save the document, so it is not
evaluated either. SECURITY: it grants more or denies less than it seems. WARNING: it hardly does what is meant, or what it
does is not documented. INFO: it could be written more plainly.
"""

from ostiary_compiler.checks import (
    actions,
    arns,
    condition_keys,
    condition_values,
    conditions,
    document,
    endpoints,
    exposure,
    organizations,
    principal_values,
    principals,
    resources,
    sizes,
    statements,
    variables,
)
from ostiary_compiler.checks.rule import Rule
from ostiary_compiler.quotas import SIZE_CODE
from ostiary_grammar.diagnostics import Severity

_ERROR, _SECURITY, _WARNING, _INFO = Severity.ERROR, Severity.SECURITY, Severity.WARNING, Severity.INFO

DOCUMENT_RULES = (
    Rule("version-unknown", _ERROR, document.version_unknown),
    Rule("version-too-old", _ERROR, document.version_too_old),
    Rule("version-missing", _WARNING, document.version_missing),
    Rule("version-old", _WARNING, document.version_old),
    Rule("id-in-identity-policy", _WARNING, document.id_in_identity_policy),
    Rule(SIZE_CODE, _WARNING, sizes.size_over_quota),
)
STATEMENT_RULES = (
    Rule("effect-missing", _ERROR, statements.effect_missing),
    Rule("effect-letter-case", _ERROR, statements.effect_letter_case),
    Rule("effect-unknown", _ERROR, statements.effect_unknown),
    Rule("sid-duplicate", _ERROR, statements.sid_duplicate),
    Rule("sid-characters", _ERROR, statements.sid_characters),
    Rule("sid-repeated", _WARNING, statements.sid_repeated),
    Rule("sid-empty", _INFO, statements.sid_empty),
)
ACTION_RULES = (
    Rule("action-missing", _ERROR, actions.action_missing),
    Rule("action-without-service", _ERROR, actions.action_without_service),
    Rule("action-colons", _ERROR, actions.action_colons),
    Rule("action-service-characters", _ERROR, actions.action_service_characters),
    Rule("allow-every-action", _SECURITY, actions.allow_every_action),
    Rule("allow-not-action", _SECURITY, actions.allow_not_action),
    Rule("action-wildcard-service", _WARNING, actions.action_wildcard_service),
    Rule("action-any-service", _WARNING, actions.action_any_service),
    Rule("action-stars", _WARNING, actions.action_stars),
    Rule("action-name-empty", _WARNING, actions.action_name_empty),
    Rule("action-characters", _WARNING, actions.action_characters),
    Rule("deny-not-action", _WARNING, actions.deny_not_action),
    Rule("action-repeated", _INFO, actions.action_repeated),
)
RESOURCE_RULES = (
    Rule("resource-missing", _ERROR, resources.resource_missing),
    Rule("resource-in-trust-policy", _ERROR, resources.resource_in_trust_policy),
    Rule("resource-not-arn", _ERROR, arns.resource_not_arn),
    Rule("resource-partition", _ERROR, arns.resource_partition),
    Rule("resource-without-service", _ERROR, arns.resource_without_service),
    Rule("resource-malformed", _ERROR, arns.resource_malformed),
    Rule("resource-iam-region", _ERROR, arns.resource_iam_region),
    Rule("resource-s3-region", _ERROR, arns.resource_s3_region),
    Rule("resource-iam-path", _ERROR, arns.resource_iam_path),
    Rule("short-arn-in-session-policy", _ERROR, arns.short_arn_in_session_policy),
    Rule("allow-not-resource", _SECURITY, resources.allow_not_resource),
    Rule("resource-never-matches", _WARNING, arns.resource_never_matches),
    Rule("resource-regional-bucket", _WARNING, arns.resource_regional_bucket),
    Rule("resource-stars", _WARNING, arns.resource_stars),
    Rule("resource-star-before-colon", _WARNING, arns.resource_star_before_colon),
    Rule("resource-letter-case", _WARNING, arns.resource_letter_case),
    Rule("resource-account", _WARNING, arns.resource_account),
    Rule("short-arn", _WARNING, arns.short_arn),
    Rule("not-resource-without-bucket", _WARNING, resources.not_resource_without_bucket),
    Rule("short-arn-padded", _INFO, arns.short_arn_padded),
    Rule("resource-wildcard-partition", _INFO, arns.resource_wildcard_partition),
    Rule("resource-wildcard-service", _INFO, arns.resource_wildcard_service),
    Rule("deny-not-resource", _INFO, resources.deny_not_resource),
)
PRINCIPAL_RULES = (
    Rule("principal-missing", _ERROR, principals.principal_missing),
    Rule("principal-prohibited", _ERROR, principals.principal_prohibited),
    Rule("not-principal-prohibited", _ERROR, principals.not_principal_prohibited),
    Rule("principal-not-a-map", _ERROR, principals.principal_not_a_map),
    Rule("principal-kind", _ERROR, principals.principal_kind),
    Rule("principal-wildcard", _ERROR, principal_values.principal_wildcard),
    Rule("principal-malformed", _ERROR, principal_values.principal_malformed),
    Rule("service-principal-wildcard", _ERROR, principal_values.service_principal_wildcard),
    Rule("service-principal-malformed", _ERROR, principal_values.service_principal_malformed),
    Rule("canonical-user-malformed", _ERROR, principal_values.canonical_user_malformed),
    Rule("federated-outside-trust-policy", _ERROR, principal_values.federated_outside_trust_policy),
    Rule("federated-malformed", _ERROR, principal_values.federated_malformed),
    Rule("allow-not-principal", _SECURITY, principals.allow_not_principal),
    Rule("not-principal-everyone", _SECURITY, principals.not_principal_everyone),
    Rule("public-statement", _SECURITY, exposure.public_statement),
    Rule("trust-in-everyone", _SECURITY, exposure.trust_in_everyone),
    Rule("service-principal-unguarded", _SECURITY, exposure.service_principal_unguarded),
    Rule("oidc-provider-unguarded", _SECURITY, exposure.oidc_provider_unguarded),
    Rule("not-principal-in-endpoint-policy", _WARNING, principals.not_principal_in_endpoint_policy),
    Rule("principal-empty", _WARNING, principals.principal_empty),
    Rule("deny-not-principal", _WARNING, principals.deny_not_principal),
    Rule("principal-unique-id", _WARNING, principal_values.principal_unique_id),
    Rule("service-principal-unknown-suffix", _WARNING, principal_values.service_principal_unknown_suffix),
    Rule("trust-action", _WARNING, exposure.trust_action),
    Rule("federated-action-mismatch", _WARNING, exposure.federated_action_mismatch),
    Rule("principal-root", _INFO, principal_values.principal_root),
    Rule("aws-star", _INFO, exposure.aws_star),
)
CONDITION_RULES = (
    Rule("date-malformed", _ERROR, condition_values.date_malformed),
    Rule("number-unreadable", _SECURITY, condition_values.number_unreadable),
    Rule("boolean-unreadable", _SECURITY, condition_values.boolean_unreadable),
    Rule("null-value-unreadable", _SECURITY, condition_values.null_value_unreadable),
    Rule("address-unreadable", _SECURITY, condition_values.address_unreadable),
    Rule("binary-unreadable", _SECURITY, condition_values.binary_unreadable),
    Rule("date-without-instant", _SECURITY, condition_values.date_without_instant),
    Rule("wildcard-without-like", _SECURITY, condition_values.wildcard_without_like),
    Rule("for-all-values-allow", _SECURITY, conditions.for_all_values_allow),
    Rule("for-all-values-single-valued", _SECURITY, conditions.for_all_values_single_valued),
    Rule("mfa-absent", _SECURITY, conditions.mfa_absent),
    Rule(
        "multivalued-key-without-set-operator",
        _SECURITY,
        condition_keys.multivalued_key_without_set_operator,
    ),
    Rule("caller-controlled-guard", _SECURITY, condition_keys.caller_controlled_guard),
    Rule("arn-value-incomplete", _WARNING, condition_values.arn_value_incomplete),
    Rule("null-with-set-operator", _WARNING, conditions.null_with_set_operator),
    Rule("for-any-value-if-exists", _WARNING, conditions.for_any_value_if_exists),
    Rule("values-empty", _WARNING, condition_values.values_empty),
    Rule("values-of-mixed-types", _WARNING, condition_values.values_of_mixed_types),
    Rule("booleans-both", _WARNING, condition_values.booleans_both),
    Rule("date-digits", _WARNING, condition_values.date_digits),
    Rule("source-ip-private", _WARNING, condition_values.source_ip_private),
    Rule("vpc-id-malformed", _WARNING, condition_values.vpc_id_malformed),
    Rule("condition-key-malformed", _WARNING, condition_keys.condition_key_malformed),
    Rule("global-key-unknown", _WARNING, condition_keys.global_key_unknown),
    Rule("tag-key-missing", _WARNING, condition_keys.tag_key_missing),
    Rule("operator-key-type", _WARNING, condition_keys.operator_key_type),
    Rule("string-like-on-arn-key", _WARNING, conditions.string_like_on_arn_key),
    Rule("operator-without-keys", _WARNING, conditions.operator_without_keys),
    Rule("condition-empty", _INFO, conditions.condition_empty),
    Rule("cidr-host-bits", _INFO, condition_values.cidr_host_bits),
    Rule("like-star-only", _INFO, condition_values.like_star_only),
)
VARIABLE_RULES = (
    Rule("variable-in-old-version", _SECURITY, variables.variable_in_old_version),
    Rule("variable-in-negated-allow", _SECURITY, variables.variable_in_negated_allow),
    Rule("variable-malformed", _WARNING, variables.variable_malformed),
    Rule("variable-without-prefix", _WARNING, variables.variable_without_prefix),
    Rule("variable-key-unknown", _WARNING, variables.variable_key_unknown),
    Rule("variable-multivalued", _WARNING, variables.variable_multivalued),
    Rule("variable-before-resource-part", _WARNING, variables.variable_before_resource_part),
    Rule("variable-under-operator", _WARNING, variables.variable_under_operator),
    Rule("variable-in-element", _WARNING, variables.variable_in_element),
)
ORGANIZATION_RULES = (
    Rule("rcp-allow", _ERROR, organizations.rcp_allow),
    Rule("rcp-principal", _ERROR, organizations.rcp_principal),
    Rule("rcp-not-action", _ERROR, organizations.rcp_not_action),
    Rule("rcp-every-action", _ERROR, organizations.rcp_every_action),
    Rule("rcp-service", _ERROR, organizations.rcp_service),
)
ENDPOINT_RULES = (
    Rule("endpoint-principal", _WARNING, endpoints.endpoint_principal),
    Rule("endpoint-identifier-pattern", _WARNING, endpoints.endpoint_identifier_pattern),
    Rule("endpoint-short-literal", _WARNING, endpoints.endpoint_short_literal),
    Rule("endpoint-account-pattern", _WARNING, endpoints.endpoint_account_pattern),
)

GROUPS = (
    ("Documents", DOCUMENT_RULES),
    ("Effect and Sid", STATEMENT_RULES),
    ("Actions", ACTION_RULES),
    ("Resources", RESOURCE_RULES),
    ("Principals", PRINCIPAL_RULES),
    ("Conditions", CONDITION_RULES),
    ("Policy variables", VARIABLE_RULES),
    ("Resource control policies", ORGANIZATION_RULES),
    ("Endpoint policies", ENDPOINT_RULES),
)
RULES: tuple[Rule, ...] = tuple(rule for _, rules in GROUPS for rule in rules)
