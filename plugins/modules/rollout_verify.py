# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: rollout_verify
version_added: 0.1.0
short_description: Follow rollouts to a verdict
author: creator.platform contributors (@creator-platform)
description:
  - Follows Deployments until each has succeeded or one has failed, and says why.
  - Success is proved from the pods. Each belongs to the new ReplicaSet by owner, is available, and runs the pinned digest.
    A field that is missing never counts as good.
  - Broken images, crashing containers, refused pods and full quotas fail within seconds, with events and logs gathered
    while they are still there. What heals by itself is given time.
  - Many workloads cost as many requests as one, since whole kinds of a namespace are read.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  environment:
    description: Name of the environment, for the document.
    type: str
    required: true
  release:
    description: Id of the release, for the document.
    type: str
    required: true
  workloads:
    description:
      - Deployments to verify, each with C(namespace), C(name) and C(images), the digest of each container.
      - C(uid), C(generation), C(template) and C(replicas) are what the apply returned. Without them the live object is
        taken as it is found.
      - C(min_replicas) is the minimum of its autoscaler. C(equivalents) gives for a digest others that stand for it, such as
        those of the platforms of an image index.
    type: list
    elements: dict
    required: true
  timeout:
    description: Seconds after which a rollout is called timed out.
    type: float
    default: 600.0
  soak:
    description: Seconds for which every pod has to be ready without interruption.
    type: float
    default: 0.0
  since:
    description:
      - When the workloads were applied, in seconds since the epoch, as M(creator.platform.rollout_apply) returns it.
      - When not given, the beginning of the task.
    type: float
  interval:
    description: Seconds between two polls.
    type: float
    default: 0.5
  crash_restarts:
    description: Restarts of a container that confirm a crash loop.
    type: int
    default: 2
  unschedulable_grace:
    description: Seconds for which a pod may fit no node, unless an autoscaler announces one.
    type: float
    default: 30.0
  pull_grace:
    description: Seconds for which a registry may throttle or fail.
    type: float
    default: 60.0
  readiness_floor:
    description: Least seconds for which a running container may be not ready. Its probes may allow more.
    type: float
    default: 60.0
  require_terminated:
    description: Whether success waits for the old pods to end.
    type: bool
    default: false
  required:
    description: Fail the task unless every rollout succeeded.
    type: bool
    default: true
attributes:
  check_mode:
    description: Skipped. Nothing was applied, so there is nothing to verify.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
extends_documentation_fragment:
  - creator.platform.cluster
"""

EXAMPLES = r"""
- name: Verify the rollout
  creator.platform.rollout_verify:
    cluster: "{{ deploy_cluster }}"
    region: eu-west-1
    environment: dev
    release: "{{ __deploy_render.release.id }}"
    workloads: "{{ __deploy_applied.workloads }}"
  environment: "{{ platform_aws_environment }}"
"""

RETURN = r"""
verdict:
  description: V(succeeded), V(failed), V(timed_out) or V(inconclusive), the worst of all workloads.
  returned: when not skipped
  type: str
rollout:
  description: The document with verdict, reason, sentence, identity, digests, pods and evidence of each workload.
  returned: when not skipped
  type: dict
"""
