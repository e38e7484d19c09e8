"""Muster: every asset accounted for, every change remembered."""
