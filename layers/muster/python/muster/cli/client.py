"""The HTTP client: the only module of the command that opens a connection."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from muster.cli.connection import Connection
from muster.cli.exits import CommandError, Exit, refused
from muster.cli.failures import excerpt, foreign, lost
from muster.cli.places import Sent
from muster.ids import new_id

if TYPE_CHECKING:
    from urllib3 import PoolManager
    from urllib3.response import BaseHTTPResponse

_ATTEMPTS = 5
_REFUSALS, _CONFLICT = 400, 409
_AWAY = frozenset({502, 503, 504})
_AGAIN = _AWAY | {429}
_LONGEST_PAUSE_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 0.25
_PAGE = 500
_CHUNK_BYTES = 1 << 18

STDOUT = Path("-")
"""What a command calls its standard output where it takes a file."""


def _pause(seconds: float) -> None:
    # An event, not sleep: Ctrl-C ends it at once on every platform.
    threading.Event().wait(seconds)


@dataclass(frozen=True)
class Answer:
    """What the API answered: a status below 400, the decoded body, headers in lower case."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str | None:
        """Return the ETag, quotes and all, as If-Match takes it."""
        return self.headers.get("etag")


class Client:
    """Speaks to one Muster as one token. Refusals are raised as CommandError.

    GETs, and writes that carry an Idempotency-Key, are sent again up to four times on 429,
    502, 503, 504 and lost connections, after what Retry-After says.
    """

    def __init__(self, connection: Connection, *, pause: Callable[[float], None] = _pause) -> None:
        """`pause` waits for a number of seconds."""
        self.connection = connection
        self.pause = pause

    @cached_property
    def _pool(self) -> PoolManager:
        import urllib3  # kept out of `muster --help`

        return urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=60), retries=False, maxsize=2
        )

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """GET a path such as `/v1/me`; `query` values may be lists, None is left out."""
        return self.send("GET", path, query=query)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        if_match: str | None = None,
        keyed: bool = True,
    ) -> Answer:
        """Send a request with a JSON body. A PATCH is a merge-patch.

        A write that is not `keyed`, since its route takes no Idempotency-Key, is sent only once.
        """
        headers = {}
        if method != "GET" and keyed:
            headers["idempotency-key"] = new_id("job").removeprefix("job_")
        if if_match is not None:
            headers["if-match"] = if_match
        again = method == "GET" or keyed
        return self._spoken(method, path, headers, Sent(body, query or {}), again=again)

    def ask(self, path: str, body: Any) -> Answer:
        """POST a question, which changes nothing: it is sent again as a GET is."""
        return self._spoken("POST", path, {}, Sent(body), again=True)

    def _spoken(
        self, method: str, path: str, headers: Mapping[str, str], sent: Sent, *, again: bool
    ) -> Answer:
        """Send a request as the connection's token; what is refused remembers what was sent."""
        own = {
            "authorization": f"Bearer {self.connection.token}",
            "accept": "application/json",
            "user-agent": "muster-cli",
        }
        content = None
        if sent.body is not None:
            patch = "application/merge-patch+json" if method == "PATCH" else "application/json"
            own["content-type"] = patch
            content = json.dumps(sent.body, ensure_ascii=False).encode()
        url = self.connection.url + path + _query(sent.query)
        try:
            response = self._sent(method, url, {**own, **headers}, lambda: content, again=again)
            return self._answered(response)
        except CommandError as error:
            error.sent = sent
            raise

    def pages(
        self, path: str, query: Mapping[str, Any] | None = None, *, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield a list's pages, following `next_cursor`, until `limit` items (None: all)."""
        asked = dict(query or {})
        left = limit
        while True:
            asked["limit"] = _PAGE if left is None else min(left, _PAGE)
            page = self.get(path, asked).body
            yield page
            asked["cursor"] = page.get("next_cursor")
            asked.pop("count", None)
            if left is not None:
                left -= len(page["items"])
            if not asked["cursor"] or (left is not None and left <= 0):
                return

    def items(
        self, path: str, query: Mapping[str, Any] | None = None, *, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a list's pages."""
        for page in self.pages(path, query, limit=limit):
            yield from page["items"]

    def upload(
        self, url: str, content_type: str, parts: Callable[[], Iterator[bytes]], length: int
    ) -> None:
        """POST a stream of bytes elsewhere, without the token: a presigned upload.

        `parts` gives the bytes anew for each attempt.
        """
        headers = {"content-type": content_type, "content-length": str(length)}
        response = self._sent("POST", url, headers, parts)
        if response.status >= _REFUSALS:
            raise CommandError(
                {
                    "title": "The upload was refused",
                    "detail": f"The file store answered {response.status}:"
                    f" {excerpt(response.data)}",
                    "code": "upload_refused",
                    "status": response.status,
                }
            )

    def download(self, url: str, target: Path) -> int:
        """GET a signed address, without the token, into a file; return how many bytes came.

        The file is there once all of it has come. `STDOUT` takes the bytes as they come.
        """
        import urllib3

        try:
            response = self._pool.request("GET", url, preload_content=False)
            if response.status >= _REFUSALS:
                told = f"The file store answered {response.status}: {excerpt(response.read(2_000))}"
                raise refused("The download was refused", told, code="download_refused")
            chunks = response.stream(_CHUNK_BYTES)
            if target == STDOUT:
                return sum(map(sys.stdout.buffer.write, chunks))
            return _written(chunks, target)
        except urllib3.exceptions.HTTPError as error:
            raise lost(url, error) from error
        except BrokenPipeError:
            raise  # who reads has enough: the command ends quietly
        except OSError as error:
            raise refused("The file can't be written", f"{target}: {error.strerror}.") from error

    def _sent(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Callable[[], bytes | Iterator[bytes] | None],
        *,
        again: bool = True,
    ) -> BaseHTTPResponse:
        import urllib3

        attempts = _ATTEMPTS if again else 1
        for attempt in count(1):
            try:
                response = self._pool.request(method, url, body=content(), headers=dict(headers))
            except urllib3.exceptions.HTTPError as error:
                if attempt == attempts or not _worth_again(error):
                    raise lost(url, error) from error
                self.pause(_backoff(attempt))
                continue
            if attempt == attempts or not _asks_again(response):
                return response
            self.pause(_retry_after(response.headers.get("retry-after"), attempt))
        raise AssertionError  # count never ends

    def _answered(self, response: BaseHTTPResponse) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            body = json.loads(response.data) if response.data else None
        except ValueError:
            body = None
        if response.status < _REFUSALS:
            return Answer(response.status, body, headers)
        if not isinstance(body, dict) or "detail" not in body:
            body = foreign(response, body)
        body.setdefault("status", response.status)
        code = Exit.UNREACHABLE if response.status in _AWAY else Exit.REFUSED
        raise CommandError(body, code)


def segment(text: str) -> str:
    """Return a path's part with everything escaped that could end it."""
    return quote(text, safe="")


def _query(query: Mapping[str, Any]) -> str:
    pairs = [
        (name, "true" if item is True else item)
        for name, value in query.items()
        if value is not None and value is not False
        for item in (value if isinstance(value, list | tuple) else [value])
    ]
    return f"?{urlencode(pairs)}" if pairs else ""


def _backoff(attempt: int) -> float:
    longest: float = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, keeps no secret


def _retry_after(header: str | None, attempt: int) -> float:
    if header and header.strip().isdigit():
        return min(float(header), _LONGEST_PAUSE_SECONDS)
    return _backoff(attempt)


def _asks_again(response: BaseHTTPResponse) -> bool:
    # 409 with Retry-After: the first request with this Idempotency-Key is still being answered.
    in_flight = response.status == _CONFLICT and "retry-after" in response.headers
    return response.status in _AGAIN or in_flight


def _worth_again(error: Exception) -> bool:
    # Nobody listens at that address, or its name is unknown: waiting a second changes nothing.
    import urllib3

    return not isinstance(error, urllib3.exceptions.NewConnectionError)


def _written(chunks: Iterator[bytes], target: Path) -> int:
    """Write a file that is there once all of it has come; return its size."""
    coming = target.with_name(f"{target.name}.part")
    with coming.open("wb") as file:
        size = sum(map(file.write, chunks))
    coming.replace(target)
    return size
