"""Puts the parts of the AWS API together: services, persistence, request middleware."""

from __future__ import annotations

from localcloud import server
from localcloud.cloud import Cloud
from localcloud.middleware import Middleware
from localcloud.places import StateFile


def assemble(cloud: Cloud, content: StateFile) -> server.WSGIApp:
    """The WSGI application of the cloud, with kept state loaded and services installed."""
    server.install_services(cloud)
    return Middleware(server.aws_application())
