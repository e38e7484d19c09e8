"""What turns template.yaml into a running stack. infra/README.md says who owns what."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
