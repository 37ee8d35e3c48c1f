terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "kinds" {
  description = "{kind: {name: properties}} of one region."
  type        = any
}

variable "primary_keys" {
  description = "{name: ARN} of the keys that this region's keys are replicas of."
  type        = map(string)
}

variable "databases" {
  description = "{name: ARN} of the databases whose backups are copied to this region."
  type        = map(string)
}

variable "replicas" {
  description = "keys: {name: ARN}, buckets: {name: ARN} of the region that objects are copied to."
  type        = any
}

output "keys" {
  value = local.keys
}

output "databases" {
  value = { for name, database in aws_db_instance.this : name => database.arn }
}

output "replicas" {
  value = {
    keys    = local.keys
    buckets = { for name, bucket in aws_s3_bucket_versioning.this : name => "arn:aws:s3:::${bucket.bucket}" }
  }
}

output "network" {
  value = {
    vpc             = one(values(aws_vpc.this)[*].id)
    subnets         = local.public_subnets
    security_groups = { for name, group in aws_security_group.this : name => group.id }
  }
}

output "buckets" {
  value = { for name, policy in aws_s3_bucket_policy.this : name => policy.bucket }
}
