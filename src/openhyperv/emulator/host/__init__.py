"""The emulated host's state: virtual systems, jobs, files, identity. ``providers`` project it to CIM."""
