"""A process that writes to a tenant's ledger: `ledger_writer.py TENANT WORKER COUNT`.

It makes COUNT commits; each counts one of the shared counters up, makes a record with the next
number of a sequence, and at times tries to take a value that every worker tries to take. It prints
one line of JSON for each commit when the ledger has said that it is in.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import boto3
from botocore.config import Config

from muster.ledger.dynamo import DynamoLedger
from muster.ledger.guard import bind_tenant
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Commit, Mark, Number, Put, Reason
from muster.ledger.port import Ledger, MarkTakenError, VersionConflictError

COUNTERS = 64
STEPS_PER_VALUE = 5


def ledger_of(tenant: str, connections: int = 2) -> Ledger:
    """Return a tenant's ledger on the stack that the environment leads to."""
    client: Any = boto3.client("dynamodb", config=Config(max_pool_connections=connections))
    table = os.environ["MUSTER_LEDGER_TABLE"]
    return DynamoLedger(bind_tenant(client, tenant), table, tenant, MemoryObjects(tenant))


def write(ledger: Ledger, *writes: Put) -> Commit:
    """Commit as nobody in particular."""
    return ledger.commit(
        writes, actor=Actor("mem_1", "Writer"), reason=Reason(Cause.SCRIPT, "request")
    )


def count_up(ledger: Ledger, worker: int, step: int) -> Commit:
    """Make one commit, however often its counter or its value is somebody else's."""
    counter = ("counter", f"c{(worker * 8 + step) % COUNTERS}")
    marks = frozenset({Mark("value", str(step))} if step % STEPS_PER_VALUE == 0 else ())
    while True:
        before = ledger.get_for_write([counter]).get(counter)
        count = getattr(before, "body", {"n": 0})["n"] + 1
        number = Number(("no",), "numbers")
        made = Put("made", f"m{worker}-{step}", {}, marks, numbers=(number,))
        try:
            return write(ledger, Put(*counter, {"n": count}, before=before), made)
        except VersionConflictError:
            continue
        except MarkTakenError:
            marks = frozenset()


def main() -> None:
    """Write, and tell."""
    tenant, worker, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ledger = ledger_of(tenant)
    for step in range(count):
        commit = count_up(ledger, worker, step)
        print(json.dumps({"seq": commit.seq, "step": step}), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
