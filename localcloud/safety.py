"""Whether something real is in reach: the local cloud and the local inventory refuse to run then. Pure.

Where the SDKs look for credentials: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

from __future__ import annotations

import configparser
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

#: Root keys of all local clouds start so; that AWS gives such a key to somebody is as likely as one in 33 million.
LOCAL_KEY_PREFIX = "AKIALOCAL"
_SESSION = {
    "AWS_PROFILE": "it selects a profile of the AWS configuration",
    "AWS_DEFAULT_PROFILE": "it selects a profile of the AWS configuration",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "it gives credentials of a role",
    "AWS_ROLE_ARN": "it names a role to assume",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "it gives credentials of a container",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "it gives credentials of a container",
}
#: Sections and keys of credential files that give credentials.
_KEYS = (
    "aws_access_key_id",
    "credential_process",
    "sso_start_url",
    "sso_session",
    "role_arn",
    "web_identity_token_file",
)


def check(
    environ: Mapping[str, str],
    home: Path,
    own_keys: Iterable[str] = (),
    read: Callable[[Path], str | None] | None = None,
) -> list[str]:
    """What real is in reach, one sentence each that says what to do; empty when nothing is.

    own_keys: further access key ids that are allowed, beside the root keys of local clouds.
    read: text of a file, None when there is none.
    """
    own = set(own_keys)
    read = read or _text
    found = [*_environment(environ, own), *_endpoints(environ)]
    places = {
        Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials"),
        Path(environ.get("AWS_CONFIG_FILE") or home / ".aws" / "config"),
    }
    for path in sorted(places):
        found += _file(path, read(path), own)
    return found


def _environment(environ: Mapping[str, str], own: set[str]) -> list[str]:
    found = []
    key = environ.get("AWS_ACCESS_KEY_ID")
    if key and not _is_local(key, own):
        found.append(
            f"AWS_ACCESS_KEY_ID is set to {key[:4]}…, which is no local cloud's key: unset it, as real AWS is in reach with it"
        )
    if environ.get("AWS_SESSION_TOKEN") and not (key and _is_local(key, own)):
        found.append("AWS_SESSION_TOKEN is set: unset it, as it belongs to a real AWS session")
    found += [f"{name} is set: unset it, as {why}" for name, why in _SESSION.items() if environ.get(name)]
    return found


def _endpoints(environ: Mapping[str, str]) -> list[str]:
    found = []
    for name in sorted(environ):
        named = name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_")
        if named and environ[name] and not is_loopback(environ[name]):
            found.append(
                f"{name} is {environ[name]}, which is not this machine: unset it, or point it at a loopback address"
            )
    return found


def is_loopback(url: str) -> bool:
    """Whether the host of `url` is this machine by its address or as `localhost` (names are not looked up)."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _file(path: Path, text: str | None, own: set[str]) -> list[str]:
    if text is None:
        return []
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        return [f"{path} cannot be read ({str(error).splitlines()[0]}): move it away, as it may hold real credentials"]
    found = []
    for section in parser.sections():
        given = [key for key in _KEYS if parser.has_option(section, key)]
        if given and not (given == ["aws_access_key_id"] and _is_local(parser.get(section, "aws_access_key_id"), own)):
            found.append(
                f"{path} gives credentials in [{section}]: move it away, "
                "or set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE to /dev/null"
            )
    return found


def _is_local(key: str, own: set[str]) -> bool:
    return key.startswith(LOCAL_KEY_PREFIX) or key in own


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except PermissionError:
        return None  # who cannot read it cannot use it
