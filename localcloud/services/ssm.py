"""SSM: the parameters below a path come in the order of their names, as Parameter Store lists them.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.ssm.models import ParameterDict

from localcloud.cloud import Cloud


def install(cloud: Cloud) -> None:
    """Patch moto's SSM."""
    parameters: Any = ParameterDict
    parameters.get_keys_beginning_with = _sorted(parameters.get_keys_beginning_with)


def _sorted(plain: Callable[..., Iterator[str]]) -> Callable[..., Iterator[str]]:
    def get_keys_beginning_with(parameters: Any, path: str, recursive: bool) -> Iterator[str]:
        return iter(sorted(plain(parameters, path, recursive)))

    return get_keys_beginning_with
