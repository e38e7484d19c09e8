"""What Muster is told from outside: the only module that names an environment variable."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from muster.errors import MusterError


class SettingsError(MusterError):
    """The environment lacks a setting, or one can't be read: a fault of the deployment."""

    code = "settings_wrong"
    title = "The service is not set up"


def _setting(variable: str, help_text: str, **options: Any) -> Any:
    return field(metadata={"variable": variable, "help": help_text}, **options)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, with the variable that it is read from and what it does."""

    stage: str = _setting(
        "MUSTER_STAGE", "Name of the deployment, such as dev or prod; part of every log line."
    )
    ledger_table: str = _setting(
        "MUSTER_LEDGER_TABLE", "DynamoDB table of commits, records, history and unique marks."
    )
    access_table: str = _setting(
        "MUSTER_ACCESS_TABLE", "DynamoDB table of tenants, members and tokens."
    )
    files_bucket: str = _setting(
        "MUSTER_FILES_BUCKET", "S3 bucket of large bodies, uploads and job results."
    )
    jobs_queue_url: str = _setting(
        "MUSTER_JOBS_QUEUE_URL", "Address of the FIFO queue that jobs wait in."
    )
    schedule_table: str = _setting(
        "MUSTER_SCHEDULE_TABLE",
        "DynamoDB table of what sequences listen to and what is due when.",
        default="",
    )
    webhook_private: str = _setting(
        "MUSTER_WEBHOOK_PRIVATE",
        "on: webhooks may go to private networks and over http.",
        default="off",
    )
    topic_key: str = _setting(
        "MUSTER_TOPIC_KEY",
        "KMS key of the SNS topics that e-mail goes through; empty uses AWS's own.",
        default="",
    )
    public_url: str = _setting(
        "MUSTER_PUBLIC_URL",
        "Address of the API without /v1, for links in what is delivered.",
        default="",
    )
    replica_dir: str = _setting(
        "MUSTER_REPLICA_DIR",
        "Folder of the tenants' SQLite replicas; deleting it loses nothing.",
        default_factory=lambda: str(Path(tempfile.gettempdir()) / "muster"),
    )
    tenant_role_arn: str = _setting(
        "MUSTER_TENANT_ROLE_ARN",
        "Role to assume per tenant, so that IAM fences its data in; empty uses the function's own.",
        default="",
    )
    service: str = _setting(
        "POWERTOOLS_SERVICE_NAME", "Name of this function in logs and metrics.", default="muster"
    )
    log_level: str = _setting(
        "LOG_LEVEL", "Lowest level that is logged: DEBUG, INFO, WARNING, ERROR.", default="INFO"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; an empty variable counts as absent.

        Raises SettingsError that names every variable that is missing.
        """
        given = {
            item.name: environment[item.metadata["variable"]]
            for item in fields(cls)
            if environment.get(item.metadata["variable"])
        }
        missing = [variable for variable in required_variables() if not environment.get(variable)]
        if missing:
            raise SettingsError(f"Set {', '.join(missing)}.", extra={"missing": missing})
        return cls(**given)

    def as_environment(self) -> dict[str, str]:
        """Return the variables that give these settings; the inverse of `from_environment`."""
        return {item.metadata["variable"]: getattr(self, item.name) for item in fields(self)}


def described() -> dict[str, str]:
    """Return every variable with its help text."""
    return {item.metadata["variable"]: item.metadata["help"] for item in fields(Settings)}


def required_variables() -> tuple[str, ...]:
    """Return the variables that have no default."""
    return tuple(
        item.metadata["variable"]
        for item in fields(Settings)
        if item.default is MISSING and item.default_factory is MISSING
    )
