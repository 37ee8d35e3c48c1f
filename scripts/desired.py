"""What the roles desire in an environment, evaluated without an account and remembered until a role or an inventory changes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from scripts.policies import desired

ROOT = Path(__file__).resolve().parents[1]
MEMORY = ROOT / ".cache" / "desired"
# All that the evaluation reads.
READ = ("ansible.cfg", "group_vars", "inventories", "plugins", "roles", "scripts/desired.py", "scripts/policies.py")

Row = dict[str, Any]


def resources(environment: str) -> list[Row]:
    """All desired resources of an environment: kind, name, region (if not the home region), properties, and the role of each.

    Evaluating takes seconds of processor time for each environment and several pages need it, so the answer is kept in .cache
    under the digest of everything that it was made from. Raises ValueError for a role that does not say what it desires.
    """
    kept = MEMORY / f"{environment}-{digest()}.json"
    if kept.exists():
        found: list[Row] = json.loads(kept.read_text(encoding="utf-8"))
        return found
    rows = [{**row, "role": role} for role, of_role in desired(environment, lambda role: True) for row in of_role]
    MEMORY.mkdir(parents=True, exist_ok=True)
    for old in MEMORY.glob(f"{environment}-*.json"):
        old.unlink(missing_ok=True)
    kept.write_text(json.dumps(rows), encoding="utf-8")
    return rows


def digest() -> str:
    """The digest of everything that decides what is desired, a sandbox's name included."""
    whole = hashlib.sha256(os.environ.get("PLATFORM_SANDBOX", "").encode())
    for name in READ:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                whole.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:16]
