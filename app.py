"""The API's Lambda function: builds the Chalice app; no logic."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

_LAYER = Path(__file__).parent / "layers" / "muster" / "python"
if _LAYER.is_dir():  # on Lambda the layer lies in /opt/python, which is on the path already
    sys.path.insert(0, str(_LAYER))

gc.disable()  # what importing makes stays: looking for garbage in it is a tenth of a cold start

from muster.container import Container  # noqa: E402 - the layer's path comes first
from muster.http.application import build_api  # noqa: E402
from muster.settings import Settings  # noqa: E402

app = build_api(lambda: Container(Settings.from_environment(os.environ)))

gc.freeze()
gc.enable()
