# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: migration_run
version_added: 0.1.0
short_description: Run the migrations of a release as Jobs, and follow them to a verdict
author: creator.platform contributors (@creator-platform)
description:
  - Applies the ConfigMaps and Jobs that M(creator.platform.release_render) made, one Job after the other, and stops at the first
    that does not end well.
  - A Job that has ended well before is not run again. One that failed before is removed and run anew, so a migration has to
    bear being run twice.
  - The last log lines are in the answer, with secrets blacked out. What a Job says at level error is in the message.
  - Images that cannot be pulled, pods that fit no node and containers that cannot start fail within a minute.
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
  objects:
    description: ConfigMaps and Jobs in their order.
    type: list
    elements: dict
    required: true
  interval:
    description: Seconds between two polls.
    type: float
    default: 0.5
  required:
    description: Fail the task unless every migration ended well.
    type: bool
    default: true
attributes:
  check_mode:
    description: Skipped.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.cluster
"""

EXAMPLES = r"""
- name: Migrate
  creator.platform.migration_run:
    cluster: "{{ deploy_cluster }}"
    region: eu-west-1
    environment: dev
    release: "{{ __deploy_render.release.id }}"
    objects: "{{ __deploy_render.migrations }}"
  environment: "{{ platform_aws_environment }}"
"""

RETURN = r"""
verdict:
  description: V(succeeded), V(failed) or V(timed_out).
  returned: when not skipped
  type: str
migration:
  description: The document with verdict, reason and sentence, and Job, image, pods and log lines of each migration.
  returned: when not skipped
  type: dict
"""
