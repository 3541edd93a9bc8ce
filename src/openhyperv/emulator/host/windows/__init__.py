"""What the host's own Windows keeps: its adapters, its tunnels and the settings of its services."""
