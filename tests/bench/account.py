"""DynamoDB, S3 and SQS without a network: requests are answered where they would be sent.

Everything up to the socket is real: serialisation, signing, parsing. What the stand-in itself costs
is measured, so that it can be taken off.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import botocore.handlers
from botocore.awsrequest import AWSResponse, HeadersDict

from tests.bench.tables import Answer, Tables


@dataclass(frozen=True)
class AwsCall:
    """One call as it would have gone over the network."""

    operation: str
    request_bytes: int
    response_bytes: int
    read_units: float = 0.0
    write_units: float = 0.0


@dataclass
class Spent:
    """CPU seconds, by what they were spent on."""

    stand_in: float = 0.0
    aws_sdk: float = 0.0
    """boto3 and botocore around the calls, the stand-in left out."""


@dataclass
class Account:
    """An AWS account in memory, with a list of the calls made to it."""

    tables: Tables = field(default_factory=Tables)
    objects: dict[str, bytes] = field(default_factory=dict)
    """By `bucket/key`."""
    messages: list[str] = field(default_factory=list)
    calls: list[AwsCall] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    _began: float = 0.0
    _stand_in_before: float = 0.0

    @contextmanager
    def installed(self) -> Iterator[Account]:
        """Answer every client that is made from now on."""
        ours: list[tuple[str, Callable[..., Any]]] = [
            ("provide-client-params", self._begin),
            ("before-send", self._send),
            ("after-call", self._end),
        ]
        botocore.handlers.BUILTIN_HANDLERS.extend(ours)
        try:
            yield self
        finally:
            for handler in ours:
                botocore.handlers.BUILTIN_HANDLERS.remove(handler)

    def take_calls(self) -> list[AwsCall]:
        """Return the calls since the last time, and forget them."""
        calls, self.calls = self.calls, []
        return calls

    def take_messages(self) -> list[str]:
        """Return the messages that wait in the queue, and empty it."""
        messages, self.messages = self.messages, []
        return messages

    def _begin(self, **_: Any) -> None:
        self._began, self._stand_in_before = time.process_time(), self.spent.stand_in

    def _end(self, **_: Any) -> None:
        inside = self.spent.stand_in - self._stand_in_before
        self.spent.aws_sdk += time.process_time() - self._began - inside

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        began = time.process_time()
        target = request.headers.get("X-Amz-Target")
        answer = self._object(request) if target is None else self._json(_text(target), request)
        self.spent.stand_in += time.process_time() - began
        return answer

    def _json(self, target: str, request: Any) -> AWSResponse:
        operation, asked = target.rpartition(".")[2], json.loads(request.body)
        if operation == "SendMessage":
            self.messages.append(asked["MessageBody"])
            answer = Answer({"MessageId": "m", "SequenceNumber": "1"})
        else:
            answer = self.tables.answer(operation, asked)
        content = json.dumps(answer.body).encode()
        self.calls.append(
            AwsCall(
                operation,
                len(request.body),
                len(content),
                answer.read_units,
                answer.write_units,
            )
        )
        return _response(request.url, answer.status, content)

    def _object(self, request: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        name = f"{parts.netloc.partition('.s3')[0]}{unquote(parts.path)}"
        query = parse_qs(parts.query)
        operation, content, sent, status = f"{request.method} object", b"", 0, 200
        if request.method == "PUT":
            self.objects[name] = _uploaded(request)
            sent = len(self.objects[name])
        elif request.method == "DELETE":
            status = 204
            self.objects.pop(name, None)
        elif "list-type" in query:
            operation, content = "LIST objects", self._listing(name, query.get("prefix", [""])[0])
        elif name in self.objects:
            content = self.objects[name]
        else:
            status = 404
        self.calls.append(AwsCall(operation, sent, len(content)))
        return _response(request.url, status, content, empty=request.method == "HEAD")

    def _listing(self, bucket: str, prefix: str) -> bytes:
        keys = (n.removeprefix(bucket) for n in sorted(self.objects) if n.startswith(bucket))
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key></Contents>"
            for key in keys
            if key.startswith(prefix)
        )
        return (
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()
        )


class _Raw(io.BytesIO):
    """What urllib3's response is to botocore."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the content."""
        yield self.read()


def _response(url: str, status: int, content: bytes, *, empty: bool = False) -> AWSResponse:
    told = {
        "content-length": str(len(content)),
        "last-modified": "Tue, 24 Nov 2026 12:00:00 GMT",
    }
    headers: Any = HeadersDict(told)
    return AWSResponse(url, status, headers, _Raw(b"" if empty else content))


def _uploaded(request: Any) -> bytes:
    body = request.body
    content: bytes = body if isinstance(body, bytes) else body.read()
    return _unchunked(content) if _is_chunked(request.headers) else content


def _is_chunked(headers: Any) -> bool:
    return "aws-chunked" in _text(headers.get("Content-Encoding", ""))


def _unchunked(content: bytes) -> bytes:
    # Size in hexadecimal, CRLF, so many bytes, CRLF; a size of 0 ends it, a checksum follows.
    found: list[bytes] = []
    at = 0
    while True:
        line = content.index(b"\r\n", at)
        size = int(content[at:line].split(b";")[0], 16)
        if not size:
            return b"".join(found)
        found.append(content[line + 2 : line + 2 + size])
        at = line + 4 + size


def _text(header: Any) -> str:
    return header.decode() if isinstance(header, bytes) else str(header)
