"""Tokens: their text, and who they let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.access.gate import REMEMBERED, Gate
from muster.access.memory import MemoryAccess
from muster.access.model import Permission, Role
from muster.access.refusals import (
    InvalidAccessError,
    NoTokenError,
    TokenInvalidError,
    TokenNotFoundError,
)
from muster.access.secret import new_secret, parse_token, token_text
from muster.access.service import (
    MemberChange,
    add_member,
    change_member,
    create_own_token,
    create_tenant,
    create_token,
    list_tokens,
    read_token,
    revoke_token,
)
from muster.ids import new_id


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Setting:
    """A tenant with an admin, an editor and the editor's token."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.access = MemoryAccess()
        self.tenant, self.admin = create_tenant(
            self.access,
            "acme",
            name="Acme",
            region="eu-central-1",
            admin=("Ada", "ada@acme.example"),
            clock=self.clock,
        )
        self.editor = add_member(
            self.access,
            self.tenant,
            name="Ed",
            email="ed@acme.example",
            role=Role.EDITOR,
            clock=self.clock,
        )
        self.made = create_token(self.access, self.editor, name="laptop", clock=self.clock)
        self.gate = Gate(self.access, self.clock)

    def admit(self, text: str | None = None) -> frozenset[Permission]:
        return self.gate.admit(f"Bearer {text or self.made.text}").permissions


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_a_token_text_is_parsed_back() -> None:
    token_id, secret = new_id("token"), new_secret()

    parsed = parse_token(token_text(token_id, secret))

    assert parsed is not None
    assert (parsed.token_id, parsed.secret) == (token_id, secret)


@given(st.data())
def test_any_single_typing_error_is_noticed(data: st.DataObject) -> None:
    """CRC-32 finds every change of one character, so that no look-up is spent on it."""
    text = token_text("tok_01KB0000000000000000000000", "A" * 43)
    position = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[position]))

    assert parse_token(text[:position] + wrong + text[position + 1 :]) is None


@given(st.text(max_size=120))
def test_no_text_crashes_the_parser(text: str) -> None:
    assert parse_token(text) is None


def test_a_token_lets_its_member_in_with_the_role_s_rights(setting: Setting) -> None:
    identity = setting.gate.admit(f"Bearer {setting.made.text}")

    assert identity.member_id == setting.editor.id
    assert Permission.ASSET_WRITE in identity.permissions
    assert Permission.MEMBER_WRITE not in identity.permissions


@pytest.mark.parametrize("header", [None, ""])
def test_no_header_is_told_apart_from_a_wrong_one(setting: Setting, header: str | None) -> None:
    with pytest.raises(NoTokenError):
        setting.gate.admit(header)


@pytest.mark.parametrize("scheme", ["Basic", "bearer:", "Token"])
def test_other_schemes_are_refused(setting: Setting, scheme: str) -> None:
    with pytest.raises(TokenInvalidError):
        setting.gate.admit(f"{scheme} {setting.made.text}")


def test_a_right_id_with_a_wrong_secret_is_refused(setting: Setting) -> None:
    with pytest.raises(TokenInvalidError):
        setting.admit(token_text(setting.made.token.id, new_secret()))


def test_an_expired_token_is_refused_even_while_it_is_remembered(setting: Setting) -> None:
    setting.clock.now = setting.made.token.expires_at - timedelta(seconds=5)
    setting.admit()
    setting.clock.now += timedelta(seconds=5)

    with pytest.raises(TokenInvalidError):
        setting.admit()


def test_a_revoked_token_is_refused_at_once_here_and_soon_elsewhere(setting: Setting) -> None:
    elsewhere = Gate(setting.access, setting.clock)
    admin = create_token(setting.access, setting.admin, name="admin", clock=setting.clock)
    identity = setting.gate.admit(f"Bearer {admin.text}")
    setting.admit()
    elsewhere.admit(f"Bearer {setting.made.text}")

    revoke_token(setting.access, identity, setting.made.token.id)
    setting.gate.forget(token_id=setting.made.token.id)

    with pytest.raises(TokenInvalidError):
        setting.admit()
    setting.clock.now += REMEMBERED
    with pytest.raises(TokenInvalidError):
        elsewhere.admit(f"Bearer {setting.made.text}")


def test_a_demoted_member_s_token_loses_the_rights(setting: Setting) -> None:
    setting.admit()
    change_member(setting.access, "acme", setting.editor.id, change=MemberChange(role=Role.VIEWER))
    setting.gate.forget(member_id=setting.editor.id)

    assert Permission.ASSET_WRITE not in setting.admit()


def test_scopes_narrow_a_role(setting: Setting) -> None:
    made = create_token(
        setting.access,
        setting.admin,
        name="reader",
        clock=setting.clock,
        scopes=[Permission.ASSET_READ],
    )

    assert setting.admit(made.text) == {Permission.ASSET_READ}


def test_a_token_can_t_make_one_that_may_more(setting: Setting) -> None:
    narrow = create_token(
        setting.access,
        setting.admin,
        name="narrow",
        clock=setting.clock,
        scopes=[Permission.TOKEN_SELF],
    )
    identity = setting.gate.admit(f"Bearer {narrow.text}")

    with pytest.raises(InvalidAccessError) as refused:
        create_own_token(
            setting.access,
            identity,
            name="wide",
            clock=setting.clock,
            scopes=[Permission.ASSET_READ],
        )

    assert refused.value.errors[0].pointer == "/scopes"


def test_last_use_is_written_once_an_hour(setting: Setting) -> None:
    setting.admit()
    first = setting.access.token(setting.made.token.id)
    setting.clock.now += timedelta(minutes=59)
    setting.admit()
    second = setting.access.token(setting.made.token.id)
    setting.clock.now += timedelta(minutes=1)
    setting.admit()
    third = setting.access.token(setting.made.token.id)

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.last_used_at == second.last_used_at
    assert third.last_used_at == setting.clock.now


def test_members_see_their_own_tokens_and_admins_all(setting: Setting) -> None:
    admin = create_token(setting.access, setting.admin, name="admin", clock=setting.clock)
    as_editor = setting.gate.admit(f"Bearer {setting.made.text}")
    as_admin = setting.gate.admit(f"Bearer {admin.text}")

    assert [token.id for token in list_tokens(setting.access, as_editor)] == [setting.made.token.id]
    assert len(list_tokens(setting.access, as_admin)) == 2
    with pytest.raises(TokenNotFoundError):
        read_token(setting.access, as_editor, admin.token.id)


@pytest.mark.parametrize(
    "tenant_id", ["a", "-acme", "acme-", "Acme", "ac#me", "a" * 41, "äcme", "ac me", "acme\n"]
)
def test_a_tenant_id_keeps_its_alphabet(tenant_id: str) -> None:
    with pytest.raises(InvalidAccessError) as refused:
        create_tenant(
            MemoryAccess(),
            tenant_id,
            name="Acme",
            region="eu-central-1",
            admin=("Ada", "ada@acme.example"),
            clock=Clock(),
        )

    assert refused.value.errors[0].pointer == "/id"
