"""The API's Lambda function: builds the Chalice app; no logic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from chalice.app import Chalice, Response

_LAYER = Path(__file__).parent / "layers" / "muster" / "python"
if _LAYER.is_dir():  # on Lambda the layer lies in /opt/python, which is on the path already
    sys.path.insert(0, str(_LAYER))

app = Chalice(app_name="muster", configure_logs=False)


@app.route("/v1/health", methods=["GET"])
def read_health() -> Response:
    """Say that the API answers."""
    body: dict[str, Any] = {"status": "ok"}
    return Response(body=body, status_code=200)
