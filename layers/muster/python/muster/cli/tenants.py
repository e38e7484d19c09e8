"""`muster tenant create`: the first tenant, made with AWS credentials and never over HTTP."""

from __future__ import annotations

from muster.cli.shell import group

tenants = group("Make tenants, with the AWS credentials of whoever runs Muster.")
