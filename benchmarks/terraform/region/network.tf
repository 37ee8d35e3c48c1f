locals {
  subnets = try(var.kinds.ec2_subnet, {})
  tables  = try(var.kinds.ec2_route_table, {})
  groups  = try(var.kinds.ec2_security_group, {})
  acls    = try(var.kinds.ec2_network_acl, {})
  # What a plan of an empty account names as a list that the network publishes.
  public_subnets  = [for name, subnet in aws_subnet.this : subnet.id if strcontains(name, "-public-")]
  private_subnets = [for name, subnet in aws_subnet.this : subnet.id if strcontains(name, "-private-")]
  data_subnets    = [for name, subnet in aws_subnet.this : subnet.id if strcontains(name, "-data-")]
  associations = merge([
    for name, table in local.tables : { for subnet in table.subnets : subnet => name }
  ]...)
  routes = merge([
    for name, table in local.tables : { for route in table.routes : "${name} ${route.destination}" => merge(route, { table = name }) }
  ]...)
  rules = merge(flatten([
    for name, group in local.groups : [
      for direction in ["ingress", "egress"] : {
        for index, rule in group[direction] : "${name} ${direction} ${index}" => {
          group     = name
          direction = direction
          protocol  = rule.protocol == "all" ? "-1" : rule.protocol
          from_port = rule.protocol == "all" ? null : try(rule.from_port, null)
          to_port   = rule.protocol == "all" ? null : try(rule.to_port, null)
          reason    = try(rule.description, null)
          peer      = startswith(rule.peer, "group:") ? trimprefix(rule.peer, "group:") : null
          cidr      = startswith(rule.peer, "group:") ? null : rule.peer
        }
      }
    ]
  ])...)
}

resource "aws_vpc" "this" {
  for_each             = try(var.kinds.ec2_vpc, {})
  cidr_block           = each.value.cidr
  enable_dns_hostnames = each.value.dns_hostnames
  enable_dns_support   = each.value.dns_support
  tags                 = merge(each.value.tags, { Name = each.key })
}

resource "aws_subnet" "this" {
  for_each                = local.subnets
  vpc_id                  = aws_vpc.this[each.value.vpc].id
  cidr_block              = each.value.cidr
  availability_zone       = each.value.zone
  map_public_ip_on_launch = each.value.public_ip_on_launch
  tags                    = merge(each.value.tags, { Name = each.key })
}

resource "aws_internet_gateway" "this" {
  for_each = try(var.kinds.ec2_internet_gateway, {})
  vpc_id   = aws_vpc.this[each.value.vpc].id
  tags     = merge(each.value.tags, { Name = each.key })
}

resource "aws_eip" "this" {
  for_each = try(var.kinds.ec2_elastic_ip, {})
  domain   = "vpc"
  tags     = merge(each.value.tags, { Name = each.key })
}

resource "aws_nat_gateway" "this" {
  for_each      = try(var.kinds.ec2_nat_gateway, {})
  allocation_id = aws_eip.this[each.value.address].id
  subnet_id     = aws_subnet.this[each.value.subnet].id
  tags          = merge(each.value.tags, { Name = each.key })
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "this" {
  for_each = local.tables
  vpc_id   = aws_vpc.this[each.value.vpc].id
  tags     = merge(each.value.tags, { Name = each.key })
}

resource "aws_route" "this" {
  for_each               = local.routes
  route_table_id         = aws_route_table.this[each.value.table].id
  destination_cidr_block = each.value.destination
  gateway_id             = contains(keys(aws_internet_gateway.this), each.value.target) ? aws_internet_gateway.this[each.value.target].id : null
  nat_gateway_id         = contains(keys(aws_nat_gateway.this), each.value.target) ? aws_nat_gateway.this[each.value.target].id : null
}

resource "aws_route_table_association" "this" {
  for_each       = local.associations
  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.this[each.value].id
}

resource "aws_security_group" "this" {
  for_each    = local.groups
  name        = each.key
  description = each.value.description
  vpc_id      = aws_vpc.this[each.value.vpc].id
  tags        = each.value.tags
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each                     = { for name, rule in local.rules : name => rule if rule.direction == "ingress" }
  security_group_id            = aws_security_group.this[each.value.group].id
  ip_protocol                  = each.value.protocol
  description                  = each.value.reason
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each                     = { for name, rule in local.rules : name => rule if rule.direction == "egress" }
  security_group_id            = aws_security_group.this[each.value.group].id
  ip_protocol                  = each.value.protocol
  description                  = each.value.reason
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id
}

resource "aws_network_acl" "this" {
  for_each   = local.acls
  vpc_id     = aws_vpc.this[each.value.vpc].id
  subnet_ids = [for subnet in each.value.subnets : aws_subnet.this[subnet].id]
  tags       = merge(each.value.tags, { Name = each.key })

  dynamic "ingress" {
    for_each = each.value.ingress
    content {
      rule_no    = ingress.value.number
      action     = ingress.value.action
      protocol   = ingress.value.protocol == "all" ? "-1" : ingress.value.protocol
      cidr_block = ingress.value.cidr
      from_port  = try(ingress.value.from_port, 0)
      to_port    = try(ingress.value.to_port, 0)
    }
  }
  dynamic "egress" {
    for_each = each.value.egress
    content {
      rule_no    = egress.value.number
      action     = egress.value.action
      protocol   = egress.value.protocol == "all" ? "-1" : egress.value.protocol
      cidr_block = egress.value.cidr
      from_port  = try(egress.value.from_port, 0)
      to_port    = try(egress.value.to_port, 0)
    }
  }
}

resource "aws_default_security_group" "this" {
  for_each = try(var.kinds.ec2_default_security_group, {})
  vpc_id   = aws_vpc.this[each.value.vpc].id
  tags     = each.value.tags
}

resource "aws_vpc_endpoint" "this" {
  for_each            = try(var.kinds.ec2_vpc_endpoint, {})
  vpc_id              = aws_vpc.this[each.value.vpc].id
  service_name        = each.value.service
  vpc_endpoint_type   = each.value.type
  policy              = jsonencode(each.value.policy)
  route_table_ids     = each.value.type == "Gateway" ? [for name in each.value.route_tables : aws_route_table.this[name].id] : null
  subnet_ids          = each.value.type == "Interface" ? [for name in each.value.subnets : aws_subnet.this[name].id] : null
  security_group_ids  = each.value.type == "Interface" ? [for name in each.value.security_groups : aws_security_group.this[name].id] : null
  private_dns_enabled = each.value.type == "Interface" ? try(each.value.private_dns, true) : null
  tags                = merge(each.value.tags, { Name = each.key })
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = { for name, group in try(var.kinds.logs_group, {}) : name => group if !startswith(name, "aws-waf-logs-") }
  name              = each.key
  retention_in_days = each.value.retention_days
  kms_key_id        = try(local.keys[each.value.kms_key], null)
  tags              = each.value.tags
}

resource "aws_flow_log" "this" {
  for_each                 = try(var.kinds.ec2_flow_log, {})
  vpc_id                   = aws_vpc.this[each.value.vpc].id
  traffic_type             = each.value.traffic
  log_destination          = aws_cloudwatch_log_group.this[each.value.log_group].arn
  iam_role_arn             = each.value.role_arn
  max_aggregation_interval = each.value.aggregation_seconds
  tags                     = merge(each.value.tags, { Name = each.key })
  depends_on               = [aws_iam_role.this]
}
