# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules share which talk to an EKS cluster, or to the platform through its load balancer."""

from __future__ import annotations


class ModuleDocFragment:
    """creator.platform.cluster"""

    DOCUMENTATION = r"""
options:
  region:
    description: Region of the cluster.
    type: str
    required: true
  cluster:
    description: The EKS cluster. Authentication is that of C(aws eks get-token), with the AWS credentials of the task.
    type: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      endpoint:
        description: URL of its API server.
        type: str
        required: true
      certificate_authority:
        description: Base64 of the PEM certificate of its authority.
        type: str
        required: true
"""

    ENTRY = r"""
options:
  url:
    description: URL of the platform, without a path.
    type: str
    required: true
  address:
    description: Host and port to connect to. When empty, those of O(url).
    type: str
    default: ""
  ca_file:
    description: Root certificates. When empty, those of the system.
    type: path
    default: ""
"""
