"""Metering: what virtual machines use, counted for those devices that somebody has it counted for."""
