"""Measures create, nothing to do and destroy of one stack with this collection and, where it is found, with Terraform.

python benchmarks/provision.py [--json] [--page FILE] [--rounds 3] [--components network,keys] [--factor 0.005] [--path-factor 1]

Each side has a local cloud of its own with the same settings; the rounds alternate. What is built is the plan of the
benchmark's inventory, which is handed to Terraform as its variables. See docs/speed.md for what the figures mean.

Exit codes: 0 measured; 1 a run did not do what it was measured for: what needs it is null, and the folder of the runs stays.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure.critical_path import critical_path
from benchmarks.measure.figures import STEPS, WAY, Run, page, ratios, table
from benchmarks.measure.sides import WHOLE, Cloud, Ours, SideError, Terraform, find_terraform
from localcloud.cloud import DEFAULT_FACTOR

LARGE = 4


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one object with the ratios")
    parser.add_argument("--rounds", type=int, default=3, help="how often nothing is done by each side (default: 3)")
    parser.add_argument("--factor", type=float, default=DEFAULT_FACTOR, help="local seconds per AWS second")
    parser.add_argument(
        "--path-factor",
        type=float,
        default=0.0,
        help="the factor of the critical path's own create (default: not measured)",
    )
    parser.add_argument(
        "--components",
        default=WHOLE,
        help="components with a comma between, each with those it needs (default: all that docs/speed.md names)",
    )
    parser.add_argument("--no-growth", action="store_true", help=f"leave out the stack of {LARGE} times the size")
    parser.add_argument("--page", type=Path, help="write the figures as a page of Markdown as well")
    options = parser.parse_args()
    began, load = time.time(), os.getloadavg()[0]
    clouds: list[Cloud] = []
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
    folder.chmod(0o755)
    benchmark = Benchmark(folder, clouds, options.factor, options.components)
    try:
        benchmark.run(options.rounds, growth=not options.no_growth, path_factor=options.path_factor)
    except SideError as error:
        say(str(error))
        benchmark.failed = True
    finally:
        for cloud in clouds:
            cloud.end()
        if benchmark.failed:
            say(f"What the runs left, with the logs and requests of their clouds, stays in {folder}")
        else:
            shutil.rmtree(folder)
    found = benchmark.found
    if options.page and not benchmark.failed:
        day = time.strftime("%Y-%m-%d", time.gmtime(began))
        options.page.write_text(page(found, day, os.cpu_count() or 1, load), encoding="utf-8")
    print(json.dumps(ratios(found)) if options.json else table(found))
    return int(benchmark.failed)


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


class Benchmark:
    """One measurement. `clouds` are those that were started, for the caller to stop."""

    def __init__(self, folder: Path, clouds: list[Cloud], factor: float, components: str = WHOLE) -> None:
        self.folder = folder
        self.clouds = clouds
        self.factor = factor
        self.components = components
        #: Whether a run did not do what it was measured for.
        self.failed = False
        #: Runs by side and step, and resources by side: whatever was measured by now.
        self.found: dict[str, Any] = {"ours": {}, "terraform": {}, "resources": {}}

    def run(self, rounds: int, *, growth: bool, path_factor: float) -> None:
        """Measure into `found`. Raises SideError."""
        found = self.found
        ours = self.ours("ours", 1)
        plan = ours.plan()
        large = self.ours("large", LARGE) if growth else None
        terraform = self.terraform(plan)
        kinds = [change["kind"] for component in plan["components"] for change in component["changes"]]
        found["resources"]["ours"] = len(kinds)
        found["ours"]["create"] = [self.step(ours.name, "create", ours.create)]
        if terraform:
            found["version"] = terraform.version()
            found["terraform"]["create"] = [self.step(terraform.name, "create", terraform.create)]
            found["resources"]["terraform"] = terraform.resources()
        if large and not self.grow(large):
            large = None
        sides: dict[str, Ours | Terraform | None] = {"ours": ours, "terraform": terraform}
        self.nothing({**sides, "large": large}, rounds, "nothing")
        self.nothing(sides, rounds, "far", WAY)
        if terraform:
            found["terraform"]["destroy"] = [self.step(terraform.name, "destroy", terraform.destroy)]
        found["ours"]["destroy"] = [self.step(ours.name, "destroy", lambda: ours.destroy(everything(plan)))]
        if path_factor:
            found["path"] = self.path(kinds, path_factor)

    def nothing(self, sides: Mapping[str, Ours | Terraform | None], rounds: int, step: str, late: float = 0.0) -> None:
        """Let the sides that there are find nothing to do, in turn. step: of STEPS; late: seconds by which each answer is."""
        there = {name: side for name, side in sides.items() if side}
        for _round in range(rounds):
            for name, side in there.items():
                with side.cloud.answering_after(late):
                    run = self.step(name, STEPS[step], side.nothing)
                self.found.setdefault(name, {}).setdefault(step, []).append(run)

    def grow(self, large: Ours) -> bool:
        """Build the large stack; whether it could be built. The other figures do not need it."""
        try:
            count = sum(len(component["changes"]) for component in large.plan()["components"])
            self.step(f"{large.name} x{LARGE}", "create", large.create)
        except SideError as error:
            self.failed = True
            say(str(error))
            return False
        self.found["resources"]["large"] = count
        return True

    def cloud(self, name: str, factor: float | None = None) -> Cloud:
        """A new cloud."""
        made = Cloud(self.folder / f"{name}-cloud", factor or self.factor)
        self.clouds.append(made)
        return made

    def ours(self, name: str, size: int, factor: float | None = None) -> Ours:
        """This collection, on a new cloud."""
        return Ours(self.cloud(name, factor), self.folder / name, size, self.components)

    def terraform(self, plan: dict[str, Any]) -> Terraform | None:
        """Terraform, ready to begin; None where there is none."""
        place = find_terraform(say)
        if place is None:
            return None
        made = Terraform(self.cloud("terraform"), self.folder / "terraform", *place)
        made.prepare(plan)
        return made

    def path(self, kinds: Sequence[str], factor: float) -> dict[str, Any]:
        """Our create where AWS takes its time, and how long it must take."""
        seconds, way = critical_path(kinds)
        side = self.ours("path", 1, factor)
        # A look takes a second at least, and nothing on the way takes as long as three times the way.
        looks = int(3 * seconds * factor) + 60
        run = self.step(side.name, f"create at factor {factor:g}", lambda: side.create(looks))
        return {"seconds": seconds * factor, "way": way, "run": run}

    @staticmethod
    def step(side: str, name: str, call: Callable[[], Run]) -> Run:
        """Make a run and say what it took."""
        run = call()
        say(
            f"{side:20} {name:14} {run.wall:7.1f} s, {run.processor:6.1f} s of processor, {run.requests:5} requests "
            f"(load {os.getloadavg()[0]:.1f})"
        )
        return run


def everything(plan: dict[str, Any]) -> list[str]:
    """Names of all resources of a plan: what is protected is only removed when it is named."""
    rows = [change for component in plan["components"] for change in component["changes"]]
    return sorted({f"{change['kind']} {change['name']}" for change in rows})


if __name__ == "__main__":
    sys.exit(main())
