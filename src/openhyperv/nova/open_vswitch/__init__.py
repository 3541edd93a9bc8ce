"""Ports of type ``ovs``, on hosts whose switch Open vSwitch for Windows drives; its database is remote."""
