"""Instances' consoles: their logs, and their serial ports for nova-serialproxy."""
