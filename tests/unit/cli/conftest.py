"""A service that answers what a test tells it, and the command run against it."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from typer.testing import CliRunner

from muster.cli.client import Client
from muster.cli.main import app


@dataclass(frozen=True)
class Asked:
    """One request as the service saw it."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        """The request's JSON."""
        return json.loads(self.content) if self.content else None


@dataclass
class Service:
    """Gives each (method, path) its answers in turn, the last one for ever."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: dict[tuple[str, str], list[tuple[int, Any, dict[str, str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    hang_up: int = 0
    """How many requests to close the connection on."""

    def on(self, method: str, path: str, body: Any, status: int = 200, **headers: str) -> None:
        """Answer with this; called again for one path, the answers come in turn."""
        self.answers[method, path].append((status, body, headers))

    def problem(self, method: str, path: str, status: int, **members: Any) -> None:
        """Answer with problem details."""
        body = {"title": "Refused", "detail": "It was refused.", "status": status, **members}
        self.on(method, path, body, status)

    def answer(self, method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        """Return the next answer."""
        left = self.answers.get((method, path))
        if not left:
            return 404, {"title": "Not found", "detail": f"No {method} {path}", "status": 404}, {}
        return left.pop(0) if len(left) > 1 else left[0]

    def sent(self, method: str, path: str) -> list[Asked]:
        """Return the requests made to a path."""
        return [a for a in self.asked if (a.method, a.path) == (method, path)]


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = unquote(parts.path)
            service.asked.append(Asked(self.command, path, parse_qs(parts.query), headers, content))
            if service.hang_up:
                service.hang_up -= 1
                self.close_connection = True
                return
            status, body, extra = service.answer(self.command, path)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve  # noqa: N815 - http.server's names

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    """Serve on a free port of the loopback."""
    told = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as JSON."""
        return json.loads(self.out)


@dataclass
class Muster:
    """Runs the command as a token of the service."""

    waited: list[float] = field(default_factory=list)
    interrupted: bool = False
    """Whether Ctrl-C is pressed at the first pause."""

    def pause(self, seconds: float) -> None:
        """Note how long the command would wait."""
        if self.interrupted:
            raise KeyboardInterrupt
        self.waited.append(seconds)

    def __call__(self, *arguments: str) -> Result:
        """Run `muster …` in a pipe."""
        result = CliRunner().invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def muster(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Muster:
    """Point the command at the service; its pauses are noted and not waited for."""
    command = Muster()
    monkeypatch.setenv("MUSTER_URL", service.url)
    monkeypatch.setenv("MUSTER_TOKEN", "mst_test")
    monkeypatch.delenv("MUSTER_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("muster.cli.shell.Client", lambda c: Client(c, pause=command.pause))
    return command
