"""What is stored of a tenant comes back, and what older versions stored is still understood."""

from __future__ import annotations

from datetime import UTC, datetime

from muster.access.model import Limits, Tenant
from muster.access.wire import tenant, tenant_item


def test_a_tenant_comes_back_with_its_limits() -> None:
    limits = Limits(assets=5, members=2, import_bytes=1_000, file_bytes=2_000)
    made = Tenant(
        "acme", "Acme", "eu-central-1", limits, b"k" * 32, datetime(2026, 5, 1, tzinfo=UTC)
    )

    assert tenant(tenant_item(made)) == made


def test_a_tenant_from_before_there_were_files_has_the_default() -> None:
    made = Tenant(
        "acme", "Acme", "eu-central-1", Limits(), b"k" * 32, datetime(2026, 5, 1, tzinfo=UTC)
    )
    old = {name: value for name, value in tenant_item(made).items() if name != "max_file_bytes"}

    assert tenant(old).limits.file_bytes == Limits().file_bytes
