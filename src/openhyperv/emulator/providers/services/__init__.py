"""The services of the host, their settings and capabilities."""
