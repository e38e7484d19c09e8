"""Sends webhooks: to addresses that it has looked at, and to no others.

A name is resolved once, every address of it is checked, and the connection goes to a checked
address, so that a name can't lead somewhere else between the check and the connection.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from muster.delivery.port import Sent

MAX_SECONDS = 10
_LONGEST_URL = 2_000
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_BITS = 0xFFFF_FFFF
_OK, _REDIRECT, _REFUSED, _SERVER = 200, 300, 400, 500
_TIMEOUT, _EARLY, _MANY = 408, 425, 429

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Resolve = Callable[..., Sequence[tuple[Any, ...]]]


class _NotSentError(Exception):
    """The webhook did not leave: the message says why; it is for people."""


def url_refusal(url: str, *, private: bool) -> str | None:
    """Return why a text can't be a webhook's address, or None.

    With `private`, http and addresses of private networks are taken as well.
    """
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return f"An address has at most {_LONGEST_URL} characters, all of them ASCII, no blanks."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is no address. Write one such as https://example.com/hook."
    if not parts.hostname or port == 0:
        return "The address names no host. Write one such as https://example.com/hook."
    return _parts_refusal(parts, parts.hostname, private=private)


def _parts_refusal(parts: SplitResult, host: str, *, private: bool) -> str | None:
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        return "A webhook's address begins with https://."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "A webhook's address has neither a user, nor a password, nor a fragment."
    literal = _literal(host)
    if literal is not None and not private and not is_public(literal):
        return "This is no address of the public Internet."
    return None


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public Internet, also where it stands for another."""
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if within is None and address in _NAT64:
            within = ipaddress.IPv4Address(int(address) & _IPV4_BITS)
        if within is not None:
            return is_public(within)
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True)
class Webhooks:
    """Sends webhooks. `private`: also over http, and into private networks."""

    private: bool = False
    resolve: Resolve = socket.getaddrinfo
    seconds: float = MAX_SECONDS

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Send a webhook once; nothing is read of the answer but its status."""
        refusal = url_refusal(url, private=self.private)
        if refusal is not None:
            return Sent(delivered=False, detail=refusal)
        parts = urlsplit(url)
        try:
            address = self._address(parts)
        except _NotSentError as error:
            return Sent(delivered=False, detail=str(error), again=True)
        try:
            return _judged(self._status(parts, address, headers, body))
        except ssl.SSLCertVerificationError:
            return Sent(delivered=False, detail="its certificate is not trusted", again=True)
        except (OSError, http.client.HTTPException, ValueError):
            detail = f"no answer within {self.seconds:g} seconds"
            return Sent(delivered=False, detail=detail, again=True)

    def _address(self, parts: SplitResult) -> str:
        """Return an address of the host; raises _NotSentError when one of them is not public."""
        port = parts.port or _PORTS[parts.scheme]
        try:
            found = self.resolve(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _NotSentError("its host is unknown") from error
        addresses = [str(each[4][0]) for each in found]
        for each in addresses:
            if not self.private and not is_public(ipaddress.ip_address(each.partition("%")[0])):
                raise _NotSentError("its host is not in the public Internet")
        if not addresses:
            raise _NotSentError("its host is unknown")
        return addresses[0]

    def _status(
        self, parts: SplitResult, address: str, headers: Mapping[str, str], body: bytes
    ) -> int:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with self._connected(parts, address) as opened:
            connection = http.client.HTTPConnection(host, port)
            connection.sock = opened
            name = f"[{host}]" if ":" in host else host
            at = name if parts.port is None else f"{name}:{port}"
            connection.request("POST", target, body, {"Host": at, **headers})
            return connection.getresponse().status

    @contextmanager
    def _connected(self, parts: SplitResult, address: str) -> Iterator[socket.socket]:
        """Connect to a checked address; when the time is over, all reading and writing ends."""
        port = parts.port or _PORTS[parts.scheme]
        plain = socket.create_connection((address, port), timeout=self.seconds)
        # A second name for the connection: TLS takes the first one over.
        spare = plain.dup()
        timer = threading.Timer(self.seconds, _cut, [spare])
        timer.daemon = True
        timer.start()
        opened = plain
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context()
                opened = context.wrap_socket(plain, server_hostname=parts.hostname)
            yield opened
        finally:
            timer.cancel()
            for each in (opened, plain, spare):
                each.close()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _judged(status: int) -> Sent:
    if _OK <= status < _REDIRECT:
        return Sent(delivered=True, detail=str(status))
    if _REDIRECT <= status < _REFUSED:
        detail = f"{status}: it leads elsewhere, and redirects are not followed"
        return Sent(delivered=False, detail=detail)
    again = status >= _SERVER or status in {_TIMEOUT, _EARLY, _MANY}
    return Sent(delivered=False, detail=str(status), again=again)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
