"""Configuration by environment: read once at start, and everything that is wrong with it is said in one message."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0, le=3600)]
Url = Annotated[str, Field(pattern=r"^https?://[^/\s]+\S*$")]


class ConfigurationError(Exception):
    """The environment is not one that the service can run with; the text names every variable and never a value."""


class Settings(BaseSettings):
    """What every service reads."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True, validate_default=True
    )
    listen_address: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    release: str = "unknown"
    # A pod that ends is sent requests until every load balancer has heard of it.
    drain_delay_seconds: float = Field(5, ge=0, le=300)
    drain_limit_seconds: Seconds = 20
    ready_timeout_seconds: Seconds = 2
    # Longer than an idle connection of the load balancer (60 s), or it sends a request into a connection that just closed.
    keep_alive_seconds: int = Field(75, ge=1, le=3600)


class DatabaseSettings(Settings):
    """Settings of a service that speaks to PostgreSQL."""

    database_host: str
    database_port: int = Field(5432, ge=1, le=65535)
    database_name: str
    database_user: str | None = None
    database_password: SecretStr | None = None
    database_password_file: Path | None = None
    database_secret_arn: str | None = None
    database_sslmode: Literal["disable", "require", "verify-ca", "verify-full"] = "verify-full"
    database_ca: str | None = None
    database_ca_file: Path | None = None
    database_pool_size: int = Field(5, ge=1, le=100)
    database_connect_seconds: int = Field(2, ge=2, le=60)  # libpq takes no less than 2
    database_statement_seconds: Seconds = 5

    @field_validator("database_secret_arn")
    @classmethod
    def _one_login(cls, value: str | None, info: ValidationInfo) -> str | None:
        given = [
            name
            for name in ("database_password", "database_password_file")
            if name in info.data and info.data[name] is not None
        ] + (["database_secret_arn"] if value else [])
        if len(given) != 1 and {"database_password", "database_password_file"} <= set(info.data):
            raise ValueError(
                "set exactly one of DATABASE_PASSWORD, DATABASE_PASSWORD_FILE and DATABASE_SECRET_ARN; set are "
                + (", ".join(given).upper() or "none")
            )
        if not value and info.data.get("database_user", "") is None:
            raise ValueError("DATABASE_USER must be set unless DATABASE_SECRET_ARN names a secret that holds it")
        return value

    @field_validator("database_ca_file")
    @classmethod
    def _one_root(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        verified = str(info.data.get("database_sslmode", "")).startswith("verify")
        if verified and (value is None) == (info.data.get("database_ca") is None):
            raise ValueError(
                "set exactly one of DATABASE_CA_FILE (a path) and DATABASE_CA (PEM text), or a DATABASE_SSLMODE that "
                "verifies nothing"
            )
        return value

    @field_validator("database_ca")
    @classmethod
    def _pem(cls, value: str | None) -> str | None:
        if value is not None and "-----BEGIN CERTIFICATE-----" not in value:
            raise ValueError("holds no PEM certificate")
        return value

    @field_validator("database_password_file", "database_ca_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not (value.is_file() and os.access(value, os.R_OK)):
            raise ValueError(f"{value} is not a readable file")
        return value


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """The settings of the environment. Raises ConfigurationError that names all that is wrong."""
    try:
        return kind()
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in problem['loc']).upper()}: "
            + ("is not set" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, "))
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise ConfigurationError("The configuration is wrong. " + "; ".join(problems)) from None
