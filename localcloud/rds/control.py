"""Control paths of the emulated RDS: what in AWS only time does."""

from __future__ import annotations

from typing import Any

from localcloud import control
from localcloud.rds import modifying
from localcloud.rds.records import is_ours
from localcloud.rds.service import Rds


def install(rds: Rds) -> None:
    """Register the paths."""

    @control.route("POST", "/_localcloud/rds/maintenance")
    def maintenance(request: control.ControlRequest) -> dict[str, Any]:
        """Have the maintenance window of an instance come: pending changes are applied. Body: {"region", "instance"}."""
        body = request.body or {}
        with rds.cloud.lock:
            db = rds.backend(str(body.get("region"))).databases.get(str(body.get("instance")))
            if db is None or not is_ours(db):
                raise control.ControlError(f"no instance {body.get('instance')} in region {body.get('region')}", 404)
            if db.status != "available":
                raise control.ControlError(f"{db.db_instance_identifier} is {db.status}, not available", 409)
            work = modifying.apply_pending(rds, db)
            if work:
                db.status = "modifying"
                rds.launch(db, "modify", **work)
            rds.touched()
        return {"applied": bool(work)}
