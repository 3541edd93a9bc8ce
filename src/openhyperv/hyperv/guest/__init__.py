"""What a host and the system inside a machine tell each other."""
