"""Exports: a selection of assets as CSV, XLSX or JSON lines, written by a job."""
