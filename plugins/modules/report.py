# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write the report of a run from its evidence
version_added: 0.1.0
author:
  - creator.platform contributors (@creator-platform)
description:
  - Reads the evidence that the other playbooks leave in a folder and writes C(report.html) and C(report.json).
  - The page is one file without scripts or external loads, at most 300 KB.
  - Evidence that is missing or unreadable proves nothing. It never fails the module; it shows in the verdict.
options:
  evidence:
    description:
      - Folder with the evidence. It may be incomplete or absent.
    type: path
    required: true
  dest:
    description:
      - Folder that the report is written to. It is made when it does not exist.
      - Default is the folder given by O(evidence).
    type: path
  platform:
    description:
      - Name of the platform.
    type: str
    required: true
  environment:
    description:
      - Name of the environment.
    type: str
    required: true
  components:
    description:
      - Components that must have been provisioned. One without evidence is reported as not proved.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    description: Tells whether the report would change and what its verdict is, and writes nothing.
"""

EXAMPLES = r"""
- name: Write the report of the local environment
  creator.platform.report:
    evidence: evidence/local
    platform: creator
    environment: local
    components: [network, database, cluster]
"""

RETURN = r"""
html:
  description: Path of the page.
  returned: success
  type: str
  sample: /srv/creator/evidence/local/report.html
json:
  description: Path of the same report as JSON.
  returned: success
  type: str
  sample: /srv/creator/evidence/local/report.json
verdict:
  description: The worst verdict of the run, provision, rollout, backup and drill; C(inconclusive) when evidence is missing.
  returned: success
  type: str
  sample: succeeded
sentence:
  description: What the verdict rests on, in one sentence.
  returned: success
  type: str
  sample: 8 components stand, release 2026.11.24-1 is verified, and a copy restored from backup in 45 s equals its source.
"""

from datetime import UTC, datetime
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.creator.platform.plugins.module_utils.report.collect import collect
from ansible_collections.creator.platform.plugins.module_utils.report.summary import build
from ansible_collections.creator.platform.plugins.module_utils.report.write import ReportError, write


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "evidence": {"type": "path", "required": True},
            "dest": {"type": "path"},
            "platform": {"type": "str", "required": True},
            "environment": {"type": "str", "required": True},
            "components": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    given = module.params
    evidence = Path(given["evidence"])
    found = build(
        collect(evidence),
        platform=given["platform"],
        environment=given["environment"],
        components=given["components"],
    )
    generated = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        written = write(found, Path(given["dest"] or evidence).resolve(), generated, check=module.check_mode)
    except ReportError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=written.changed,
        html=str(written.html),
        json=str(written.json),
        verdict=found.verdict,
        sentence=found.sentence,
    )


if __name__ == "__main__":
    main()
