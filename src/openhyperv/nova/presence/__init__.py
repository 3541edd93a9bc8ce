"""Whether the host is there, and what its instances do by themselves."""
