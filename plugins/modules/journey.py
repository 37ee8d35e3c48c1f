# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: journey
version_added: 0.1.0
short_description: Follow one post through the platform
author: creator.platform contributors (@creator-platform)
description:
  - Fetches a page through the load balancer, signs a creator up and writes a post with a picture through the api, and then looks
    for it wherever it has to arrive. It looks for its row in PostgreSQL, its picture in S3, its notification and its thumbnail,
    which the worker makes, its page, and its correlation id in the logs of all services.
  - What is not found within O(patience) fails the task. Nothing that could not be looked at counts as found.
  - The creator and the post stay. Each journey writes one, under a name of its own that begins with C(journey-).
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  region:
    description: Region of the cluster and of the bucket.
    type: str
    required: true
  namespace:
    description: Namespace of the services.
    type: str
    required: true
  services:
    description: Services whose logs have to hold the correlation id, as in the label C(app.kubernetes.io/name) of their pods.
    type: list
    elements: str
    required: true
  bucket:
    description: Bucket of media.
    type: str
    required: true
  patience:
    description: Seconds within which the worker has to do its part.
    type: float
    default: 60.0
attributes:
  check_mode:
    description: Skipped.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.cluster
  - creator.platform.cluster.entry
  - creator.platform.database
"""

EXAMPLES = r"""
- name: Follow a post
  creator.platform.journey:
    url: https://dev.creator.example
    cluster: "{{ cluster }}"
    region: eu-west-1
    namespace: creator
    services: [web, api, worker]
    database:
      host: "{{ outputs.database.endpoint_address }}"
      port: "{{ outputs.database.endpoint_port }}"
      database: platform
      secret: "{{ outputs.database.secret_arn }}"
      ca_file: "{{ platform_database_ca_file }}"
    bucket: creator-dev-media-123456789012
"""

RETURN = r"""
journey:
  description: The document with verdict, sentence and correlation id, and of each step what was found.
  returned: when not skipped
  type: dict
"""
