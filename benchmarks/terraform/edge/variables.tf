terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws, aws.global]
    }
  }
}

variable "kinds" {
  description = "{kind: {name: properties}} of the environment's region."
  type        = any
}

variable "global_kinds" {
  description = "{kind: {name: properties}} of us-east-1, where CloudFront's things are."
  type        = any
}

variable "network" {
  description = "vpc: its id, null without one. subnets: ids of the public ones. security_groups: {name: id}."
  type        = any
}

variable "buckets" {
  description = "{name: name} of the buckets, once their policies are there."
  type        = map(string)
}
