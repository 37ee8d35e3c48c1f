# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: release_render
version_added: 0.1.0
short_description: Describe a release of services as Kubernetes objects
author: creator.platform contributors (@creator-platform)
description:
  - Takes services as data and an image digest for each of them, and returns the objects that make the release.
  - A service that is not described, a digest that is missing or no digest, and a setting that cannot mean anything are
    refused with one sentence. Nothing is read or written.
  - The release is named after its content. The same images and the same configuration are the same release.
  - Runs in Ansible's worker process on the controller.
options:
  release:
    description: For each service the digest of its image, C(sha256:) and 64 hexadecimal digits.
    type: raw
    required: true
  services:
    description:
      - For each service its settings. Known are C(replicas), C(port), C(command), C(args), C(config), C(outputs), C(resources),
        C(probes), C(hpa), C(pdb), C(spread), C(max_surge), C(max_unavailable), C(min_ready_seconds),
        C(progress_deadline_seconds), C(termination_grace_seconds), C(pre_stop_seconds), C(pod_annotations), C(node_selector),
        C(tolerations), C(service_account) and C(migration).
      - C(config) is the environment of the containers. C(outputs) adds to it, for a variable that C(config) does not have, the
        output of a component, such as C(database/endpoint_address).
      - C(migration) has C(command) or C(args) of a Job that has to end well before the release is rolled out, and any of
        C(timeout) in seconds and C(retries). It runs with the image, the environment and the account of the service.
      - C(probes) has C(startup), C(readiness) and C(liveness), each with a C(path) or a C(command) and any of
        C(initial_delay), C(period), C(timeout), C(failures) and C(successes).
      - C(hpa) has C(min), C(max) and C(cpu), the utilization in percent. C(pdb) has C(max_unavailable).
    type: dict
    required: true
  repositories:
    description: For each service the URI of its image repository.
    type: dict
    required: true
  namespace:
    description: Kubernetes namespace of the services.
    type: str
    required: true
  outputs:
    description: What other components have published, by component and key, for services that refer to it.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Computes only.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
"""

EXAMPLES = r"""
- name: Describe the release
  creator.platform.release_render:
    release:
      web: sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
    services:
      web:
        replicas: 3
        port: 8080
        probes: {readiness: {path: /healthz}}
    repositories:
      web: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/creator-dev-web
    namespace: creator
  register: __deploy_render
"""

RETURN = r"""
release:
  description: Id of the release, its services with image, digest and hash of their configuration, and the digest of its objects.
  returned: success
  type: dict
migrations:
  description: The ConfigMaps and Jobs of the migrations, as M(creator.platform.migration_run) takes them.
  returned: success
  type: list
  elements: dict
objects:
  description: The Kubernetes objects in the order in which they are applied.
  returned: success
  type: list
  elements: dict
"""
