"""CloudWatch Logs: metric filters that belong to a group, the retentions that there are, keys that exist.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/encrypt-log-data-kms.html
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from localcloud.cloud import Cloud

RETENTIONS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
INVALID = "InvalidParameterException"
MOST_FILTERS = 100
#: The most dimensions of a metric filter.
MOST_DIMENSIONS = 3


def _refusal(code: str, message: str) -> JsonRESTError:
    refusal = JsonRESTError(code, message)
    refusal.code = 400
    return refusal


def install(cloud: Cloud) -> None:
    """Patch moto's CloudWatch Logs."""
    backend: Any = LogsBackend
    response: Any = LogsResponse
    _install_filters(backend)
    create, retain, remove = backend.create_log_group, backend.put_retention_policy, backend.delete_log_group
    associate = getattr(response, "associate_kms_key", None)

    def create_log_group(self: LogsBackend, log_group_name: str, tags: Any, **named: Any) -> LogGroup:
        _check_key(self, named.get("kmsKeyId"))
        made: LogGroup = create(self, log_group_name, tags, **named)
        return made

    def put_retention_policy(self: LogsBackend, log_group_name: str, retention_in_days: Any) -> None:
        if retention_in_days not in RETENTIONS:
            raise _refusal(
                INVALID,
                f"1 validation error detected: Value '{retention_in_days}' at 'retentionInDays' failed to satisfy constraint: "
                f"Member must satisfy enum value set: {list(RETENTIONS)}",
            )
        retain(self, log_group_name, retention_in_days)

    def delete_log_group(self: LogsBackend, log_group_name: str) -> None:
        remove(self, log_group_name)
        kept = [row for row in self.filters.metric_filters if row["logGroupName"] != log_group_name]
        self.filters.metric_filters = kept

    backend.create_log_group = create_log_group
    backend.put_retention_policy = put_retention_policy
    backend.delete_log_group = delete_log_group
    if associate is not None:

        def associate_kms_key(self: LogsResponse) -> Any:
            _check_key(self.logs_backend, self._get_param("kmsKeyId"))
            return associate(self)

        response.associate_kms_key = associate_kms_key


def _check_key(backend: LogsBackend, key: str | None) -> None:
    """Only keys are looked at that name themselves by an ARN, as the API asks for."""
    if not key:
        return
    keys = kms_backends[backend.account_id][backend.region_name].keys
    found = next((entry for entry in keys.values() if entry.arn == key), None)
    if found is None or found.key_state != "Enabled":
        raise _refusal(
            INVALID,
            f"The specified KMS Key Id could not be found or is not usable: {key}. It must be the ARN of an enabled key of "
            f"{backend.region_name} whose policy lets logs.{backend.region_name}.amazonaws.com use it.",
        )


def _install_filters(backend: Any) -> None:
    put, delete = backend.put_metric_filter, backend.delete_metric_filter

    def put_metric_filter(
        self: LogsBackend, filter_name: str, filter_pattern: str, log_group_name: str, transformations: Any
    ) -> None:
        _group(self, log_group_name)
        others = [row for row in self.filters.metric_filters if _is_not(row, filter_name, log_group_name)]
        if len([row for row in others if row["logGroupName"] == log_group_name]) >= MOST_FILTERS:
            raise _refusal("LimitExceededException", "Resource limit exceeded.")
        for metric in transformations:
            dimensions = metric.get("dimensions") or {}
            if dimensions and metric.get("defaultValue") is not None:
                raise _refusal(
                    INVALID, "Invalid metric transformation: dimensions and default value are mutually exclusive."
                )
            if len(dimensions) > MOST_DIMENSIONS:
                raise _refusal(INVALID, "Invalid metric transformation: at most 3 dimensions.")
        self.filters.metric_filters = others  # moto would keep the old one too
        put(self, filter_name, filter_pattern, log_group_name, transformations)

    def delete_metric_filter(self: LogsBackend, filter_name: Any = None, log_group_name: Any = None) -> None:
        _group(self, log_group_name)
        if all(_is_not(row, filter_name, log_group_name) for row in self.filters.metric_filters):
            raise ResourceNotFoundException("The specified metric filter does not exist.")
        delete(self, filter_name, log_group_name)

    backend.put_metric_filter = put_metric_filter
    backend.delete_metric_filter = delete_metric_filter


def _group(backend: LogsBackend, name: str) -> LogGroup:
    if name not in backend.groups:
        raise ResourceNotFoundException("The specified log group does not exist.")
    return backend.groups[name]


def _is_not(row: dict[str, Any], filter_name: str, group: str) -> bool:
    return (row["filterName"], row["logGroupName"]) != (filter_name, group)
