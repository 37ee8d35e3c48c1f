# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply a release in the worker process: see plugins/modules/rollout_apply.py for its page."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from ansible_collections.amazon.aws.plugins.module_utils.errors import AnsibleAWSError
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import find_cluster
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.cluster import serves
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.release import run as applying
from ansible_collections.creator.platform.plugins.module_utils.rollout import bundle
from ansible_collections.creator.platform.plugins.module_utils.rollout.release import ReleaseError
from ansible_collections.creator.platform.plugins.plugin_utils.cluster_action import ClusterActionBase


class ActionModule(ClusterActionBase):
    """creator.platform.rollout_apply"""

    ARGUMENTS: ClassVar[dict[str, Any]] = {
        **ClusterActionBase.CLUSTER,
        "objects": {"type": "list", "elements": "dict"},
        "stored": {"type": "dict"},
        "namespace": {"type": "str"},
        "replaces": {"type": "list", "elements": "dict", "default": []},
        "dry_run": {"type": "bool", "default": False},
        "by_reading": {"type": "bool", "default": False},
        "cluster_optional": {"type": "bool", "default": False},
    }
    ERRORS = (api.KubeError, ReleaseError, AnsibleAWSError)

    def answer(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """What became of each object, and the workloads to verify; nothing of both where there is no cluster, if that may be."""
        del task_vars
        try:
            return {"reached": True, **self._applied(args)}
        except api.KubeError:
            # EKS is asked only then: a cluster that answers costs no request more.
            if not args["cluster_optional"] or serves(self._found(args)):
                raise
        nothing: dict[str, Any] = {"objects": [], "differences": [], "unchecked": [], "workloads": []}
        return {"reached": False, "changed": False, "started": time.time(), "pending": False, **nothing}

    def _applied(self, args: dict[str, Any]) -> dict[str, Any]:
        if (args["objects"] is None) == (args["stored"] is None):
            raise ReleaseError("rollout_apply needs either objects or stored (with namespace)")
        client = self.cluster(args)
        objects = args["objects"] if args["stored"] is None else self._stored(client, args)
        dry_run = args["dry_run"] or self.check_mode
        started = time.time()
        applied = applying.apply_all(client, objects, dry_run=dry_run, by_reading=args["by_reading"])
        removed = applying.remove_all(client, bundle.leftovers(args["replaces"], objects), dry_run=dry_run)
        result: dict[str, Any] = {
            # A dry run that was asked for changes nothing, whatever it finds; check mode tells what would be changed.
            "changed": (applied.changed or removed.changed) and not args["dry_run"],
            "started": started,
            "pending": applied.changed or removed.changed,
            "objects": [*applied.objects, *removed.objects],
            "differences": [*applied.diff, *removed.diff],
            "unchecked": applied.unchecked,
            "workloads": bundle.workloads(objects, [] if dry_run else applied.objects),
        }
        if self._task.diff:
            result["diff"] = [*applied.diff, *removed.diff]
        return result

    def _found(self, args: dict[str, Any]) -> Any:
        return find_cluster(self.client_for()("eks", args["region"]), args["cluster"]["name"])

    @staticmethod
    def _stored(client: Any, args: dict[str, Any]) -> list[dict[str, Any]]:
        namespace, stored = args["namespace"] or "", args["stored"]
        config_map = api.read(client, "ConfigMap", namespace, bundle.bundle_name(str(stored.get("id"))))
        return bundle.restore(stored, config_map, namespace)
