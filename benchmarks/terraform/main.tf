# The stack that benchmarks/provision.py lets Terraform build: the resources of a plan of this collection, in three regions.
# stack.json is written by the benchmark: {region: {kind: {name: properties}}}. Providers take endpoint and keys from the environment.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "stack" {
  description = "Path of stack.json."
  type        = string
}

variable "home" {
  description = "The region of the environment."
  type        = string
}

variable "recovery" {
  description = "The region it can be recovered in."
  type        = string
}

locals {
  stack = jsondecode(file(var.stack))
}

provider "aws" {
  region            = var.home
  s3_use_path_style = true
}

provider "aws" {
  alias             = "recovery"
  region            = var.recovery
  s3_use_path_style = true
}

# CloudFront and what belongs to it is in this region, and so are budgets.
provider "aws" {
  alias             = "global"
  region            = "us-east-1"
  s3_use_path_style = true
}

module "home" {
  source       = "./region"
  kinds        = try(local.stack[var.home], {})
  primary_keys = {}
  databases    = {}
  replicas     = module.recovery.replicas
}

module "recovery" {
  source       = "./region"
  kinds        = try(local.stack[var.recovery], {})
  primary_keys = module.home.keys
  databases    = module.home.databases
  replicas     = { keys = {}, buckets = {} }
  providers = {
    aws = aws.recovery
  }
}

module "global" {
  source       = "./region"
  kinds        = try(local.stack["us-east-1"], {})
  primary_keys = {}
  databases    = {}
  replicas     = { keys = {}, buckets = {} }
  providers = {
    aws = aws.global
  }
}

module "edge" {
  source       = "./edge"
  kinds        = try(local.stack[var.home], {})
  global_kinds = try(local.stack["us-east-1"], {})
  network      = module.home.network
  buckets      = module.home.buckets
  providers = {
    aws        = aws
    aws.global = aws.global
  }
}
