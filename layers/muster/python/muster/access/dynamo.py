"""Tenants, members and tokens in DynamoDB: the only writer of the access table.

| item | pk | sk |
|---|---|---|
| tenant, with its number of admins | `A#<tenant>#` | `TENANT` |
| member | `A#<tenant>#` | `M#<member>` |
| e-mail address of a member | `A#<tenant>#` | `E#<address>` |
| token of a tenant, by name only | `A#<tenant>#` | `K#<token>` |
| token, found before its tenant is known | `K#<token>` | `K` |
| tenant in the operators' list | `TENANTS` | `<tenant>` |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from muster.access import wire
from muster.access.model import Member, Role, Tenant, TenantId, Token
from muster.access.port import Standing
from muster.access.refusals import (
    EmailTakenError,
    LastAdminError,
    MemberChangedError,
    TenantExistsError,
)
from muster.errors import MusterError
from muster.text import fold

_ABSENT = "attribute_not_exists(pk)"
_PRESENT = "attribute_exists(pk)"
_TOKENS_A_TIME = 40

type _Step = tuple[dict[str, Any], MusterError]
"""An action of a transaction, and the error that its failed condition amounts to."""


class DynamoAccess:
    """The store in DynamoDB, under the contract of `muster.access.port.Access`."""

    def __init__(self, client: Any, table: str) -> None:
        """`client` is a low-level DynamoDB client."""
        self._client = client
        self._table = table

    def add_tenant(self, tenant: Tenant, admin: Member) -> None:
        """Store a new tenant and its first member together."""
        exists = TenantExistsError(f"There is a tenant {tenant.id} already.")
        head = {**wire.tenant_item(tenant), "admins": {"N": "1"}}
        self._transact(
            [
                (self._put({**_tenant_key(tenant.id), **head}, _ABSENT), exists),
                (self._put(_key("TENANTS", tenant.id)), exists),
                (self._put({**_member_key(admin), **wire.member_item(admin)}), exists),
                (self._put({**_email_key(admin), "holder": {"S": admin.id}}), exists),
            ]
        )

    def tenant(self, tenant_id: TenantId) -> Tenant | None:
        """Return a tenant."""
        item = self._get(_tenant_key(tenant_id))
        return wire.tenant(item) if item else None

    def tenants(self) -> Sequence[Tenant]:
        """Return all tenants."""
        ids = [item["sk"]["S"] for item in self._query("TENANTS", "")]
        return [tenant for tenant in map(self.tenant, ids) if tenant is not None]

    def standing(self, tenant_id: TenantId, member_id: str) -> Standing | None:
        """Return the tenant and one of its members, in one call."""
        member_key = _key(f"A#{tenant_id}#", f"M#{member_id}")
        found = self._get_many([_tenant_key(tenant_id), member_key])
        items = {item["sk"]["S"]: item for item in found}
        tenant, member = items.get("TENANT"), items.get(f"M#{member_id}")
        if tenant is None or member is None:
            return None
        return Standing(wire.tenant(tenant), wire.member(member))

    def members(self, tenant_id: TenantId) -> Sequence[Member]:
        """Return a tenant's members, by id."""
        return [wire.member(item) for item in self._query(f"A#{tenant_id}#", "M#")]

    def put_member(self, member: Member, before: Member | None) -> None:
        """Store a new or changed member."""
        steps: list[_Step] = [
            (
                self._put(
                    {**_member_key(member), **wire.member_item(member)},
                    _unchanged(before),
                    _version_values(before),
                ),
                MemberChangedError("The member was changed since you read it."),
            )
        ]
        if before is None or fold(before.email) != fold(member.email):
            taken = EmailTakenError(f"{member.email} is another member's address.")
            mark = {**_email_key(member), "holder": {"S": member.id}}
            steps.append((self._put(mark, _ABSENT), taken))
            if before is not None:
                steps.append((self._remove(_email_key(before)), taken))
        self._transact([*steps, *self._admin_step(before, member)])

    def delete_member(self, member: Member) -> None:
        """Remove a member and all its tokens; the tokens go first, so that none outlives it."""
        for token in self.tokens(member.tenant):
            if token.member_id == member.id:
                self.delete_token(token)
        changed = MemberChangedError("The member was changed since you read it.")
        key = _member_key(member)
        self._transact(
            [
                (self._remove(key, _unchanged(member), _version_values(member)), changed),
                (self._remove(_email_key(member)), changed),
                *self._admin_step(member, None),
            ]
        )

    def put_token(self, token: Token) -> None:
        """Store a new token, by id and in its tenant's list."""
        taken = MemberChangedError("The token exists already.")
        ttl = {"ttl": {"N": str(int(token.expires_at.timestamp()) + 30 * 86_400)}}
        item = {**_key(f"K#{token.id}", "K"), **wire.token_item(token), **ttl}
        listed = {**_key(f"A#{token.tenant}#", f"K#{token.id}"), **ttl}
        self._transact([(self._put(item, _ABSENT), taken), (self._put(listed, _ABSENT), taken)])

    def token(self, token_id: str) -> Token | None:
        """Return a token by id, whichever tenant's."""
        item = self._get(_key(f"K#{token_id}", "K"))
        return wire.token(token_id, item) if item else None

    def tokens(self, tenant_id: TenantId) -> Sequence[Token]:
        """Return a tenant's tokens, by id."""
        ids = [item["sk"]["S"][2:] for item in self._query(f"A#{tenant_id}#", "K#")]
        found: list[Token] = []
        for start in range(0, len(ids), _TOKENS_A_TIME):
            keys = [_key(f"K#{token_id}", "K") for token_id in ids[start : start + _TOKENS_A_TIME]]
            found += [wire.token(item["pk"]["S"][2:], item) for item in self._get_many(keys)]
        return sorted(found, key=lambda token: token.id)

    def delete_token(self, token: Token) -> None:
        """Revoke a token."""
        gone = MemberChangedError("The token is gone.")
        by_id, listed = _key(f"K#{token.id}", "K"), _key(f"A#{token.tenant}#", f"K#{token.id}")
        self._transact([(self._remove(by_id), gone), (self._remove(listed), gone)])

    def touch_token(self, token: Token, used_at: datetime) -> None:
        """Keep when a token was last used; a token that is gone stays gone."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(f"K#{token.id}", "K"),
                UpdateExpression="SET last_used = :at",
                ConditionExpression=_PRESENT,
                ExpressionAttributeValues={":at": {"S": used_at.astimezone(UTC).isoformat()}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _admin_step(self, before: Member | None, after: Member | None) -> list[_Step]:
        was = before is not None and before.role is Role.ADMIN
        becomes = after is not None and after.role is Role.ADMIN
        subject = after or before
        if was == becomes or subject is None:
            return []
        update = {
            "TableName": self._table,
            "Key": _tenant_key(subject.tenant),
            "UpdateExpression": "ADD admins :step",
            "ConditionExpression": "admins > :least" if was else _PRESENT,
            "ExpressionAttributeValues": {":step": {"N": "-1"}, ":least": {"N": "1"}}
            if was
            else {":step": {"N": "1"}},
        }
        last = LastAdminError(f"{subject.name} is the only admin: make somebody else one first.")
        return [({"Update": update}, last)]

    def _put(
        self,
        item: Mapping[str, Any],
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return {"Put": self._conditional({"Item": item}, condition, values)}

    def _remove(
        self,
        key: Mapping[str, Any],
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return {"Delete": self._conditional({"Key": key}, condition, values)}

    def _conditional(
        self, request: dict[str, Any], condition: str | None, values: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        request["TableName"] = self._table
        if condition:
            request["ConditionExpression"] = condition
        if values:
            request["ExpressionAttributeValues"] = values
        return request

    def _transact(self, steps: Sequence[_Step]) -> None:
        """Carry out all steps or none; raises the error of the first whose condition failed."""
        try:
            self._client.transact_write_items(TransactItems=[step for step, _ in steps])
        except self._client.exceptions.TransactionCanceledException as cancelled:
            reasons = cancelled.response["CancellationReasons"]
            for (_, error), reason in zip(steps, reasons, strict=True):
                if reason["Code"] == "ConditionalCheckFailed":
                    raise error from cancelled
            raise

    def _get(self, key: Mapping[str, Any]) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _get_many(self, keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        wanted = {self._table: {"Keys": list(keys), "ConsistentRead": True}} if keys else {}
        found: list[dict[str, Any]] = []
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            found += answer["Responses"].get(self._table, [])
            wanted = answer.get("UnprocessedKeys") or {}
        return found

    def _query(self, partition: str, prefix: str) -> Iterator[dict[str, Any]]:
        values = {":pk": {"S": partition}}
        condition = "pk = :pk"
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        request = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        for page in self._client.get_paginator("query").paginate(**request):
            yield from page["Items"]


def _key(partition: str, sort: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def _tenant_key(tenant_id: TenantId) -> dict[str, Any]:
    return _key(f"A#{tenant_id}#", "TENANT")


def _member_key(member: Member) -> dict[str, Any]:
    return _key(f"A#{member.tenant}#", f"M#{member.id}")


def _email_key(member: Member) -> dict[str, Any]:
    return _key(f"A#{member.tenant}#", f"E#{fold(member.email)}")


def _unchanged(before: Member | None) -> str:
    return "version = :version" if before else _ABSENT


def _version_values(before: Member | None) -> dict[str, Any] | None:
    return {":version": {"N": str(before.version)}} if before else None
