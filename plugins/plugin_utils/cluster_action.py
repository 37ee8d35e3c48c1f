# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins that talk to an EKS cluster share: a client with a token that is renewed while they run."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from ansible_collections.creator.platform.plugins.module_utils.aws.clients import session_for
from ansible_collections.creator.platform.plugins.module_utils.aws.eks_token import eks_token, renewing
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.plugin_utils.aws_action import AwsActionBase


class ClusterActionBase(AwsActionBase):
    """An action with the argument `cluster` (name, endpoint, certificate_authority) and `region`."""

    CLUSTER: ClassVar[dict[str, Any]] = {
        "region": {"type": "str", "required": True},
        "cluster": {
            "type": "dict",
            "required": True,
            "options": {
                "name": {"type": "str", "required": True},
                "endpoint": {"type": "str", "required": True},
                "certificate_authority": {"type": "str", "required": True},
            },
        },
    }

    def cluster(self, args: dict[str, Any]) -> api.Client:
        """A client for the cluster in the name of this task's AWS credentials. Raises KubeError."""
        environment, wanted, region = self.task_environment(), args["cluster"], args["region"]
        endpoint = environment.get("AWS_ENDPOINT_URL_STS") or environment.get("AWS_ENDPOINT_URL")
        session = session_for(environment)
        token = renewing(lambda: eks_token(session, wanted["name"], region, endpoint), time.monotonic)
        return api.connect(wanted["endpoint"], wanted["certificate_authority"], token)
