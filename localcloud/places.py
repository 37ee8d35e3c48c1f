"""Where a local cloud keeps its things, and what `state.json` says of it."""

from __future__ import annotations

import json
import os
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from localcloud.safety import LOCAL_KEY_PREFIX

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_STATE = REPOSITORY / ".localcloud"
#: Carried by every process of a cloud, so that `down` finds one whose record was lost.
#: Not LOCALCLOUD_STATE, which a user exports in a shell: `down` would kill the shell.
MARKER = "LOCALCLOUD_PROCESS_OF"
VERSION = 1
#: Variable with a further key of the root user, `ID:SECRET`, which the daemon is started with.
ROOT_KEY = "LOCALCLOUD_ROOT_KEY"


@dataclass(frozen=True)
class StateFile:
    """What `state.json` holds. started: seconds since the epoch; factor: local seconds per AWS second; pid 0: not running."""

    pid: int
    endpoint: str
    access_key_id: str
    secret_access_key: str
    factor: float
    started: float
    region: str = "eu-west-1"
    dr_region: str = "eu-central-1"
    account_id: str = "123456789012"
    version: int = VERSION
    #: False where PostgreSQL comes from the wheel, which is built without OpenSSL: nobody can verify a server then.
    postgresql_tls: bool = True
    #: Access key id -> secret of keys that somebody chose, beside the one that the cloud made for its root user.
    further_root_keys: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """The port of the endpoint, 0 when there never was one."""
        return int(self.endpoint.rsplit(":", 1)[1]) if self.endpoint else 0


def state_folder(given: str | None, environ: Mapping[str, str]) -> Path:
    """The absolute state folder: `given`, else LOCALCLOUD_STATE, else `.localcloud` beside the package."""
    return Path(given or environ.get("LOCALCLOUD_STATE") or DEFAULT_STATE).expanduser().resolve()


def read(state: Path) -> StateFile | None:
    """`state.json` of the folder, or None when there is none; ValueError when it is not one that this version wrote."""
    path = state / "state.json"
    try:
        text = path.read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        content = json.loads(text)
        found = StateFile(**content)
    except (json.JSONDecodeError, TypeError) as error:
        raise ValueError(f"{path} was not written by this version of the local cloud ({error}); run `reset`") from error
    if found.version != VERSION:
        raise ValueError(f"{path} has version {found.version}, this local cloud reads {VERSION}; run `reset`")
    return found


def write(state: Path, content: StateFile) -> None:
    """Replace `state.json` atomically; only its owner may read it, for it holds the root key."""
    atomic(state / "state.json", json.dumps(asdict(content), indent=2, sort_keys=True).encode() + b"\n")


def atomic(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write `content` to `path` so that a reader, or a crash of this process, sees the old or the new file, never a part."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError:
        partial.unlink()
        raise


def new_keys() -> tuple[str, str]:
    """A fresh access key id and secret of the cloud's root user, in the form AWS gives them."""
    letters = string.ascii_uppercase + "234567"
    return LOCAL_KEY_PREFIX + "".join(secrets.choice(letters) for _ in range(11)), secrets.token_urlsafe(30)


def parse_key(text: str) -> tuple[str, str]:
    """Access key id and secret of `ID:SECRET`. ValueError, without the secret, where it is none.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
    """
    identifier, colon, secret = text.partition(":")
    if not colon or not secret or re.fullmatch(r"[A-Z0-9]{16,128}", identifier) is None:
        raise ValueError(
            f"expected ID:SECRET, where ID is 16 to 128 capital letters and digits and SECRET is not empty, found {identifier}:…"
        )
    return identifier, secret


def further_keys(known: StateFile | None, added: str | None) -> dict[str, str]:
    """The root user's keys of before, and the `added` one (`ID:SECRET`). ValueError as `parse_key`."""
    before = known.further_root_keys if known else {}
    return {**before, **dict([parse_key(added)])} if added else before
