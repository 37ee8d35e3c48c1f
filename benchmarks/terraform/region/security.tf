locals {
  all_keys = try(var.kinds.kms_key, {})
  keys = merge(
    { for name, key in aws_kms_key.this : name => key.arn },
    { for name, key in aws_kms_replica_key.this : name => key.arn },
  )
  audit_key = one([for name in keys(local.all_keys) : name if endswith(name, "-audit")])
  roles     = try(var.kinds.iam_role, {})
  inline = merge([
    for name, role in local.roles : { for policy, document in role.policies : "${name} ${policy}" => { role = name, name = policy, document = document } }
  ]...)
  managed = merge([
    for name, role in local.roles : { for arn in role.managed_policies : "${name} ${arn}" => { role = name, arn = arn } }
  ]...)
}

resource "aws_kms_key" "this" {
  for_each                = { for name, key in local.all_keys : name => key if try(key.replica_of, "") == "" }
  description             = each.value.description
  enable_key_rotation     = each.value.rotation
  rotation_period_in_days = each.value.rotation_days
  multi_region            = each.value.multi_region
  policy                  = jsonencode(each.value.policy)
  deletion_window_in_days = 7
  tags                    = each.value.tags
}

resource "aws_kms_replica_key" "this" {
  for_each                = { for name, key in local.all_keys : name => key if try(key.replica_of, "") != "" }
  description             = each.value.description
  primary_key_arn         = var.primary_keys[each.key]
  policy                  = jsonencode(each.value.policy)
  deletion_window_in_days = 7
  tags                    = each.value.tags
}

resource "aws_kms_alias" "this" {
  for_each      = local.all_keys
  name          = "alias/${each.key}"
  target_key_id = local.keys[each.key]
}

resource "aws_iam_role" "this" {
  for_each             = local.roles
  name                 = each.key
  description          = each.value.description
  assume_role_policy   = jsonencode(each.value.trust)
  max_session_duration = each.value.max_session_seconds
  permissions_boundary = try(aws_iam_policy.this[element(split("/", each.value.boundary), length(split("/", each.value.boundary)) - 1)].arn, null)
  tags                 = each.value.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = local.inline
  name     = each.value.name
  role     = aws_iam_role.this[each.value.role].id
  # One of them names a key, as what it is called.
  policy = replace(jsonencode(each.value.document), "\"${local.audit_key}\"", "\"${try(local.keys[local.audit_key], local.audit_key)}\"")
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = local.managed
  role       = aws_iam_role.this[each.value.role].name
  policy_arn = each.value.arn
  depends_on = [aws_iam_policy.this]
}

resource "aws_iam_policy" "this" {
  for_each    = try(var.kinds.iam_managed_policy, {})
  name        = each.key
  description = try(each.value.description, null)
  policy      = jsonencode(each.value.document)
  tags        = try(each.value.tags, {})
}

resource "aws_iam_openid_connect_provider" "this" {
  for_each       = try(var.kinds.iam_oidc_provider, {})
  url            = "https://${each.key}"
  client_id_list = each.value.client_ids
  tags           = each.value.tags
}

resource "aws_iam_account_password_policy" "this" {
  for_each                       = try(var.kinds.iam_password_policy, {})
  allow_users_to_change_password = each.value.allow_change
  minimum_password_length        = each.value.minimum_length
  password_reuse_prevention      = each.value.remember
  require_lowercase_characters   = each.value.require_lowercase
  require_numbers                = each.value.require_numbers
  require_symbols                = each.value.require_symbols
  require_uppercase_characters   = each.value.require_uppercase
}

resource "aws_accessanalyzer_analyzer" "this" {
  for_each      = try(var.kinds.accessanalyzer_analyzer, {})
  analyzer_name = each.key
  type          = each.value.type
  tags          = each.value.tags
}
