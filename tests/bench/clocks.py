"""Measuring: CPU time of a call, peak memory, what an import costs, and on which machine."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3

from tests.bench.account import Account

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Cpu:
    """CPU milliseconds of one call: the median, the 95th of 100, and the AWS SDK's part."""

    median: float
    p95: float
    aws_sdk: float


def cpu_of(account: Account, call: Callable[[int], object], numbers: range) -> Cpu:
    """Call with these numbers; the first tenth is to warm up. What stands in for AWS is off."""
    warm = len(numbers) // 10
    for n in numbers[:warm]:
        call(n)
    total, sdk = [], []
    for n in numbers[warm:]:
        stand_in, aws_sdk = account.spent.stand_in, account.spent.aws_sdk
        began = time.process_time()
        call(n)
        spent = time.process_time() - began
        total.append(spent - (account.spent.stand_in - stand_in))
        sdk.append(account.spent.aws_sdk - aws_sdk)
    return Cpu(
        _ms(statistics.median(total)),
        _ms(statistics.quantiles(total, n=20)[-1]),
        _ms(statistics.median(sdk)),
    )


def peak_memory_mib() -> float:
    """Return the most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


_IMPORT = """
import time
import boto3
import os
began = time.process_time()
import {module}
print(time.process_time() - began)
"""


def import_ms(module: str, *, times: int = 9) -> float:
    """Return the CPU milliseconds of importing a module after boto3, in fresh processes."""
    runs = [_import_seconds(module) for _ in range(times + 1)]
    return _ms(statistics.median(runs[1:]))  # the first one writes the bytecode


def _import_seconds(module: str) -> float:
    code = _IMPORT.format(module=module)
    cache = Path(tempfile.gettempdir()) / "muster-bench-pycache"
    path = f"{ROOT}{os.pathsep}{ROOT / 'layers' / 'muster' / 'python'}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def machine(processors: Sequence[str] = ()) -> str:
    """Return what the times were measured on, without the machine's name."""
    model = next(iter(processors or _processors()), platform.processor() or platform.machine())
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()};"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" boto3 {boto3.__version__}"
    )


def _processors() -> list[str]:
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return []
    lines = path.read_text().splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
