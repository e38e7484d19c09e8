"""One emulator for the whole run, with the packaged template deployed to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.deploy import deploy
from infra.local.emulator import Emulator
from infra.local.first import ensure_first_token, local_settings, write_shell_file
from infra.local.place import Place
from infra.package import build
from tests.stack.running import Stack, free_port


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start the emulator once, and deploy what `make run` deploys."""
    home = tmp_path_factory.mktemp("stack")
    place = Place(home, free_port(), autosave_seconds=0)
    with Emulator(place):
        with pytest.MonkeyPatch.context() as patch:
            lead_to(place, patch)
            deploy(place, build(home / "package"))
            token = ensure_first_token(place)
        write_shell_file(place, token)
        yield Stack(place, token, local_settings(place))


@pytest.fixture(autouse=True)
def _lead_aws_to_the_stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead AWS clients to the emulator, in tests that use the stack and no longer than they run."""
    if "stack" in request.fixturenames:
        lead_to(request.getfixturevalue("stack").place, monkeypatch)


def lead_to(place: Place, patch: pytest.MonkeyPatch) -> None:
    for name, value in place.aws_environment().items():
        patch.setenv(name, value)
    patch.delenv("AWS_PROFILE", raising=False)
