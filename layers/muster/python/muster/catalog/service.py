"""The use cases of the catalog, for those who call them from other rooms."""

from muster.catalog.emptying import remove_folder
from muster.catalog.fields import (
    change_options,
    create_field,
    delete_field,
    new_options,
    patch_field,
    replace_field,
)
from muster.catalog.folders import (
    create_folder,
    ensure_folder_path,
    folders_to_make,
    patch_folder,
    replace_folder,
)
from muster.catalog.link_types import (
    create_link_type,
    delete_link_type,
    patch_link_type,
    replace_link_type,
)
from muster.catalog.load import FolderTree, folder_by_path, load_catalog, load_folders
from muster.catalog.options import add_option, delete_option, find_option, patch_option
from muster.catalog.starter import install_starter
from muster.catalog.types import create_type, delete_type, patch_type, replace_type

__all__ = [
    "FolderTree",
    "add_option",
    "change_options",
    "create_field",
    "create_folder",
    "create_link_type",
    "create_type",
    "delete_field",
    "delete_link_type",
    "delete_option",
    "delete_type",
    "ensure_folder_path",
    "find_option",
    "folder_by_path",
    "folders_to_make",
    "install_starter",
    "load_catalog",
    "load_folders",
    "new_options",
    "patch_field",
    "patch_folder",
    "patch_link_type",
    "patch_option",
    "patch_type",
    "remove_folder",
    "replace_field",
    "replace_folder",
    "replace_link_type",
    "replace_type",
]
