"""Virtual switches, their ports and features."""
