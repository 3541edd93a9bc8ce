"""Ports of virtual switches: connecting network adapters, isolated before they are connected."""
