"""Write docs/environments.md from the inventories: every variable that differs between environments, side by side."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "environments.md"
ENVIRONMENTS = ["local", "dev", "staging", "prod"]
HEAD = """# Environments

Generated from `inventories/*/group_vars/all/` by `make docs`: what differs between the environments. What is the same in all
of them stands in `group_vars/all.yml` or in the defaults of a role, and not here.

A developer has a copy of dev: `PLATFORM_SANDBOX=alice`, or `-e platform_sandbox=alice`, with `-i inventories/dev`. It is the
environment `dev-alice`: every name, tag, lock and piece of evidence is its own, settings that an account has once are left to
dev, and `playbooks/destroy.yml -e destroy=dev-alice` removes it without a trace.

"""


def cell(value: Any) -> str:
    """One value as a table cell; templates and long structures are cut to what a reader compares."""
    text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split()).replace("|", "\\|")
    if "{{" in text:
        return "(computed)"
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}…`"


def variables(environment: str) -> dict[str, Any]:
    """All values of an environment, the platform's first, then by component."""
    files = sorted((ROOT / f"inventories/{environment}/group_vars/all").glob("*.yml"), key=_order)
    return {key: value for file in files for key, value in yaml.safe_load(file.read_text()).items()}


def _order(file: Path) -> tuple[bool, str]:
    return file.stem != "platform", file.stem


def page() -> str:
    """The Markdown of the whole page."""
    values = {name: variables(name) for name in ENVIRONMENTS}
    lines = ["| variable | " + " | ".join(ENVIRONMENTS) + " |", "|---|" + "---|" * len(ENVIRONMENTS)]
    for key in values["prod"]:
        row = [values[name].get(key) for name in ENVIRONMENTS]
        if any(value != row[0] for value in row):
            lines.append(f"| `{key}` | " + " | ".join(cell(value) for value in row) + " |")
    return HEAD + "\n".join(lines) + "\n"


def main() -> int:
    """Return 0 when the page is written, or with --check when it was true already."""
    if "--check" in sys.argv:
        true = PAGE.exists() and PAGE.read_text() == page()
        print("docs/environments.md is true" if true else "docs/environments.md is out of date, run make docs")
        return 0 if true else 1
    PAGE.write_text(page())
    print("docs/environments.md written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
