# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole report as one value: the verdict, its sentence, the sections. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.checks import Check, check
from ansible_collections.creator.platform.plugins.module_utils.report.collect import READ, Evidence
from ansible_collections.creator.platform.plugins.module_utils.report.lanes import Run, run
from ansible_collections.creator.platform.plugins.module_utils.report.provision import Provision, provision
from ansible_collections.creator.platform.plugins.module_utils.report.recovery import Backup, Drill, backup, drill
from ansible_collections.creator.platform.plugins.module_utils.report.rollout import Rollout, history, rollout
from ansible_collections.creator.platform.plugins.module_utils.report.uses import Use, use
from ansible_collections.creator.platform.plugins.module_utils.report.values import integer, mapping, number, text

SCHEMA = 1
_UNSURE = (verdicts.MISSING, verdicts.INCONCLUSIVE)


@dataclass(frozen=True)
class Seed:
    """The synthetic data set, which the verdict does not depend on: rows per table; None when there is no record.

    way: api when the services wrote it, sql when no service ran; "" when that is not on record. created: rows that are new.
    """

    tables: Mapping[str, int | None]
    size: str = ""
    seed: str = ""
    seconds: float | None = None
    finished: str = ""
    way: str = ""
    created: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """An evidence file as it was found."""

    path: str
    state: str
    reason: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Report:
    """Everything that the page shows. `verdict` is the worst of the sections'."""

    platform: str
    environment: str
    verdict: str
    sentence: str
    run: Run
    provision: Provision
    seed: Seed | None
    rollout: Rollout
    history: tuple[Rollout, ...]
    backup: Backup
    drill: Drill
    sources: tuple[Source, ...]
    checks: tuple[Check, ...] = ()
    uses: tuple[Use, ...] = ()

    @property
    def sections(self) -> tuple[tuple[str, str, str], ...]:
        """(title, verdict, sentence) of every part that the verdict depends on, in the order of a run."""
        return (
            ("Run", self.run.verdict, self.run.sentence),
            ("Provision", self.provision.verdict, self.provision.sentence),
            ("Rollout", self.rollout.verdict, self.rollout.sentence),
            *((one.title, one.verdict, one.sentence) for one in self.uses if one.counted),
            ("Backup", self.backup.verdict, self.backup.sentence),
            ("Restore drill", self.drill.verdict, self.drill.sentence),
        )


def build(evidence: Evidence, *, platform: str, environment: str, components: Sequence[str] = ()) -> Report:
    """The report of the evidence. `components` are those that must have been provisioned."""
    found = Report(
        platform=platform,
        environment=environment,
        verdict="",
        sentence="",
        run=run(evidence),
        provision=provision(evidence.components, components),
        seed=_seed(evidence),
        rollout=rollout(evidence.single["rollout"]),
        history=history(evidence.rollouts),
        backup=backup(evidence.single["backup"]),
        drill=drill(evidence.single["drill"]),
        sources=tuple(Source(one.path, one.state, one.reason, one.size, one.sha256) for one in evidence.documents),
        checks=tuple(one for name, each in evidence.looks.items() if (one := check(name, each)) is not None),
        uses=tuple(found for found in (use(name, each) for name, each in evidence.uses.items()) if found is not None),
    )
    verdict = verdicts.worst(verdict for _title, verdict, _sentence in found.sections)
    # Nothing can be called proved, failed or timed out on the strength of a file that is not there.
    said = verdicts.INCONCLUSIVE if verdict == verdicts.MISSING else verdict
    return replace(found, verdict=said, sentence=_headline(found, verdict))


def document(report: Report, generated: str) -> dict[str, Any]:
    """The report as it stands in report.json. `generated` is the only part that depends on when it was made."""
    return {"schema_version": SCHEMA, "generated": generated, **asdict(report)}


def _headline(found: Report, verdict: str) -> str:
    if verdict == verdicts.SUCCEEDED:
        stand = units.plural(len(found.provision.components), "component")
        back = f"a copy restored from backup in {units.duration(found.drill.rto)} equals its source"
        return f"{stand} stand, release {found.rollout.release} is verified, and {back}."
    bad = [section for section in found.sections if section[1] != verdicts.SUCCEEDED]
    causes = [section for section in bad if section[1] == verdict]
    # A run fails because a part of it did: the part says more.
    title, _verdict, sentence = next((section for section in causes if section[0] != "Run"), causes[0])
    said = f"{'' if title == 'Run' else f'{title}: '}{sentence.rstrip('.')}."
    for word, group in (("Failed too", (verdicts.FAILED, verdicts.TIMED_OUT)), ("Not proved", _UNSURE)):
        names = [name.lower() for name, one, _sentence in bad if one in group and name not in ("Run", title)]
        said += f" {word}: {', '.join(names)}." if names else ""
    return said


def _seed(evidence: Evidence) -> Seed | None:
    found = evidence.single["seed"]
    if found.state != READ:
        return None
    tables, created = (
        {text(name): integer(rows) for name, rows in mapping(found.data.get(which)).items()}
        for which in ("tables", "created")
    )
    return Seed(
        tables=tables,
        size=text(found.data.get("size")),
        seed=text(found.data.get("seed")),
        seconds=number(found.data.get("seconds")),
        finished=text(found.data.get("finished")),
        way=text(found.data.get("way")),
        created=created,
    )
