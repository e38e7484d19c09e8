"""A whole Muster in memory, and a client that speaks to it as API Gateway does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from muster.access import service
from muster.access.gate import Gate
from muster.access.memory import MemoryAccess
from muster.access.model import Identity, Member, Permission, Role, Tenant, TenantId
from muster.access.port import Access
from muster.delivery.memory import MemoryCourier
from muster.http.application import Api, build_api
from muster.http.errors import MethodNotAllowedError, NoSuchRouteError
from muster.http.pipeline import Services
from muster.http.table import RouteTable
from muster.jobs.memory import MemoryQueue
from muster.jobs.worker import run_job
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Reason, RequestMark
from muster.ledger.objects import Objects
from muster.ledger.port import Ledger
from muster.replica.port import Replica
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests import openapi

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TENANT = "acme"
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass
class Clock:
    """A clock that a test sets; it stands still otherwise."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Answer:
    """What the API answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        code: str = self.json["code"]
        return code

    @property
    def etag(self) -> str:
        return self.headers["etag"]


@dataclass
class Client:
    """Sends API Gateway (REST) events through the Chalice app."""

    api: Api
    token: str | None = None
    """Sent when a request names no other; `token=""` sends none."""

    def get(self, path: str, **options: Any) -> Answer:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("PUT", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.send("DELETE", path, **options)

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Any = None,
        **options: Any,
    ) -> Answer:
        """Send a request; options: headers, body (not json), if_match, if_none_match, key."""
        headers = {"Host": "muster.test"}
        given = self.token if token is None else token
        if given:
            headers["Authorization"] = f"Bearer {given}"
        event = api_event(self.api, method, path, _body(json, options, headers))
        headers |= _conditions(options) | dict(options.pop("headers", {}))
        if options:
            raise TypeError(f"unknown options {options}")
        event["headers"] = headers
        event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
        answer = self.api(event, None)
        lower = {name.lower(): value for name, value in answer["headers"].items()}
        self._require_documented(event, answer, lower)
        return Answer(answer["statusCode"], lower, answer["body"])

    def _require_documented(
        self, event: Mapping[str, Any], answer: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        with suppress(NoSuchRouteError, MethodNotAllowedError):
            table = self.api.pipeline.table
            route = openapi.route_of(table, event)
            kind = headers.get("content-type", "")
            openapi.require_documented(table, route, answer["statusCode"], kind, answer["body"])


def _body(content: Any, options: dict[str, Any], headers: dict[str, str]) -> str | None:
    body: str | None = options.pop("body", None)
    if content is not None:
        body = json.dumps(content)
    if body is not None:
        headers["Content-Type"] = "application/json"
    return body


def _conditions(options: dict[str, Any]) -> dict[str, str]:
    names = {"if_match": "If-Match", "if_none_match": "If-None-Match", "key": "Idempotency-Key"}
    return {names[name]: options.pop(name) for name in list(options) if name in names}


def api_event(api: Api, method: str, target: str, body: str | None = None) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request, without headers."""
    url = urlsplit(target)
    resource, parameters = _resource(api, url.path)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return {
        "resource": resource,
        "path": url.path,
        "httpMethod": method,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/live{url.path}",
            "stage": "live",
            "requestId": "req-1",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _resource(api: Api, path: str) -> tuple[str, dict[str, str]]:
    """Find the resource as API Gateway does: literal segments before parameters."""
    for resource in sorted(api.routes, key=lambda r: _PARAMETER.sub("~", r)):
        found = _pattern(resource).fullmatch(path)
        if found:
            return resource, found.groupdict()
    return path, {}


@cache
def _pattern(resource: str) -> re.Pattern[str]:
    parts = _PARAMETER.split(resource)
    odd = (f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile("".join(odd))


@dataclass
class Stand:
    """An in-memory stack; `services` is what the API is given. Jobs run as they are queued."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    access: Access = field(default_factory=MemoryAccess)
    courier: MemoryCourier = field(default_factory=MemoryCourier)
    run_job: Callable[[Scope, str], Any] = run_job
    table: RouteTable | None = None
    """Other routes than the real ones, for tests of the HTTP layer itself."""

    def __post_init__(self) -> None:
        self.gate = Gate(self.access, self.clock)
        self.queue = MemoryQueue(self._run)
        self._parts: dict[TenantId, tuple[Ledger, Replica, Objects]] = {}
        self._tokens: dict[tuple[TenantId, Role, frozenset[Permission] | None], str] = {}
        self._members: dict[tuple[TenantId, Role], Member] = {}
        self.add_tenant(TENANT)
        services: Services = self
        self.api = build_api(lambda: services, self.table)
        self.client = Client(self.api, self.token())

    def add_tenant(self, tenant_id: TenantId) -> Tenant:
        """Make a tenant with its first admin."""
        tenant, admin = service.create_tenant(
            self.access,
            tenant_id,
            name=tenant_id.title(),
            region="eu-central-1",
            admin=("Ada", f"ada@{tenant_id}.example"),
            clock=self.clock,
        )
        self._members[tenant_id, Role.ADMIN] = admin
        return tenant

    def member(self, role: Role = Role.ADMIN, tenant: TenantId = TENANT) -> Member:
        """Return a member of this role, added when there is none."""
        if (tenant, role) not in self._members:
            known = self.access.tenant(tenant)
            assert known is not None
            email = f"{role}@{tenant}.example"
            self._members[tenant, role] = service.add_member(
                self.access, known, name=role.title(), email=email, role=role, clock=self.clock
            )
        return self._members[tenant, role]

    def token(
        self,
        role: Role = Role.ADMIN,
        tenant: TenantId = TENANT,
        scopes: Iterable[Permission] | None = None,
    ) -> str:
        """Return a token's text, the same one each time."""
        wanted = None if scopes is None else frozenset(scopes)
        if (tenant, role, wanted) not in self._tokens:
            member = self.member(role, tenant)
            made = service.create_token(
                self.access, member, name="test", clock=self.clock, scopes=wanted
            )
            self._tokens[tenant, role, wanted] = made.text
        return self._tokens[tenant, role, wanted]

    def scope(
        self, role: Role = Role.ADMIN, tenant: TenantId = TENANT, *, dry_run: bool = False
    ) -> Scope:
        """Return a scope of a member of this role."""
        identity = self.gate.admit(f"Bearer {self.token(role, tenant)}")
        return self.scope_for(identity, Cause.API, "req-1", dry_run=dry_run)

    def parts(self, tenant: TenantId) -> tuple[Ledger, Replica, Objects]:
        """Return what serves a tenant."""
        if tenant not in self._parts:
            ledger = MemoryLedger(tenant, self.clock)
            replica = SqliteReplica(self.folder, tenant, ledger)
            self._parts[tenant] = ledger, replica, MemoryObjects(tenant)
        return self._parts[tenant]

    def scope_for(
        self,
        identity: Identity,
        cause: Cause,
        request_id: str,
        *,
        request: RequestMark | None = None,
        dry_run: bool = False,
    ) -> Scope:
        """Return the scope of one request, as the container does."""
        who = Actor(identity.member_id, identity.member_name)
        scope = self._scope(identity.tenant.id, who, Reason(cause, request_id))
        return replace(scope, identity=identity, request=request, dry_run=dry_run)

    def _run(self, tenant: TenantId, job_id: str) -> None:
        why = Reason(Cause.SYSTEM, "req-job", job=job_id)
        self.run_job(self._scope(tenant, Actor("system", "Worker"), why), job_id)

    def _scope(self, tenant: TenantId, actor: Actor, reason: Reason) -> Scope:
        ledger, replica, objects = self.parts(tenant)
        return Scope(
            tenant=tenant,
            actor=actor,
            reason=reason,
            ledger=ledger,
            replica=replica,
            objects=objects,
            now=self.clock,
            queue=self.queue,
            people=lambda: self.access.members(tenant),
            standing=lambda member_id: self.access.standing(tenant, member_id),
            courier=self.courier,
        )
