"""The answers of the exports' routes, for the document."""

from __future__ import annotations

from muster.jobs.present import JobView


class ExportView(JobView):
    """An export. `result.file` is its file once it is done, `/v1/jobs/{id}/results` leads to it;
    `result.rows` counts its rows, and `result.not_found` has the first 100 entries of a list that
    lead to no asset.
    """
