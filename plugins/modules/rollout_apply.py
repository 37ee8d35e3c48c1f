# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rollout_apply
version_added: 0.1.0
short_description: Apply the objects of a release to a cluster
author: creator.platform contributors (@creator-platform)
description:
  - Applies all objects in one task with server-side apply, in their order, and stops at the first that is refused.
  - Returns the uid and generation of each workload, which M(creator.platform.rollout_verify) holds on to.
  - A Deployment with an autoscaler starts at the autoscaler's minimum. Later its replicas are left alone.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  objects:
    description: Objects to apply. Give this or O(stored).
    type: list
    elements: dict
  stored:
    description: Record of a release whose objects are kept in the cluster. They are applied if they are what was recorded.
    type: dict
  namespace:
    description: Namespace in which the objects of O(stored) are kept.
    type: str
  replaces:
    description:
      - Objects of the release that is being left. Those that the applied release does not have are removed, if they bear
        the label C(app.kubernetes.io/managed-by=creator.platform). ConfigMaps stay.
    type: list
    elements: dict
    default: []
  dry_run:
    description: Let the API server check everything and change nothing.
    type: bool
    default: false
  by_reading:
    description:
      - Whether a dry run compares what it may read where the API server refuses it, because the caller may not write.
      - So that a plan can be made by who only looks. What the API server would refuse is not found out then.
    type: bool
    default: false
  cluster_optional:
    description:
      - Whether it is no error when the API server does not answer and EKS says that the cluster is not there, is being created
        or is being deleted. Then RV(reached) is C(false), and nothing was applied.
    type: bool
    default: false
attributes:
  check_mode:
    description: Is a server-side dry run.
    support: full
  diff_mode:
    description: The objects before and after, without what the controllers write.
    support: full
extends_documentation_fragment:
  - creator.platform.cluster
"""

EXAMPLES = r"""
- name: Apply the release
  creator.platform.rollout_apply:
    cluster: "{{ deploy_cluster }}"
    region: eu-west-1
    objects: "{{ __deploy_render.objects }}"
  environment: "{{ platform_aws_environment }}"
  register: __deploy_applied
"""

RETURN = r"""
reached:
  description: Whether the API server was asked; C(false) only with O(cluster_optional).
  returned: success
  type: bool
started:
  description: When the first object was sent, in seconds since the epoch.
  returned: success
  type: float
pending:
  description: Whether any object differs, also when O(dry_run) was asked for.
  returned: success
  type: bool
objects:
  description: What became of each object, with C(kind), C(namespace), C(name), C(change), C(uid) and C(generation).
  returned: success
  type: list
  elements: dict
differences:
  description: C(before) and C(after) of each object that differs, headed by its kind, namespace and name.
  returned: success
  type: list
  elements: dict
unchecked:
  description: Objects that a dry run could not check, because their namespace does not exist yet.
  returned: success
  type: list
  elements: str
workloads:
  description: The Deployments, as M(creator.platform.rollout_verify) takes them.
  returned: success
  type: list
  elements: dict
"""
