"""Configuration of the node side: what must be in it so that the parts work, and leave the machine alone."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from localcloud.container_nodes import files
from localcloud.container_nodes.addressing import Node

NODE = Node(1, 40123)
FOLDER = Path("/srv/state/container-nodes/1")
RUN = Path("/run/localcloud/1")


def test_containerd() -> None:
    text = files.containerd(
        NODE, root=FOLDER / "containerd", run=RUN, runc=Path("/usr/sbin/runc"), plugins=Path("/usr/lib/cni"),
        networks=FOLDER / "networks", registries=FOLDER / "registries",
    )  # fmt: skip
    found = tomllib.loads(text)
    assert found["version"] == 3
    assert found["root"] == "/srv/state/container-nodes/1/containerd"
    assert found["state"].startswith("/run/localcloud/1/")
    assert found["grpc"]["address"] == "/run/localcloud/1/containerd.sock"
    plugins = found["plugins"]
    assert plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"] == files.PAUSE_IMAGE
    runtime = plugins["io.containerd.cri.v1.runtime"]
    assert runtime["restrict_oom_score_adj"] is True
    assert runtime["disable_apparmor"] is True
    assert runtime["cni"] == {"bin_dirs": ["/usr/lib/cni"], "conf_dir": "/srv/state/container-nodes/1/networks"}
    assert runtime["containerd"]["runtimes"]["runc"]["options"]["BinaryName"] == "/usr/sbin/runc"
    assert "io.containerd.internal.v1.opt" in found["disabled_plugins"]


def test_the_sandbox_image_has_a_full_name() -> None:
    """Under a short name the runtime would not find it again."""
    host, _, rest = files.PAUSE_IMAGE.partition("/")
    assert "." in host
    assert rest == "pause:1"


def test_network() -> None:
    plugin = json.loads(files.network(NODE, addresses=FOLDER / "addresses"))["plugins"][0]
    assert plugin["type"] == "ptp"
    assert plugin["ipam"]["ranges"] == [[{"subnet": "198.18.2.0/24"}]]
    assert plugin["ipMasq"] is False


def test_kubelet() -> None:
    found = json.loads(
        files.kubelet(
            NODE, run=RUN, folder=FOLDER, ca=Path("/ca.pem"), certificate=Path("/c.pem"), key=Path("/k.pem"),
            cgroup="/localcloud-1/container-1", provider_id="aws:///a/i-1", dns="10.100.0.10",
            pods=29, reserved={"cpu": "70m", "memory": "1Mi"},
        )
    )  # fmt: skip
    assert (found["maxPods"], found["systemReserved"]) == (29, {"cpu": "70m", "memory": "1Mi"})
    assert (found["address"], found["port"]) == ("198.18.0.101", 40123)
    assert found["authentication"]["anonymous"] == {"enabled": False}
    assert (found["clusterDNS"], found["clusterDomain"]) == (["10.100.0.10"], "cluster.local")
    assert found["authentication"]["x509"] == {"clientCAFile": "/ca.pem"}
    assert found["cgroupRoot"] == "/localcloud-1/container-1"
    assert found["readOnlyPort"] == found["healthzPort"] == 0
    assert found["failCgroupV1"] is False
    outside = [
        value for value in found.values() if isinstance(value, str) and value.startswith(("/var", "/etc", "/opt"))
    ]
    assert not outside


def test_kube_proxy_leaves_the_limits_of_the_machine() -> None:
    found = json.loads(files.proxy(NODE, kubeconfig=Path("/p.kubeconfig")))
    assert found["mode"] == "nftables"
    assert not any(value for value in found["conntrack"].values() if value not in {0, "0s"})
    assert found["healthzBindAddress"].startswith("127.0.0.1:")
    assert found["metricsBindAddress"].startswith("127.0.0.1:")


def test_the_proxy_says_on_which_side_each_end_is() -> None:
    text = files.haproxy(
        [
            files.Forward("aws", "198.18.0.1:4566", "127.0.0.1:5000", listen_inside=True),
            files.Forward("kubelet", "127.0.0.1:40123", "198.18.0.101:40123", to_inside=True),
        ],
        "localcloud-1",
    )
    assert "listen aws\n    bind 198.18.0.1:4566 namespace localcloud-1\n    server to 127.0.0.1:5000\n" in text
    assert "bind 127.0.0.1:40123\n    server to 198.18.0.101:40123 namespace localcloud-1\n" in text


def test_the_holder_is_a_script_that_a_shell_reads(tmp_path: Path) -> None:
    script = tmp_path / "holder.sh"
    script.write_text(files.holder(Path("/srv/a folder"), Path("/srv/a folder/settings"), "localcloud-1"))
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)
    text = script.read_text()
    assert "cd '/srv/a folder'\n" in text
    for path in files.KERNEL_SETTINGS:
        assert f"/proc/sys/{path}\n" in text
    # The state folder is laid over the layer again before anything is written to it.
    assert text.index("--bind .") > text.index("-t overlay")


def test_kubeconfig() -> None:
    found = json.loads(
        files.kubeconfig("https://198.18.0.1:6443", ca=Path("/ca"), certificate=Path("/c"), key=Path("/k"))
    )
    assert found["clusters"][0]["cluster"] == {"server": "https://198.18.0.1:6443", "certificate-authority": "/ca"}
    assert found["users"][0]["user"] == {"client-certificate": "/c", "client-key": "/k"}


def test_the_registry_is_the_server_and_no_mirror_of_it() -> None:
    """A mirror's refusal would be followed by a look into the world for the image's own host."""
    found = tomllib.loads(files.hosts("http://198.18.0.1:5000"))
    assert found == {"server": "http://198.18.0.1:5000", "capabilities": ["pull", "resolve"]}


def test_the_credential_provider_is_asked_for_images_of_ecr() -> None:
    text = files.credential_provider(
        Path("/srv/venv/bin/python3"),
        state=Path("/srv/state"),
        repository=Path("/srv"),
        endpoint="http://198.18.0.1:4566",
        credentials=Path("/srv/node"),
    )
    found = json.loads(text)
    assert found["kind"] == "CredentialProviderConfig"
    (provider,) = found["providers"]
    assert provider["name"] == "python3"  # the kubelet looks for it in its folder of plug-ins, and takes no path
    assert provider["matchImages"] == ["*.dkr.ecr.*.amazonaws.com"]
    assert provider["args"] == [
        "-m", "localcloud", "credential-provider", "--state", "/srv/state", "--endpoint", "http://198.18.0.1:4566",
        "--credentials", "/srv/node",
    ]  # fmt: skip
    assert provider["env"] == [{"name": "PYTHONPATH", "value": "/srv"}]


def test_the_dns_knows_the_cluster_and_nothing_else() -> None:
    text = files.corefile(Path("/srv/state/coredns.kubeconfig"))
    assert text.startswith(".:53 {\n    bind 198.18.0.1\n")
    assert (
        "kubernetes cluster.local in-addr.arpa ip6.arpa {\n        kubeconfig /srv/state/coredns.kubeconfig\n" in text
    )
    assert "forward" not in text
    assert text.count("{") == text.count("}") == 2


@pytest.mark.parametrize("first", [True, False])
def test_a_process_starts_in_its_control_group_or_not_at_all(tmp_path: Path, first: bool) -> None:
    """One hierarchy takes it, or none; here a file stands for `cgroup.procs`."""
    procs = [str(tmp_path / "none" / "procs"), str(tmp_path / "procs" if first else tmp_path / "nowhere" / "procs")]
    done = subprocess.run(
        ["/bin/sh", "-c", files.in_group(procs), "sh", "echo", "started"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode == 0) == (("started\n", True) if first else ("", False))
