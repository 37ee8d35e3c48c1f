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

output "keys" {
  value = local.keys
}
