"""The data plane of the emulated ECR: a real OCI registry, a front that decides as ECR does, and what joins it to the AWS API."""
