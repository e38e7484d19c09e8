"""The use cases of the catalog, by what they are about."""

from muster.catalog.load import folder_by_path, load_catalog, load_folders

__all__ = ["folder_by_path", "load_catalog", "load_folders"]
