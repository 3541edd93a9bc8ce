"""The main job, end to end, on an emulated host: ``make demo``."""
