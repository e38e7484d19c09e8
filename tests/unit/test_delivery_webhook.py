"""Webhooks leave for addresses that were looked at, once, and never for long."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from muster.delivery.webhook import Webhooks, is_public, url_refusal

HOOK = "https://hooks.example/in?a=b"


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what comes, and answers what its server is told to."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        server: Any = self.server
        server.seen.append((self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def receiver(status: int = 200) -> Iterator[Any]:
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.seen, server.status = [], status
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def resolving(*addresses: str) -> Callable[..., Any]:
    """Return what resolves every name to these addresses."""
    return lambda _host, port, **_: [(0, 0, 0, "", (each, port)) for each in addresses]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https:///in",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://user@hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nX: y",
        "https://hoöks.example/",
        "https://[::1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "javascript:alert(1)",
        "",
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    assert url_refusal(url, private=False)
    assert not Webhooks().post(url, {}, b"").delivered


def test_private_addresses_are_taken_where_the_stack_says_so() -> None:
    for url in ("http://127.0.0.1:8080/in", "http://hooks.local/", "https://10.0.0.1/"):
        assert url_refusal(url, private=True) is None
    assert url_refusal(HOOK, private=False) is None


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - it is refused
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("ff0e::1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:a9fe:a9fe::", False),
    ],
)
def test_only_the_public_internet_is_public(address: str, public: bool) -> None:
    """Also where one address stands for another."""
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["fe80::1%1"]])
def test_a_name_that_leads_inside_is_not_followed(addresses: list[str]) -> None:
    """One bad address among good ones is enough; nothing is connected to."""
    sent = Webhooks(resolve=resolving(*addresses)).post(HOOK, {}, b"")

    assert (sent.delivered, sent.again) == (False, True)
    assert "public" in sent.detail


def test_an_unknown_name_may_be_known_later() -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    assert Webhooks(resolve=resolve).post(HOOK, {}, b"").again


def test_it_goes_to_the_address_that_was_looked_at() -> None:
    """The name is asked for once; the receiver is told the name all the same."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        return resolving("127.0.0.1")(host, port)

    with receiver() as server:
        url = f"http://hooks.example:{server.server_port}/in?a=b"
        sent = Webhooks(private=True, resolve=resolve).post(url, {"X-A": "b"}, b"body")

    [(path, headers, body)] = server.seen
    assert (sent.delivered, sent.detail) == (True, "200")
    assert (path, body, headers["X-A"]) == ("/in?a=b", b"body", "b")
    assert headers["Host"] == f"hooks.example:{server.server_port}"
    assert asked == ["hooks.example"]


@pytest.mark.parametrize(
    ("status", "delivered", "again"),
    [
        (204, True, False),
        (302, False, False),
        (404, False, False),
        (429, False, True),
        (500, False, True),
        (503, False, True),
    ],
)
def test_the_answer_says_whether_it_is_worth_another_try(
    status: int,
    delivered: bool,
    again: bool,
) -> None:
    """And redirects are not followed."""
    with receiver(status) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        sent = Webhooks(private=True).post(url, {}, b"")

    assert (sent.delivered, sent.again) == (delivered, again)
    assert len(server.seen) == 1


@pytest.mark.parametrize("drip", [b"", b"H"])
def test_who_answers_slowly_or_never_is_hung_up_on(drip: bytes) -> None:
    """A letter a moment keeps no connection open beyond its time."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        taken, _ = listener.accept()
        with taken:
            while not over.wait(0.05):
                try:
                    taken.sendall(drip)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    began = time.monotonic()

    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    sent = Webhooks(private=True, seconds=0.4).post(url, {}, b"")

    over.set()
    thread.join()
    listener.close()
    assert (sent.delivered, sent.again) == (False, True)
    assert time.monotonic() - began < 5


def test_nobody_there_may_be_there_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert Webhooks(private=True).post(f"http://127.0.0.1:{port}/", {}, b"").again


def test_a_certificate_that_nobody_trusts_is_refused() -> None:
    """Who does not speak TLS at all is refused as well."""
    with receiver() as server:
        url = f"https://127.0.0.1:{server.server_port}/"
        sent = Webhooks(private=True, seconds=2).post(url, {}, b"secret")

    assert not sent.delivered
    assert server.seen == []


def test_headers_of_a_webhook_can_not_be_split() -> None:
    headers: Mapping[str, str] = {"X-A": "b\r\nX-B: c"}
    with receiver() as server:
        sent = Webhooks(private=True).post(f"http://127.0.0.1:{server.server_port}/", headers, b"")

    assert not sent.delivered
    assert server.seen == []
