"""SSM: parameters can be kept on disk. moto's own dictionary of them forgets its account and region when it is pickled."""

from __future__ import annotations

from typing import Any

from moto.ssm.models import ParameterDict

from localcloud.cloud import Cloud


def install(cloud: Cloud) -> None:
    """Patch moto's SSM."""
    del cloud
    ParameterDict.__reduce__ = _reduce  # type: ignore[method-assign]


def _reduce(parameters: ParameterDict) -> tuple[Any, ...]:
    return (
        ParameterDict,
        (parameters.account_id, parameters.region_name),
        vars(parameters),
        None,
        iter(parameters.items()),
    )
