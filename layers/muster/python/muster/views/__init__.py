"""Named choices of columns for lists and exports, and what a person prefers."""
