"""Moving virtual machines between hosts and folders: planned systems, export, import."""
