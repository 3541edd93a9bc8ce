"""Bytes to messages and back, without I/O: envelopes, CIM values, WQL, faults. Both ends use it."""
