locals {
  zones   = try(var.kinds.route53_zone, {})
  records = try(var.kinds.route53_record, {})
  # A name and all below it, and both certificates of it, are proved by one record.
  proofs = merge([
    for name, certificate in aws_acm_certificate.regional : { for row in certificate.domain_validation_options : trimprefix(row.domain_name, "*.") => row... }
  ]...)
}

resource "aws_route53_zone" "this" {
  for_each      = local.zones
  name          = each.key
  comment       = try(each.value.comment, null)
  force_destroy = true
  tags          = each.value.tags
}

resource "aws_acm_certificate" "regional" {
  for_each                  = try(var.kinds.acm_certificate, {})
  domain_name               = each.value.domain
  subject_alternative_names = each.value.alternative_names
  key_algorithm             = each.value.key_algorithm
  validation_method         = "DNS"
  tags                      = merge(each.value.tags, { Name = each.key })
}

resource "aws_acm_certificate" "global" {
  for_each                  = try(var.global_kinds.cloudfront_certificate, {})
  provider                  = aws.global
  domain_name               = each.value.domain
  subject_alternative_names = each.value.alternative_names
  key_algorithm             = each.value.key_algorithm
  validation_method         = "DNS"
  tags                      = merge(each.value.tags, { Name = each.key })
}

resource "aws_route53_record" "proof" {
  for_each        = local.proofs
  zone_id         = one(values(aws_route53_zone.this)).zone_id
  name            = each.value[0].resource_record_name
  type            = each.value[0].resource_record_type
  records         = [each.value[0].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "regional" {
  for_each        = aws_acm_certificate.regional
  certificate_arn = each.value.arn
  depends_on      = [aws_route53_record.proof]
}

resource "aws_acm_certificate_validation" "global" {
  for_each        = aws_acm_certificate.global
  provider        = aws.global
  certificate_arn = each.value.arn
  depends_on      = [aws_route53_record.proof]
}

resource "aws_route53_record" "this" {
  for_each = local.records
  zone_id  = aws_route53_zone.this[each.value.zone].zone_id
  name     = split(" ", each.key)[0]
  type     = split(" ", each.key)[1]
  records  = try(each.value.values, null)
  ttl      = try(each.value.ttl, null)
  dynamic "alias" {
    for_each = can(each.value.target) ? [split(":", each.value.target)] : []
    content {
      name                   = alias.value[0] == "distribution" ? aws_cloudfront_distribution.this[alias.value[1]].domain_name : aws_lb.this[alias.value[1]].dns_name
      zone_id                = alias.value[0] == "distribution" ? aws_cloudfront_distribution.this[alias.value[1]].hosted_zone_id : aws_lb.this[alias.value[1]].zone_id
      evaluate_target_health = each.value.evaluate_health
    }
  }
}

resource "aws_route53_health_check" "this" {
  for_each          = try(var.kinds.route53_health_check, {})
  reference_name    = substr(each.key, 0, 27)
  fqdn              = each.value.fqdn
  type              = each.value.type
  port              = each.value.port
  resource_path     = each.value.path
  request_interval  = each.value.interval
  failure_threshold = each.value.threshold
  tags              = merge(each.value.tags, { Name = each.key })
}
