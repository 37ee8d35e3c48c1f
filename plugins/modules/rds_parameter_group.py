# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_parameter_group
short_description: Create, change or remove a parameter group of RDS
version_added: 0.1.0
description:
  - Brings an RDS parameter group to what is described. An option that is not given is left alone.
  - M(amazon.aws.rds_instance_param_group) hides pending changes in check mode, reports parameters that the engine does not know
    as a success, never takes one back, and does not set one whose value is the engine's default.
attributes:
  check_mode:
    description: Reads only, and tells whether a run would write. The names of parameters of a new group are not checked.
    support: full
  diff_mode:
    description: Shows the properties that a run would change, or the whole of what it creates or removes.
    support: full
options:
  name:
    description: Name of the group.
    type: str
    required: true
  family:
    description: Family, such as V(postgres15). Required for a new group, cannot change.
    type: str
  description:
    description: What the group is for. Only heard at creation.
    type: str
  parameters:
    description:
      - Parameters and their values as text. Others that were set are put back to the engine's own.
      - Static parameters take effect with the next reboot of an instance.
    type: dict
  tags:
    description: Tags to set; tags of other names are removed unless O(purge_tags=false). Without it tags are left alone.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description: Whether tags that are not in O(tags) are removed.
    type: bool
    default: true
  state:
    description: Whether there shall be such a group.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Let only TLS in
  creator.platform.rds_parameter_group:
    name: creator-dev-database-postgres15
    family: postgres15
    parameters:
      rds.force_ssl: "1"
"""

RETURN = r"""
parameter_group:
  description: The group after the run, empty when there is none.
  returned: always
  type: dict
  sample: {family: postgres15, parameters: {rds.force_ssl: "1"}}
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.api import (
    find_parameter_group,
    group_parameters,
    tags_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.parameter_group import (
    absent,
    create_calls,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Steps
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

PROPERTIES = {
    "family": {"type": "str"},
    "description": {"type": "str"},
    "parameters": {"type": "dict"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
}
SPEC = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def steps_for(module: AnsibleAWSModule, client: object) -> Steps:
    """What is to be done for a group that exists, or that shall go."""
    name = module.params["name"]
    group = find_parameter_group(client, name)
    if group is None:
        return absent(name, None)
    arn = group["DBParameterGroupArn"]
    known = {parameter["ParameterName"]: parameter for parameter in group_parameters(client, name)}
    found = project(group, [row for row in known.values() if row.get("Source") == "user"], tags_of(client, arn))
    if module.params["state"] == "absent":
        return absent(name, found)
    desired = {option: module.params[option] for option in PROPERTIES}
    return present(name, desired, found, known, arn, purge_tags=module.params["purge_tags"])


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("rds")
    name, present_wanted = module.params["name"], module.params["state"] == "present"
    created = present_wanted and find_parameter_group(client, name) is None
    given = {option: module.params[option] for option in PROPERTIES if module.params[option] is not None}
    if created:
        if "family" not in given:
            module.fail_json(msg=f"parameter group {name} does not exist: give family to create it")
        if module.check_mode:
            module.exit_json(changed=True, diff={"before": {}, "after": given}, parameter_group=given)
        perform(client, create_calls(name, given))
    steps = steps_for(module, client)
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
    diff = {"before": {}, "after": dict(steps.after)} if created else steps.diff()
    module.exit_json(changed=created or steps.changed, diff=diff, parameter_group=dict(steps.after))


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
