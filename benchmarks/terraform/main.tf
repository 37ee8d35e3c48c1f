# The stack that benchmarks/provision.py lets Terraform build: the resources of a plan of this collection, in two regions.
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

module "home" {
  source       = "./region"
  kinds        = try(local.stack[var.home], {})
  primary_keys = {}
}

module "recovery" {
  source       = "./region"
  kinds        = try(local.stack[var.recovery], {})
  primary_keys = module.home.keys
  providers = {
    aws = aws.recovery
  }
}
