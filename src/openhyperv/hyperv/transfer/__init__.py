"""Whole machines on their way: exported into folders of a host, imported from them, copied."""
