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
    home = tmp_path_factory.mktemp("stack")
    place = Place(home, free_port(), autosave_seconds=0)
    with Emulator(place), pytest.MonkeyPatch.context() as patch:
        for name, value in place.aws_environment().items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        deploy(place, build(home / "package"))
        token = ensure_first_token(place)
        write_shell_file(place, token)
        yield Stack(place, token, local_settings(place))
