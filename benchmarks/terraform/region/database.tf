locals {
  databases = try(var.kinds.rds_instance, {})
}

resource "aws_db_subnet_group" "this" {
  for_each    = try(var.kinds.rds_subnet_group, {})
  name        = each.key
  description = each.value.description
  subnet_ids  = local.data_subnets
  tags        = each.value.tags
}

resource "aws_db_parameter_group" "this" {
  for_each    = try(var.kinds.rds_parameter_group, {})
  name        = each.key
  description = each.value.description
  family      = each.value.family
  tags        = each.value.tags
  dynamic "parameter" {
    for_each = each.value.parameters
    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }
}

resource "aws_db_instance" "this" {
  for_each                              = local.databases
  identifier                            = each.key
  engine                                = each.value.engine
  engine_version                        = each.value.major_version
  instance_class                        = each.value.instance_class
  allocated_storage                     = each.value.allocated_storage
  max_allocated_storage                 = each.value.max_allocated_storage
  storage_type                          = each.value.storage_type
  storage_encrypted                     = each.value.encrypted
  kms_key_id                            = local.keys[each.value.kms_key]
  multi_az                              = each.value.multi_az
  publicly_accessible                   = each.value.public
  db_subnet_group_name                  = aws_db_subnet_group.this[each.value.subnet_group].name
  parameter_group_name                  = aws_db_parameter_group.this[each.value.parameter_group].name
  vpc_security_group_ids                = [for name in each.value.security_groups : aws_security_group.this[name].id]
  db_name                               = each.value.database_name
  username                              = each.value.master_username
  manage_master_user_password           = each.value.managed_password
  master_user_secret_kms_key_id         = local.keys[each.value.password_key]
  backup_retention_period               = each.value.backup_retention_days
  backup_window                         = each.value.backup_window
  maintenance_window                    = each.value.maintenance_window
  deletion_protection                   = each.value.deletion_protection
  copy_tags_to_snapshot                 = each.value.copy_tags_to_snapshot
  auto_minor_version_upgrade            = each.value.auto_minor_version_upgrade
  iam_database_authentication_enabled   = each.value.iam_authentication
  enabled_cloudwatch_logs_exports       = each.value.log_exports
  ca_cert_identifier                    = each.value.ca_certificate
  performance_insights_enabled          = each.value.performance_insights_days > 0
  performance_insights_retention_period = each.value.performance_insights_days
  performance_insights_kms_key_id       = local.keys[each.value.performance_insights_key]
  monitoring_interval                   = each.value.monitoring_seconds
  apply_immediately                     = true
  skip_final_snapshot                   = true
  tags                                  = each.value.tags
  depends_on                            = [aws_cloudwatch_log_group.this]
}

resource "aws_secretsmanager_secret_rotation" "this" {
  for_each  = try(var.kinds.secretsmanager_rotation, {})
  secret_id = aws_db_instance.this[each.key].master_user_secret[0].secret_arn
  rotation_rules {
    schedule_expression = each.value.schedule
  }
}

resource "aws_db_instance_automated_backups_replication" "this" {
  for_each               = try(var.kinds.rds_automated_backup_replication, {})
  source_db_instance_arn = var.databases[each.key]
  kms_key_id             = local.keys[each.value.kms_key]
  retention_period       = each.value.retention_days
}
