"""The one place where parts are put together: settings in, scopes out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.ledger.model import Actor, Cause, Reason, RequestMark
from muster.scope import Scope
from muster.settings import Settings

if TYPE_CHECKING:
    from muster.access.gate import Gate
    from muster.access.model import Identity, TenantId
    from muster.access.port import Access
    from muster.delivery.port import Courier
    from muster.jobs.model import JobQueue
    from muster.jobs.timetable import Timetable
    from muster.ledger.objects import Objects
    from muster.ledger.port import Ledger
    from muster.replica.port import Replica

MAX_TENANTS = 32
"""Tenants whose clients and replica stay open in one process."""
_CONNECT_SECONDS = 2
_READ_SECONDS = 10
_ATTEMPTS = 4
_SESSION_SECONDS = 3600


@dataclass(frozen=True)
class Parts:
    """What serves one tenant."""

    ledger: Ledger
    replica: Replica
    objects: Objects


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


class Container:
    """Makes each part when it is first asked for, and keeps it while the process lives."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self._parts: OrderedDict[TenantId, Parts] = OrderedDict()

    @cached_property
    def access(self) -> Access:
        """Tenants, members and tokens."""
        from muster.access.dynamo import DynamoAccess

        return DynamoAccess(self._client("dynamodb"), self.settings.access_table)

    @cached_property
    def gate(self) -> Gate:
        """Lets requests in, and remembers for a moment who was."""
        from muster.access.gate import Gate

        return Gate(self.access, self.clock)

    @cached_property
    def jobs(self) -> JobQueue:
        """Where jobs wait for the worker."""
        from muster.jobs.sqs import SqsQueue

        return SqsQueue(self.messages, self.settings.jobs_queue_url)

    @cached_property
    def timetable(self) -> Timetable:
        """What sequences listen to, and what is due when."""
        from muster.jobs.dynamo_timetable import DynamoTimetable

        return DynamoTimetable(self._client("dynamodb"), self.settings.schedule_table)

    @cached_property
    def courier(self) -> Courier:
        """Who carries webhooks and e-mail."""
        from muster.delivery.courier import Outside, OutsideCourier

        settings = self.settings
        outside = Outside(
            stage=settings.stage,
            url=settings.public_url,
            private=settings.webhook_private == "on",
            key=settings.topic_key,
        )
        return OutsideCourier(lambda: self._client("sns"), outside)

    @cached_property
    def messages(self) -> Any:
        """A client of SQS, for the worker to put a message off with."""
        return self._client("sqs")

    def parts(self, tenant: TenantId) -> Parts:
        """Return what serves a tenant; of the `MAX_TENANTS` used last it is kept open."""
        if tenant not in self._parts:
            self._parts[tenant] = self._make_parts(tenant)
            if len(self._parts) > MAX_TENANTS:
                self._parts.popitem(last=False)
        self._parts.move_to_end(tenant)
        return self._parts[tenant]

    def scope(
        self,
        tenant: TenantId,
        actor: Actor,
        reason: Reason,
        *,
        identity: Identity | None = None,
        request: RequestMark | None = None,
        dry_run: bool = False,
    ) -> Scope:
        """Return a scope in which `actor` works on a tenant's data for a reason."""
        parts = self.parts(tenant)
        return Scope(
            tenant=tenant,
            actor=actor,
            reason=reason,
            ledger=parts.ledger,
            replica=parts.replica,
            objects=parts.objects,
            now=self.clock,
            identity=identity,
            request=request,
            dry_run=dry_run,
            queue=self.jobs,
            people=lambda: self.access.members(tenant),
            standing=lambda member_id: self.access.standing(tenant, member_id),
            courier=self.courier,
        )

    def scope_for(
        self,
        identity: Identity,
        cause: Cause,
        request_id: str,
        *,
        request: RequestMark | None = None,
        dry_run: bool = False,
    ) -> Scope:
        """Return the scope of one request of somebody who was let in."""
        return self.scope(
            identity.tenant.id,
            Actor(identity.member_id, identity.member_name),
            Reason(cause, request_id),
            identity=identity,
            request=request,
            dry_run=dry_run,
        )

    def _make_parts(self, tenant: TenantId) -> Parts:
        from muster.ledger.dynamo import DynamoLedger
        from muster.ledger.guard import bind_tenant
        from muster.ledger.s3 import S3Objects
        from muster.replica.sqlite import SqliteReplica

        session = self._tenant_session(tenant)
        tables = bind_tenant(self._client("dynamodb", session), tenant)
        files = bind_tenant(self._client("s3", session), tenant)
        objects = S3Objects(files, self.settings.files_bucket, tenant)
        ledger = DynamoLedger(tables, self.settings.ledger_table, tenant, objects, self.clock)
        replica = SqliteReplica(Path(self.settings.replica_dir), tenant, ledger)
        return Parts(ledger, replica, objects)

    @cached_property
    def _session(self) -> Any:
        import boto3

        return boto3.Session()

    def _tenant_session(self, tenant: TenantId) -> Any:
        """Return a session whose credentials IAM limits to the tenant, where the stack says so."""
        if not self.settings.tenant_role_arn:
            return self._session
        import boto3
        from botocore.credentials import DeferredRefreshableCredentials
        from botocore.session import get_session

        session = get_session()
        session._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]  # noqa: SLF001 - has no setter
            lambda: self._assume_tenant_role(tenant), "assume-role"
        )
        session.set_config_variable("region", self._session.region_name)
        return boto3.Session(botocore_session=session)

    def _assume_tenant_role(self, tenant: TenantId) -> dict[str, str]:
        given = self._client("sts").assume_role(
            RoleArn=self.settings.tenant_role_arn,
            RoleSessionName=f"tenant-{tenant}",
            DurationSeconds=_SESSION_SECONDS,  # the longest that a role may give to another
            Tags=[{"Key": "TenantId", "Value": tenant}],
        )["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    def _client(self, service: str, session: Any = None) -> Any:
        from botocore.config import Config

        from muster.observe.calls import count_calls

        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            # Signed addresses have to name the region, or S3 answers the browser with a redirect.
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "virtual"},
            # DynamoDB refuses by itself what is wrong; to check it here costs 0.3 ms a write.
            parameter_validation=service != "dynamodb",
        )
        return count_calls((session or self._session).client(service, config=config))
