# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main() of modules that bring one AWS resource to what is described: read, decide, write unless in check mode, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, explain
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

STATE: dict[str, Any] = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
TAGS: dict[str, Any] = {
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class ResourceModule:
    """What a module says of its resource.

    service: boto3's name. returned: the key of the answer, whose value has the properties and facts.
    find(client, params): the resource, or None; reads only. present(params, desired, found): the steps towards `desired`, the
    options of `properties` that were given. absent(params, found): the steps that remove it; None for what is always there.
    """

    service: str
    returned: str
    properties: Mapping[str, Mapping[str, Any]]
    find: Callable[[Any, Mapping[str, Any]], Found | None]
    present: Callable[[Mapping[str, Any], Mapping[str, Any], Found | None], Steps]
    absent: Callable[[Mapping[str, Any], Found], Steps] | None = None


def run(resource: ResourceModule, argument_spec: dict[str, Any], **options: Any) -> None:
    """Run a module to its end: exit_json or fail_json with one sentence. `options` are those of AnsibleAWSModule."""
    spec = {**argument_spec, **(STATE if resource.absent else {})}
    module = AnsibleAWSModule(argument_spec=spec, supports_check_mode=True, **options)
    guarded(module, lambda: _converge(module, resource))


def guarded(module: AnsibleAWSModule, converge: Callable[[], None]) -> None:
    """Run what ends in exit_json; fail_json with one sentence for a change that cannot be, and for what AWS refuses."""
    try:
        converge()
    except ChangeError as error:
        module.fail_json(msg=str(error))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    except AWS_ERRORS as error:
        module.fail_json(msg=str(explain(error)))


def _converge(module: AnsibleAWSModule, resource: ResourceModule) -> None:
    params = module.params
    client = module.client(resource.service)
    found = resource.find(client, params)
    if resource.absent and params["state"] == "absent":
        steps = resource.absent(params, found) if found else Steps()
    else:
        desired = {name: params[name] for name in resource.properties if params[name] is not None}
        steps = resource.present(params, desired, found)
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = resource.find(client, params)
    answer = {**found.properties, **found.facts} if found else {}
    module.exit_json(changed=steps.changed, diff=steps.diff(), pending=steps.pending, **{resource.returned: answer})
