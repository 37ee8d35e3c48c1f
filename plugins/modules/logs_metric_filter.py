# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: logs_metric_filter
short_description: Create, change or remove a metric filter of a log group
version_added: 0.1.0
description:
  - Brings a metric filter to what is described. An option that is not given is left alone.
  - C(metric) and C(namespace) are needed for a filter that is to be created.
options:
  name:
    description: Name of the filter.
    type: str
    required: true
  log_group:
    description: Name of the log group.
    type: str
    required: true
  pattern:
    description: Which events count, in the language of filter patterns; all when empty.
    type: str
  namespace:
    description: Namespace of the metric.
    type: str
  metric:
    description: Name of the metric.
    type: str
  value:
    description: What an event counts for, a number or a field of the event.
    type: str
  default_value:
    description: What is reported while nothing matches. Without it no data are, where the filter is to be created.
    type: float
  unit:
    description: Unit of the metric.
    type: str
  dimensions:
    description: Fields of the event by the name of the dimension that they become.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Count what the root user does
  creator.platform.logs_metric_filter:
    name: creator-dev-root-use
    log_group: /creator/dev/audit/trail
    pattern: '{ $.userIdentity.type = "Root" }'
    namespace: creator/dev
    metric: RootUse
    default_value: 0
"""

RETURN = r"""
filter:
  description: The filter after the run; empty when there is none.
  returned: always
  type: dict
  sample: {metric: RootUse, namespace: creator/dev}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.logs.filter_api import filters_of
from ansible_collections.creator.platform.plugins.module_utils.aws.logs.metric_filter import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

PROPERTIES: dict[str, Any] = {
    "pattern": {"type": "str"},
    "namespace": {"type": "str"},
    "metric": {"type": "str"},
    "value": {"type": "str"},
    "default_value": {"type": "float"},
    "unit": {"type": "str"},
    "dimensions": {"type": "dict"},
}
SPEC = {"name": {"type": "str", "required": True}, "log_group": {"type": "str", "required": True}, **PROPERTIES}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The filter as it is."""
    for row in filters_of(client, params["log_group"], params["name"]):
        if row["filterName"] == params["name"]:
            return Found(project(row))
    return None


def complete(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The steps; ChangeError when a new filter has no metric."""
    if found is None and not (desired.get("metric") and desired.get("namespace")):
        raise ChangeError(f"metric filter {params['name']} is to be created: give it a metric and its namespace")
    return present(params, desired, found)


def main() -> None:
    run(ResourceModule("logs", "filter", PROPERTIES, find, complete, absent), SPEC)


if __name__ == "__main__":
    main()
