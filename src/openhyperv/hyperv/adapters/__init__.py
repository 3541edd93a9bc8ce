"""Network adapters of machines that exist."""
