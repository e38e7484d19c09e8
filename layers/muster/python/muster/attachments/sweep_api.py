"""What the route of the sweep gives back, for the document."""

from pydantic import BaseModel, ConfigDict

from muster.files.api import FileView
from muster.jobs.present import JobView


class SweepPlanView(BaseModel):
    """What a sweep would remove."""

    model_config = ConfigDict(defer_build=True)

    files: int
    bytes: int
    """Of the files' contents, without thumbnails."""
    uploads: int
    """Uploads that are over for a day."""
    items: list[FileView]
    """The first 100 files."""


class SweepView(BaseModel):
    """The plan of a dry run, or else the job that sweeps."""

    model_config = ConfigDict(defer_build=True)

    plan: SweepPlanView | None
    job: JobView | None
