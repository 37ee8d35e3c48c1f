"""The embedded environment: an emulated AWS API with real PostgreSQL and real Kubernetes behind it."""
