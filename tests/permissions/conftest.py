"""The environment local, of which nothing exists yet, run by its roles instead of the account itself."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Environment
from tests.localcloud.conftest import end_cloud, start_cloud

ACCOUNT = "123456789012"
ACTED = ("provisioner", "read-only", "ci", "awx", "deployer", "drill")
SESSION = {
    "AccessKeyId": "SESSION_ACCESS_KEY_ID",
    "SecretAccessKey": "SESSION_SECRET_ACCESS_KEY",
    "SessionToken": "SESSION_TOKEN",
}


@dataclass
class Roles:
    """Runs of an environment in the name of its roles."""

    environment: Environment

    def arn(self, role: str) -> str:
        """ARN of a role by the last part of its name."""
        return f"arn:aws:iam::{ACCOUNT}:role/creator-{self.environment.name}-{role}"

    def play(self, role: str, verb: str, *arguments: str, code: int = 0) -> str:
        """Output of a playbook that runs with a new session of a role."""
        sts = self.environment.cloud.client("sts", attempts=5)
        keys = sts.assume_role(RoleArn=self.arn(role), RoleSessionName="proof")["Credentials"]
        environ = {name: str(keys[key]) for key, name in SESSION.items()}
        return self.environment.play(verb, "-e", "@tests/permissions/overlay.yml", *arguments, code=code, **environ)

    def report(self, role: str) -> dict[str, Any]:
        """What the role's policies were used for, and what was refused; also kept in the folder, where a failed run is read."""
        name = self.arn(role).rpartition("/")[2]
        found = dict(self.environment.cloud.control.get(f"permissions?role={name}"))
        (self.environment.folder / f"{role}.json").write_text(json.dumps(found, indent=1))
        return found


@pytest.fixture(scope="module")
def roles(request: pytest.FixtureRequest) -> Iterator[Roles]:
    """The roles of an environment on a local cloud of its own."""
    folder = Path(tempfile.mkdtemp(prefix="permissions-", dir="/var/tmp"))
    cloud = start_cloud()
    try:
        environment = Environment("local", cloud, folder, "")
        acting = Roles(environment)
        yield acting
        print("\n" + "; ".join(f"{name} {seconds} s" for name, seconds in environment.seconds))
        if request.session.testsfailed:
            for role in ACTED:
                acting.report(role)
            print(f"logs, evidence and reports are in {folder}")
        else:
            shutil.rmtree(folder)
    finally:
        end_cloud(cloud)
