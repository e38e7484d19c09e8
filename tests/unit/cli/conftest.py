"""A service that answers what a test tells it, and the command run against it."""

from __future__ import annotations

import json
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from typer.testing import CliRunner

from muster.cli.client import Client
from muster.cli.main import app
from muster.observe.log import logger
from tests.support import Stand, api_event


@dataclass(frozen=True)
class Asked:
    """One request as the service saw it."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters."""
        return parse_qs(urlsplit(self.target).query)

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

    def reply(self, asked: Asked) -> Reply | None:
        """Note the request and answer it."""
        self.asked.append(asked)
        if self.hang_up:
            self.hang_up -= 1
            return None
        status, body, extra = self.answer(asked.method, asked.path)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return status, data, {name.replace("_", "-"): value for name, value in extra.items()}

    def answer(self, method: str, path: str) -> tuple[int, Any, dict[str, str]]:
        """Return the next answer."""
        left = self.answers.get((method, path))
        if not left:
            return 404, {"title": "Not found", "detail": f"No {method} {path}", "status": 404}, {}
        return left.pop(0) if len(left) > 1 else left[0]

    def sent(self, method: str, path: str) -> list[Asked]:
        """Return the requests made to a path."""
        return [a for a in self.asked if (a.method, a.path) == (method, path)]


type Reply = tuple[int, bytes, Mapping[str, str]]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a command that hung up: a test interrupts it."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(reply: Callable[[Asked], Reply | None]) -> Iterator[str]:
    """Serve on a free port of the loopback and give the address; no reply closes the connection."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = reply(Asked(self.command, self.path, headers, content))
            if found is None:
                self.close_connection = True
                return
            status, data, extra = found
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve  # noqa: N815 - http.server's names

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    """Serve what a test tells."""
    told = Service()
    with served(told.reply) as url:
        told.url = url
        yield told


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
    return point(monkeypatch, tmp_path, service.url, "mst_test")


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """Make a whole Muster in memory."""
    logger()  # made here, it writes to pytest's stdout and not to a command's
    return Stand(tmp_path)


@pytest.fixture
def real(stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Muster]:
    """Point the command at the application itself, behind a small API Gateway."""
    one_at_a_time = threading.Lock()

    def reply(asked: Asked) -> Reply:
        event = api_event(stand.api, asked.method, asked.target, asked.content.decode() or None)
        event["headers"] = dict(asked.headers)
        event["multiValueHeaders"] = {name: [value] for name, value in asked.headers.items()}
        with one_at_a_time:
            answer = stand.api(event, None)
        return answer["statusCode"], answer["body"].encode(), answer["headers"]

    with served(reply) as url:
        yield point(monkeypatch, tmp_path, url, stand.token())


def point(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, token: str) -> Muster:
    """Return the command as a token of the Muster at an address."""
    command = Muster()
    monkeypatch.setenv("MUSTER_URL", url)
    monkeypatch.setenv("MUSTER_TOKEN", token)
    monkeypatch.delenv("MUSTER_HOME", raising=False)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("muster.cli.shell.Client", lambda c: Client(c, pause=command.pause))
    return command
