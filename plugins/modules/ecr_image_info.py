# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecr_image_info
version_added: 0.1.0
short_description: Find the image that was pushed last
author: creator.platform contributors (@creator-platform)
description:
  - Reads the images of repositories and returns the digest of the one that was pushed last to each.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  repositories:
    description: Names of the repositories.
    type: list
    elements: str
    required: true
  region:
    description: Region of the registry.
    type: str
    required: true
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
"""

EXAMPLES = r"""
- name: Find the newest images
  creator.platform.ecr_image_info:
    repositories: [creator-local-web, creator-local-api, creator-local-worker]
    region: eu-west-1
  environment: "{{ platform_aws_environment }}"
  register: __deploy_images
"""

RETURN = r"""
digests:
  description: Digest of the newest image by repository. A repository that has no image is left out.
  returned: success
  type: dict
"""
