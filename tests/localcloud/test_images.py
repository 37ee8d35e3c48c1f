"""Images of the services: built reproducibly, with nothing of this machine in them, described, and pushed to the emulated ECR."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.images import newest_digest
from ansible_collections.creator.platform.plugins.module_utils.image import manifest, run
from ansible_collections.creator.platform.plugins.module_utils.oci import debian
from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError
from ansible_collections.creator.platform.plugins.module_utils.oci.layout import Layout
from ansible_collections.creator.platform.plugins.module_utils.oci.registry import Registry
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from localcloud.registry import build, tokens
from tests.localcloud import image_support
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.image_support import CACHE, ROOT, arguments, run_module
from tests.localcloud.modules import run_module as run_aws_module
from tests.localcloud.registry_support import Client

MISSING = image_support.missing()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=f"no image is built here: {MISSING}")
registry_needed = pytest.mark.skipif(build.locate() is None, reason=build.missing() or "")


@pytest.fixture(scope="module")
def base() -> run.Base:
    return image_support.base()


@pytest.fixture(scope="module")
def web() -> dict[str, Any]:
    return image_support.built("web")


@pytest.fixture
def cache(base: run.Base, tmp_path: Path) -> Path:
    """A cache without images, but with base and wheels: those are not what is tried here."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for path in (base.layout, *CACHE.glob("wheels-*")):
        (folder / path.name).symlink_to(path)
    return folder


def document(result: dict[str, Any]) -> dict[str, Any]:
    return Layout(result["layout"]).document(result["digest"])


def configuration(result: dict[str, Any]) -> dict[str, Any]:
    return Layout(result["layout"]).document(document(result)["config"]["digest"])


def files(layout: Layout, digests: list[str]) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """Every entry of the layers, with its content."""
    for digest in digests:
        with gzip.open(layout.path(digest)) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                yield member, content.read() if content else b""


def test_two_checkouts_give_one_digest(base: run.Base, web: dict[str, Any], cache: Path, tmp_path: Path) -> None:
    """Built again, of a checkout in another folder, with another umask, other times and what Python compiled in it."""
    other = tmp_path / "elsewhere"
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "services", "requirements"], capture_output=True, check=True
    )
    for name in archive.stdout.decode().rstrip("\0").split("\0"):
        target = other / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(ROOT / name, target)
        target.chmod(0o600)
        os.utime(target, (1, 1))
    compiled = other / "services/publishing/web/__pycache__"
    compiled.mkdir()
    (compiled / "app.cpython-311.pyc").write_bytes(b"not of this image")
    again = run_module("image_build", arguments("web", base.layout, cache, other))
    assert again["changed"], again
    assert Path(again["layout"]).parent == cache
    assert (again["digest"], again["source_digest"]) == (web["digest"], web["source_digest"])
    assert Path(again["bill"]).read_bytes() == Path(web["bill"]).read_bytes()
    assert list(cache.glob("work-*")) == []


def test_what_is_built_is_not_built_again(base: run.Base, web: dict[str, Any], cache: Path) -> None:
    options = arguments("web", base.layout, CACHE)
    for check in (True, False):
        again = run_module("image_build", options, check=check)
        assert (again["changed"], again["digest"]) == (False, web["digest"])
        assert again["diff"]["before"] == again["diff"]["after"]
    told = run_module("image_build", {**options, "cache": str(cache)}, check=True)
    assert (told["changed"], told["digest"]) == (True, "")
    assert told["diff"]["before"] == ""
    assert "services/publishing/web/app.py 644 sha256:" in told["diff"]["after"]
    assert list(cache.glob("image-*")) == []
    other = run_module("image_build", {**options, "modified": True}, check=True)
    assert other["changed"]
    assert other["source_digest"] != web["source_digest"]
    assert other["tag"] == f"{image_support.REVISION}-{other['source_digest'][:12]}"


def test_the_base_is_made_once_and_holds_what_it_says(base: run.Base) -> None:
    for check in (True, False):
        again = run_module("image_base", {"packages": image_support.PACKAGES, "cache": str(CACHE)}, check=check)
        assert (again["changed"], again["digest"]) == (False, base.digest)
        assert again["packages"] == list(base.packages)
    assert any(package.startswith("python3-minimal=3.") for package in base.packages)


def test_the_image_is_as_the_platform_runs_it(web: dict[str, Any]) -> None:
    """No root, no shell as entry point, known where it comes from; its stages' tools are not in it."""
    found = configuration(web)
    assert f"{found['os']}/{found['architecture']}" == run.native_platform()
    assert found["created"] == "2025-11-29T07:06:40Z"
    assert found["config"]["User"] == "10001:10001"
    assert found["config"]["Entrypoint"] == ["python3", "-m", "publishing"]
    labels = found["config"]["Labels"]
    assert labels["org.opencontainers.image.revision"] == image_support.REVISION
    assert labels["org.opencontainers.image.created"] == found["created"]
    layout, layers = Layout(web["layout"]), [layer["digest"] for layer in document(web)["layers"]]
    assert len(layers) == 2
    entries = [member for member, _ in files(layout, layers[1:])]
    names = {member.name for member in entries}
    assert {"app/publishing/web/app.py", "app/publishing/common/serve.py"} <= names
    assert any(re.fullmatch(r"app/publishing/web/__pycache__/app\.cpython-3\d+\.pyc", name) for name in names)
    assert not [name for name in names if not (name.rstrip("/") == "app" or name.startswith("app/"))]
    assert not [
        name for name in names if name.startswith(("app/publishing/api", "app/packages/pip/", "app/packages/bin/"))
    ]
    assert {(member.uid, member.gid) for member in entries} == {(0, 0)}
    assert not [member.name for member in entries if not member.issym() and member.mode & 0o022]
    assert {member.mtime for member in entries} == {image_support.EPOCH}


def addresses_of_indexes() -> set[str]:
    """The hosts and folders that this machine has packages of Python and Debian from, as its configuration names them."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    text = "\n".join([listed, *settings.values(), *(path.read_text() for path in debian.sources())])
    hosts = set(re.findall(r"https?://(?:[^/@\s'\"]*@)?([^/\s'\"]+)", text))
    # What is the distribution's own is in documents of its packages.
    return {host for host in hosts if not host.endswith((".debian.org", ".ubuntu.com", "pypi" + ".org"))}


def test_nothing_of_this_machine_is_in_the_image(base: run.Base, web: dict[str, Any]) -> None:
    secrets = {address.encode() for address in addresses_of_indexes()}
    secrets |= {str(ROOT).encode(), str(CACHE).encode(), b"/wheels/"}
    layout = Layout(web["layout"])
    layers = [layer["digest"] for layer in document(web)["layers"]]
    texts = [layout.path(document(web)["config"]["digest"]).read_bytes(), layout.path(web["digest"]).read_bytes()]
    for text in texts:
        assert not [secret for secret in secrets if secret in text]
    seen = set()
    for member, content in files(layout, layers):
        seen.add(member.name.removeprefix("./").rstrip("/"))
        assert not [secret for secret in secrets if secret in content], member.name
    assert {"var/lib/dpkg/status", "etc/ssl/certs/ca-certificates.crt"} <= seen
    absent = {"etc/machine-id", "etc/hostname", "etc/resolv.conf", "etc/apt/sources.list", "var/lib/dpkg/status-old"}
    assert not absent & seen
    below = ("etc/apt/sources.list.d/", "var/log/", "var/cache/", "var/lib/apt/lists/", "tmp/", "run/")
    assert not [name for name in seen if name.startswith(below)]


def test_the_bill_tells_what_is_in_the_image(base: run.Base, web: dict[str, Any]) -> None:
    text = Path(web["bill"]).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["version"] == web["digest"]
    found = {
        (each["purl"].partition(":")[2].partition("/")[0], each["name"], each["version"]) for each in bill["components"]
    }
    debian_packages = {("deb", *package.rpartition(":")[0].split("=", 1)) for package in base.packages}
    assert {each for each in found if each[0] == "deb"} == debian_packages
    locked = re.findall(
        r"^([a-z0-9-]+)(?:\[\w+\])?==(\S+)(?! ; sys_platform)", (ROOT / "requirements/services.txt").read_text(), re.M
    )
    pinned = {("pypi", name, version) for name, version in locked if name != "tzdata"}
    assert {each for each in found if each[0] == "pypi"} == pinned


@pytest.fixture(scope="module")
def repository(cloud: RunningCloud) -> str:
    cloud.client("ecr").create_repository(repositoryName="platform/web", imageTagMutability="IMMUTABLE")
    return "platform/web"


def parcel(image: dict[str, Any], repository: str, tag: str) -> dict[str, Any]:
    return {"layout": image["layout"], "bill": image["bill"], "repository": repository, "tag": tag}


@registry_needed
def test_a_push_is_proved_by_the_registry(cloud: RunningCloud, web: dict[str, Any], repository: str) -> None:
    options = parcel(web, repository, web["tag"])
    told = run_aws_module(cloud, "image_push", options, check=True).result
    assert told["changed"]
    assert cloud.client("ecr").describe_images(repositoryName=repository)["imageDetails"] == []
    pushed = run_aws_module(cloud, "image_push", options).result
    assert (pushed["changed"], pushed["digest"]) == (True, web["digest"])
    for check in (True, False):
        again = run_aws_module(cloud, "image_push", options, check=check).result
        assert (again["changed"], again["digest"]) == (False, web["digest"])
    client = Client(cloud.client("ecr"))
    found = client("GET", f"/v2/{repository}/referrers/{web['digest']}").json()["manifests"]
    assert [(each["artifactType"], each["digest"]) for each in found] == [(manifest.CYCLONEDX, pushed["bill_digest"])]
    artifact = client(
        "GET", f"/v2/{repository}/manifests/{found[0]['digest']}", headers={"Accept": manifest.MANIFEST}
    ).json()
    assert artifact["subject"]["digest"] == web["digest"]
    bill = client("GET", f"/v2/{repository}/blobs/{artifact['layers'][0]['digest']}").content
    assert bill == Path(web["bill"]).read_bytes()
    assert newest_digest(cloud.client("ecr"), repository) == web["digest"]


@registry_needed
def test_a_tag_that_is_another_image_is_refused_before_anything_is_pushed(
    cloud: RunningCloud, base: run.Base, web: dict[str, Any], repository: str, tmp_path: Path
) -> None:
    ecr = cloud.client("ecr")
    run_aws_module(cloud, "image_push", parcel(web, repository, web["tag"]))
    before = ecr.describe_images(repositoryName=repository)["imageDetails"]
    other = {**web, "layout": str(base.layout)}
    refused = run_aws_module(cloud, "image_push", parcel(other, repository, web["tag"])).result
    assert refused["failed"]
    assert f"is {web['digest']} in the registry, expected {base.digest}" in refused["msg"]
    assert ecr.describe_images(repositoryName=repository)["imageDetails"] == before
    missing = run_aws_module(cloud, "image_push", parcel(web, "platform/none", "1")).result
    assert missing["failed"]
    assert "platform/none" in missing["msg"]
    damaged = tmp_path / "damaged"
    shutil.copytree(web["layout"], damaged)
    layer = Layout(damaged).path(document(web)["layers"][1]["digest"])
    layer.write_bytes(layer.read_bytes()[:-1] + b"x")
    broken = run_aws_module(cloud, "image_push", {**parcel(web, repository, "2"), "layout": str(damaged)}).result
    assert broken["failed"]
    assert "is damaged" in broken["msg"]


@registry_needed
def test_an_expired_credential_is_told_and_not_shown(cloud: RunningCloud, web: dict[str, Any], repository: str) -> None:
    content = cloud.content
    key = (cloud.state / "registry" / "key").read_bytes()
    old = tokens.issue(
        key, tokens.Credential(content.access_key_id, content.account_id, content.region, int(time.time()) - 1)
    )
    endpoint = cloud.client("ecr").get_authorization_token()["authorizationData"][0]["proxyEndpoint"]
    registry = Registry(endpoint, base64.b64encode(f"AWS:{old}".encode()).decode())
    with pytest.raises(ImageError, match=r"401 .*run again for a new one") as refused:
        registry.push_blob(repository, web["digest"], b"")
    assert old not in str(refused.value)


def test_a_full_disk_is_told_and_leaves_nothing_half(base: run.Base, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(small)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        for path in CACHE.glob("wheels-*"):
            (small / path.name).symlink_to(path)
        failed = run_module("image_build", arguments("web", base.layout, small))
        assert failed["failed"], failed
        assert "the disk is full: make room and run again" in failed["msg"]
        # Wheels that were downloaded are whole, and stay for the next attempt.
        kept = [path.name for path in small.iterdir() if not path.name.startswith("wheels-")]
        assert kept == ["lock"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sources": ["services/nothing"]}, "source services/nothing: there is no such file or folder"),
        ({"base_layout": None, "base_image": "python:3"}, "expected a name with a digest"),
        ({"revision": "no/tag"}, "revision 'no/tag'"),
        ({"base_layout": "/none"}, "image layout /none: index.json"),
    ],
)
def test_bad_input_is_told_in_one_sentence(base: run.Base, cache: Path, changed: dict[str, Any], said: str) -> None:
    options = {**arguments("web", base.layout, cache), **changed}
    refused = run_module(
        "image_build", {name: value for name, value in options.items() if value is not None}, check=True
    )
    assert refused["failed"]
    assert said in refused["msg"]
    assert refused["msg"].startswith("image platform/web: ")


def test_an_image_of_another_platform_is_refused(base: run.Base, cache: Path) -> None:
    failed = run_module("image_build", arguments("web", base.layout, cache, platform="linux/s390x"))
    assert failed["failed"], failed
    assert f"is of platform {run.native_platform()}, expected linux/s390x" in failed["msg"]
    assert list(cache.glob("image-*")) == []
