"""What the host has for instances: for the resource tracker, placement and the scheduler."""
