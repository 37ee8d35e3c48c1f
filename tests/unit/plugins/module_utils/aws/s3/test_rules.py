from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.s3 import lifecycle, replication
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import BLOCKS, normalize, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError
from hypothesis import given
from hypothesis import strategies as st

NAME = st.text(alphabet="abcdef", min_size=1, max_size=6)
DAYS = st.integers(min_value=1, max_value=3650)
REPLICATION = st.fixed_dictionaries(
    {
        "id": NAME,
        "destination": NAME,
        "priority": st.integers(min_value=0, max_value=9),
        "enabled": st.booleans(),
        "prefix": st.sampled_from(["", "a/", "b/c"]),
        "filter_tags": st.dictionaries(NAME, NAME, max_size=3),
        "storage_class": st.sampled_from(["", "STANDARD_IA"]),
        "replica_kms_key": st.sampled_from(["", "arn:aws:kms:eu-central-1:1:key/1"]),
        "replicate_kms_objects": st.booleans(),
        "delete_markers": st.booleans(),
        "metrics": st.booleans(),
        "time_control": st.booleans(),
    }
)
LIFECYCLE = st.fixed_dictionaries(
    {"id": NAME, "enabled": st.booleans(), "prefix": st.sampled_from(["", "a/"])},
    optional={
        "expire_days": DAYS,
        "expire_noncurrent_days": DAYS,
        "abort_multipart_days": DAYS,
        "noncurrent_transitions": st.lists(
            st.fixed_dictionaries({"days": DAYS, "storage_class": st.just("DEEP_ARCHIVE")}), min_size=1, max_size=1
        ),
        "transitions": st.lists(
            st.fixed_dictionaries({"days": DAYS, "storage_class": st.just("GLACIER_IR")}), min_size=1, max_size=1
        ),
    },
)


@given(rules=st.lists(REPLICATION, min_size=1, max_size=4, unique_by=lambda rule: rule["id"]))
def test_replication_rules_come_back_as_they_went(rules: list[dict[str, Any]]) -> None:
    configuration = replication.to_aws("role", rules)
    assert replication.project_rules(configuration["Rules"]) == replication.completed(rules)
    steps = replication.present("b", "role", rules, configuration)
    assert not steps.changed


@given(rules=st.lists(REPLICATION, min_size=1, max_size=2, unique_by=lambda rule: rule["id"]))
def test_a_changed_replication_rule_is_seen(rules: list[dict[str, Any]]) -> None:
    configuration = replication.to_aws("role", rules)
    configuration["Rules"][0]["Status"] = "Disabled" if rules[0]["enabled"] else "Enabled"
    assert replication.present("b", "role", rules, configuration).changed
    assert replication.present("b", "other", rules, replication.to_aws("role", rules)).changed


@given(rules=st.lists(LIFECYCLE, max_size=4, unique_by=lambda rule: rule["id"]))
def test_lifecycle_rules_come_back_as_they_went(rules: list[dict[str, Any]]) -> None:
    assert lifecycle.project_rules(lifecycle.to_aws(rules)) == sorted(rules, key=lambda rule: rule["id"])


def test_markers_of_deletion_expire_by_their_own_rule() -> None:
    rule = {"id": "m", "enabled": True, "prefix": "", "expire_delete_markers": True}
    assert lifecycle.project_rules(lifecycle.to_aws([rule])) == [rule]


def test_a_foreign_lifecycle_filter_is_a_difference() -> None:
    foreign = {"ID": "x", "Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 1000}}
    assert "filter" in lifecycle.project_rules([foreign])[0]


DESIRED = {
    "versioning": True,
    "encryption": "aws:kms",
    "kms_key": "arn:aws:kms:eu-west-1:1:key/1",
    "bucket_key": True,
    "public_access_block": dict.fromkeys(BLOCKS, True),
    "ownership": "BucketOwnerEnforced",
    "policy": {"Version": "2012-10-17", "Statement": []},
    "lifecycle": [],
    "object_lock": {"mode": "GOVERNANCE", "days": 7, "years": 0},
    "logging": {"bucket": "l", "prefix": "s3/"},
    "tags": {"a": "1"},
}


def test_a_new_bucket_is_made_closed_before_it_is_opened() -> None:
    methods = [method for method, _parameters in present("b", "eu-west-1", DESIRED, None, purge_tags=True).calls]
    assert methods[0] == "create_bucket"
    assert methods.index("put_public_access_block") < methods.index("put_bucket_policy")
    assert "delete_bucket_lifecycle" not in methods


def test_us_east_1_is_not_named() -> None:
    assert present("b", "us-east-1", {}, None, purge_tags=True).calls == [("create_bucket", {"Bucket": "b"})]


ANSWERS: dict[str, Any] = {
    "versioning": {"Status": "Enabled"},
    "encryption": {
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": DESIRED["kms_key"],
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        }
    },
    "public_access": {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS.values(), True)},
    "ownership": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
    "policy": {"Policy": '{"Version": "2012-10-17", "Statement": []}'},
    "lifecycle": None,
    "object_lock": {
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 7}},
        }
    },
    "logging": {"LoggingEnabled": {"TargetBucket": "l", "TargetPrefix": "s3/"}},
    "tagging": {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "aws:x", "Value": "2"}]},
}


def test_a_bucket_that_is_as_desired_needs_no_call() -> None:
    assert project(ANSWERS) == normalize(DESIRED)
    assert not present("b", "eu-west-1", DESIRED, ANSWERS, purge_tags=True).changed


@pytest.mark.parametrize("setting", [name for name in ANSWERS if name != "lifecycle"])
def test_a_setting_that_was_taken_away_is_put_back(setting: str) -> None:
    steps = present("b", "eu-west-1", DESIRED, {**ANSWERS, setting: None}, purge_tags=True)
    assert len(steps.calls) == 1
    assert len(steps.diff()["after"]) == (3 if setting == "encryption" else 1)


def lock(**given: Any) -> dict[str, Any]:
    return {"versioning": True, "object_lock": given}


def test_a_bucket_with_lock_is_born_with_it() -> None:
    calls = present("b", "eu-west-1", lock(mode="COMPLIANCE", days=0, years=1), None, purge_tags=True).calls
    assert calls[0][1]["ObjectLockEnabledForBucket"] is True
    retention = calls[-1][1]["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Years": 1}


def test_a_lock_without_default_retention_is_a_lock() -> None:
    steps = present("b", "eu-west-1", lock(mode="", days=0, years=0), None, purge_tags=True)
    assert steps.calls[-1][1]["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    assert steps.after["object_lock"] == {"mode": "", "days": 0, "years": 0}


@pytest.mark.parametrize(
    ("desired", "found", "said"),
    [
        ({"object_lock": {}}, ANSWERS, "never takes away"),
        ({"versioning": False, "object_lock": {"mode": ""}}, None, "needs versioning"),
        (lock(mode="GOVERNANCE"), None, "a mode with either days or years"),
        (lock(mode="GOVERNANCE", days=1, years=1), None, "a mode with either days or years"),
        (lock(days=1), None, "a mode with either days or years"),
    ],
)
def test_a_lock_that_s3_would_refuse_is_refused_before(desired: Any, found: Any, said: str) -> None:
    with pytest.raises(ChangeError, match=said):
        present("b", "eu-west-1", desired, found, purge_tags=True)


def test_access_logs_are_ended_by_an_empty_option() -> None:
    steps = present("b", "eu-west-1", {"logging": {}}, ANSWERS, purge_tags=True)
    assert steps.calls == [("put_bucket_logging", {"Bucket": "b", "BucketLoggingStatus": {}})]
