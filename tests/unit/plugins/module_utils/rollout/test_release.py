# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases as data: what is refused, what is rendered, what is restored."""

from __future__ import annotations

import copy
import re

import pytest
from ansible_collections.creator.platform.plugins.module_utils.rollout import bundle, manifests
from ansible_collections.creator.platform.plugins.module_utils.rollout.redact import redact
from ansible_collections.creator.platform.plugins.module_utils.rollout.release import ReleaseError, target
from hypothesis import given
from hypothesis import strategies as st

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
SERVICES = {
    "web": {"port": 8080, "config": {"DEBUG": False}, "hpa": {"min": 2, "max": 4, "cpu": 70}},
    "worker": {"replicas": 1, "outputs": {"DATABASE_HOST": "database/endpoint_address"}},
}
REPOSITORIES = {"web": "registry.test/web", "worker": "registry.test/worker"}
OUTPUTS = {"database": {"endpoint_address": "db.test"}}
RELEASE = {"web": DIGEST, "worker": OTHER}


def build(*release, services=None, repositories=None, outputs=None):
    """The bundle of RELEASE, or of the one given (None too), with what else is given in place of the usual."""
    return bundle.build(
        release[0] if release else RELEASE,
        SERVICES if services is None else services,
        REPOSITORIES if repositories is None else repositories,
        "shop",
        OUTPUTS if outputs is None else outputs,
    )


def named(made, kind, name):
    return next(o for o in made.objects if o["kind"] == kind and o["metadata"]["name"] == name)


@pytest.mark.parametrize(
    ("release", "message"),
    [
        ({}, "the release is empty: set `release` to a mapping with a digest for each of web, worker"),
        (None, "the release is empty"),
        ("web", "the release is 'web'"),
        ({**RELEASE, "shop": DIGEST}, "names service shop, which is not deployed; known are web, worker"),
        ({"web": DIGEST}, "names no digest for service worker"),
        ({**RELEASE, "web": "latest"}, "names 'latest' for service web, expected `sha256:`"),
        ({**RELEASE, "web": None}, "names None for service web"),
        ({**RELEASE, "web": "sha256:abc"}, "a tag can move, a digest cannot"),
    ],
)
def test_an_incomplete_release_is_refused_with_one_sentence(release, message):
    with pytest.raises(ReleaseError, match=re.escape(message)):
        build(release)


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("x", "must be a mapping"),
        ({"replica": 1}, "unknown setting replica"),
        ({"replicas": 0}, "replicas must be a whole number from 1"),
        ({"replicas": True}, "replicas must be a whole number from 1"),
        ({"port": 70000}, "port must be a number from 1 to 65535"),
        ({"config": []}, "config must be a mapping"),
        ({"hpa": {"min": 3, "max": 2, "cpu": 50}}, "min not above max"),
        ({"probes": {"ready": {}}}, "unknown probe ready"),
        ({"probes": {"readiness": {}}}, "either a path or a command"),
        ({"probes": {"readiness": {"path": "/"}}}, "has no port"),
        ({"outputs": {"X": "database/nope"}}, "wants the output database/nope, which is not published"),
    ],
)
def test_a_service_that_cannot_mean_anything_is_refused(service, message):
    with pytest.raises(ReleaseError, match=re.escape(message)):
        build(services={**SERVICES, "web": service})


def test_a_service_without_a_repository_is_refused():
    with pytest.raises(ReleaseError, match="web has no repository"):
        build(repositories={"worker": "registry.test/worker"})


def test_images_go_by_digest_and_autoscaled_services_name_no_replicas():
    made = build()
    web, worker = named(made, "Deployment", "web"), named(made, "Deployment", "worker")
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == f"registry.test/web@{DIGEST}"
    assert "replicas" not in web["spec"]
    assert worker["spec"]["replicas"] == 1
    assert [o["kind"] for o in made.objects if o["metadata"]["name"] == "worker"] == [
        "Deployment",
        "PodDisruptionBudget",
    ]


def test_configuration_is_named_after_its_content_and_part_of_the_template():
    def config(made):
        return next(
            o for o in made.objects if o["kind"] == "ConfigMap" and o["metadata"]["name"].startswith("web-config-")
        )

    first = config(build())
    assert first["data"] == {"DEBUG": "false"}
    assert first["immutable"] is True
    second = config(build(services={**SERVICES, "web": {**SERVICES["web"], "config": {"DEBUG": True}}}))
    assert first["metadata"]["name"] != second["metadata"]["name"]


def test_outputs_of_other_components_become_configuration():
    config = next(o for o in build().objects if o["metadata"]["name"].startswith("worker-config-"))
    assert config["data"] == {"DATABASE_HOST": "db.test"}


def test_the_same_content_is_the_same_release_and_other_content_another():
    first = build().record
    assert build(dict(reversed(RELEASE.items()))).record == first
    assert build({**RELEASE, "web": OTHER}).record["id"] != first["id"]
    assert (
        build(services={**SERVICES, "web": {**SERVICES["web"], "replicas": 9}}).record["services"] != first["services"]
    )
    assert build(outputs={"database": {"endpoint_address": "other"}}).record["id"] != first["id"]


def test_the_release_stands_on_objects_but_never_on_pod_templates():
    made = build()
    assert {o["metadata"]["annotations"]["creator.platform/release"] for o in made.objects} == {made.record["id"]}
    assert all(
        "creator.platform/release" not in str(o["spec"]["template"]) for o in made.objects if o["kind"] == "Deployment"
    )


def test_a_kept_bundle_restores_the_release_exactly():
    made = build()
    kept = made.objects[0]
    assert kept["metadata"]["name"] == f"release-{made.record['id']}"
    assert bundle.restore(made.record, kept, "shop") == made.objects


def test_a_bundle_that_is_gone_or_was_altered_is_refused():
    made = build()
    with pytest.raises(ReleaseError, match="not in the cluster"):
        bundle.restore(made.record, None, "shop")
    for altered in (made.objects[0]["data"]["manifests"].replace("shop", "shap"), "{", "null"):
        kept = copy.deepcopy(made.objects[0])
        kept["data"]["manifests"] = altered
        with pytest.raises(ReleaseError, match="is not what was recorded"):
            bundle.restore(made.record, kept, "shop")


def test_workloads_carry_what_was_meant_and_what_was_returned():
    made = build()
    applied = [{"kind": "Deployment", "namespace": "shop", "name": "web", "uid": "u", "generation": 4, "replicas": 2}]
    web, worker = bundle.workloads(made.objects, applied)
    assert web["images"] == {"web": DIGEST}
    assert (web["uid"], web["generation"], web["min_replicas"]) == ("u", 4, 2)
    assert worker["min_replicas"] == 0
    assert "uid" not in worker


def test_leftovers_are_what_the_older_release_does_not_have():
    newer = build(
        {**RELEASE, "search": DIGEST},
        services={**SERVICES, "search": {"port": 80, "config": {"A": 1}}},
        repositories={**REPOSITORIES, "search": "r/s"},
    )
    gone = bundle.leftovers(newer.objects, build().objects)
    assert {(o["kind"], o["name"]) for o in gone} == {
        ("Service", "search"),
        ("Deployment", "search"),
        ("PodDisruptionBudget", "search"),
    }
    assert bundle.leftovers(build().objects, build().objects) == []


RECORDS = [{"id": "r-3", "status": "failed"}, {"id": "r-2", "status": "verified"}, {"id": "r-1", "status": "verified"}]


def test_the_target_is_the_last_verified_release_or_the_named_one():
    assert target(RECORDS, "r-2", leaving="r-3")["id"] == "r-2"
    assert target(RECORDS, "r-2", name="r-1")["id"] == "r-1"


@pytest.mark.parametrize(
    ("verified", "name", "leaving", "message"),
    [
        ("", "", "r-3", "no verified release to return to"),
        ("r-2", "", "r-2", "no verified release to return to"),
        ("r-2", "r-3", "", "r-3 was never verified"),
        ("r-2", "r-9", "", "r-9 is not recorded; verified releases are: r-2, r-1"),
        ("r-9", "", "", "r-9 is not recorded"),
    ],
)
def test_what_was_never_verified_is_no_target(verified, name, leaving, message):
    with pytest.raises(ReleaseError, match=message):
        target(RECORDS, verified, name=name, leaving=leaving)


@pytest.mark.parametrize(
    "secret",
    [
        "postgres://app:hunter2@db.test/creator",  # pragma: allowlist secret
        "PASSWORD=hunter2",
        'db_password: "hunter2"',
        '{"apiKey": "hunter2"}',
        "--token=hunter2",
        "Authorization: Bearer hunter2",
        "aws_secret_access_key = hunter2",
        "https://b.s3.amazonaws.com/x?X-Amz-Signature=hunter2&a=1",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",  # pragma: allowlist secret
    ],
)
def test_secrets_do_not_get_through(secret):
    assert "hunter2" not in redact(f"before {secret}")
    assert redact(f"before {secret}").startswith("before ")


def test_ordinary_lines_stay_as_they_are():
    for line in (
        "GET /healthz 200 in 3 ms",
        "image registry.test/web@" + DIGEST,
        "key not found: config.yaml",
        "5 tokens left",
    ):
        assert redact(line) == line


@given(st.text(max_size=200))
def test_redaction_takes_any_text(text):
    assert isinstance(redact(text), str)


def test_every_default_setting_renders():
    full = manifests.complete("web", {}, {})
    assert [o["kind"] for o in manifests.render("web", full, f"r/web@{DIGEST}", "shop")] == [
        "Deployment",
        "PodDisruptionBudget",
    ]


MIGRATING = {
    "api": {
        "port": 8080,
        "config": {"A": "1"},
        "probes": {"readiness": {"path": "/readyz"}},
        "pre_stop_seconds": 5,
        "service_account": "api",
        "node_selector": {"kind": "container"},
        "tolerations": [{"key": "kind", "operator": "Exists"}],
        "migration": {"args": ["migrate"], "timeout": 120},
    }
}


def test_a_migration_is_a_job_with_the_service_s_image_and_environment_and_none_of_its_traffic():
    made = build({"api": DIGEST}, services=MIGRATING, repositories={"api": "registry.test/api"})
    config, job = made.migrations
    pod, container = job["spec"]["template"]["spec"], job["spec"]["template"]["spec"]["containers"][0]
    assert (config["kind"], job["kind"]) == ("ConfigMap", "Job")
    assert container["image"] == f"registry.test/api@{DIGEST}"
    assert container["args"] == ["migrate"]
    assert container["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}]
    assert not {"ports", "lifecycle", "readinessProbe"} & set(container)
    assert (pod["restartPolicy"], pod["serviceAccountName"], pod["nodeSelector"]) == (
        "Never",
        "api",
        {"kind": "container"},
    )
    assert pod["securityContext"]["runAsGroup"] == 10001
    assert (job["spec"]["activeDeadlineSeconds"], job["spec"]["backoffLimit"]) == (120, 0)
    assert config == named(made, "ConfigMap", config["metadata"]["name"])  # the rollout finds it as it wants it
    selector = named(made, "Service", "api")["spec"]["selector"]
    assert not selector.items() <= job["spec"]["template"]["metadata"]["labels"].items()
    assert "Job" not in {obj["kind"] for obj in made.objects}


def test_the_same_migration_has_the_same_name_and_another_image_another():
    repositories = {"api": "registry.test/api"}
    names = [
        build({"api": digest}, services=MIGRATING, repositories=repositories).migrations[1]["metadata"]["name"]
        for digest in (DIGEST, DIGEST, OTHER)
    ]
    assert names[0] == names[1] != names[2]


def test_a_release_with_another_migration_is_another_release():
    other = {"api": {**MIGRATING["api"], "migration": {"args": ["migrate", "--breaking"]}}}
    made = [build({"api": DIGEST}, services=each, repositories={"api": "r"}) for each in (MIGRATING, other)]
    assert made[0].record["id"] != made[1].record["id"]
    assert made[0].record["manifests"] == made[1].record["manifests"]
    restored = bundle.restore(made[1].record, named(made[1], "ConfigMap", f"release-{made[1].record['id']}"), "shop")
    assert restored == made[1].objects


def test_services_without_a_migration_have_none():
    assert build().migrations == []


@pytest.mark.parametrize(
    ("migration", "message"),
    [
        ({}, "migration must have a command or args"),
        ("migrate", "migration must have a command or args"),
        ({"args": ["migrate"], "retry": 1}, "unknown setting retry; known are args, command, retries, timeout"),
        ({"args": ["migrate"], "timeout": 0}, "migration.timeout must be a whole number from 1"),
        ({"args": ["migrate"], "retries": -1}, "migration.retries must be a whole number from 0"),
    ],
)
def test_a_migration_that_cannot_be_meant_is_refused(migration, message):
    services = {"api": {"migration": migration}}
    with pytest.raises(ReleaseError, match=re.escape(message)):
        build({"api": DIGEST}, services=services, repositories={"api": "r"})


def test_a_value_of_the_environment_stands_before_an_output():
    service = {
        "config": {"DATABASE_HOST": "here"},
        "outputs": {"DATABASE_HOST": "database/endpoint_address", "B": "database/endpoint_address"},
    }
    assert manifests.complete("api", service, OUTPUTS)["config"] == {"DATABASE_HOST": "here", "B": "db.test"}


def test_a_variable_that_no_process_can_be_started_with_is_refused():
    with pytest.raises(ReleaseError, match="DATABASE_CA is larger than 131072 bytes"):
        manifests.complete("api", {"config": {"DATABASE_CA": "x" * 131072}}, {})
