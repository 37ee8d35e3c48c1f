# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: load_test
version_added: 0.1.0
short_description: Send requests through the load balancer while something else is done, and tell what was lost
author: creator.platform contributors (@creator-platform)
description:
  - C(started) starts a process that sends GETs at a fixed rate, and goes on. C(ended) ends it and tells what came of it.
  - Requests are due at fixed moments, whether earlier ones were answered or not. Latency counts from when a request was due.
  - A request is lost when no answer comes, or one that is not between 200 and 399. A GET on a kept connection that turns out
    to be closed is sent once more, as browsers do.
  - For each lost request the load balancer's access log says which target it went to, and the pod with that address is named.
  - The process ends with the run that started it, or after O(seconds).
options:
  state:
    description: Whether to begin or to end.
    type: str
    choices: [started, ended]
    required: true
  rate:
    description: Requests a second.
    type: float
    required: true
  url:
    description: URL of the platform, without a path.
    type: str
  address:
    description: Host and port to connect to. When empty, those of O(url).
    type: str
    default: ""
  ca_file:
    description: Root certificates. When empty, those of the system.
    type: path
    default: ""
  paths:
    description: Paths that are asked for in turn.
    type: list
    elements: str
  timeout:
    description: Seconds for one request.
    type: float
    default: 10.0
  seconds:
    description: Seconds after which the process ends by itself.
    type: float
    default: 900.0
  before:
    description: Seconds to wait after the start, so that there is something to compare with.
    type: float
    default: 0.0
  cluster:
    description: The EKS cluster whose pods are watched.
    type: dict
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
  region:
    description: Region of the cluster and of the load balancer.
    type: str
    required: true
  namespace:
    description: Namespace of the pods.
    type: str
  most_lost:
    description: Lost requests with which the verdict is still C(succeeded).
    type: int
    default: 0
  logs_bucket:
    description: Bucket of the load balancer's access logs. When empty, pods are not named.
    type: str
    default: ""
  logs_prefix:
    description: Prefix of the access logs.
    type: str
    default: alb
  logs_account:
    description: Account of the load balancer.
    type: str
    default: ""
  logs_wait:
    description: Seconds until the entries of lost requests have to be there. AWS writes logs every five minutes.
    type: float
    default: 400.0
  marks:
    description: Moments to mark in the document by name, in seconds since the epoch.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Skipped.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
"""

EXAMPLES = r"""
- name: Begin to send
  creator.platform.load_test:
    state: started
    rate: 100
    url: https://dev.creator.example
    paths: [/]
    cluster: "{{ deploy_cluster }}"
    region: eu-west-1
    namespace: creator
  environment: "{{ platform_aws_environment }}"

- name: See what was lost
  creator.platform.load_test:
    state: ended
    rate: 100
    region: eu-west-1
    logs_bucket: creator-dev-logs-123456789012
    logs_account: "123456789012"
  environment: "{{ platform_aws_environment }}"
  register: __load
"""

RETURN = r"""
load:
  description: The document with verdict and sentence, requests sent and failed by second, latency, and each failure with its pod.
  returned: when O(state=ended) and not skipped
  type: dict
"""
