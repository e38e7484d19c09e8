"""`python -m infra.local`: what `make run` starts."""

from infra.local import run_local

run_local()
