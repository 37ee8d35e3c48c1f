# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main() of modules that keep several things of IAM by their names: read, decide, write unless in check mode, answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.iam.documents import Named, by_name, difference
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

#: IAM may deny for some seconds that there is what it has just made.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
SETTLING = ("NoSuchEntity",)


@dataclass(frozen=True)
class Several:
    """What a module says of its things.

    one: what one of them is called. option: the module's option with all of them, whose suboptions are `properties` and `name`.
    answered: the key of IAM's answer to a creation. find(client, names): properties, with `arn`, by name of those that exist;
    reads only. normalize: properties in a form in which equal ones are equal. calls(name, wanted, found): what brings one of
    them to what is described.
    """

    one: str
    option: str
    answered: str
    properties: Mapping[str, Mapping[str, Any]]
    find: Callable[[Any, Collection[str]], dict[str, dict[str, Any]]]
    normalize: Callable[[Mapping[str, Any]], dict[str, Any]]
    calls: Callable[[str, Mapping[str, Any], Mapping[str, Any] | None], list[Call]]


def run(several: Several) -> None:
    """Run a module to its end: exit_json or fail_json with one sentence."""
    options = {"name": {"type": "str", "required": True}, **several.properties}
    rows = {"type": "list", "elements": "dict", "required": True, "options": options}
    module = AnsibleAWSModule(argument_spec={several.option: rows}, supports_check_mode=True)
    guarded(module, lambda: module.exit_json(**_kept(module, several)))


def _kept(module: AnsibleAWSModule, several: Several) -> dict[str, Any]:
    """Bring them to what is described; the module's answer. Raises ChangeError before the first change."""
    client, wanted = module.client("iam"), by_name(several.one, module.params[several.option])
    found = several.find(client, list(wanted)) if wanted else {}
    calls = [call for name, shall in wanted.items() for call in several.calls(name, shall, found.get(name))]
    arns = {name: found[name]["arn"] for name in wanted if name in found}
    if not module.check_mode:
        for answer in perform(client, calls, settling=SETTLING):
            made = answer.get(several.answered)
            arns |= {made[f"{several.answered}Name"]: made["Arn"]} if made else {}
    told = difference(_normal(several, wanted), _normal(several, found))
    return {"changed": bool(calls), "diff": told, "arns": arns}


def _normal(several: Several, named: Named) -> dict[str, dict[str, Any]]:
    return {name: several.normalize(properties) for name, properties in named.items()}
