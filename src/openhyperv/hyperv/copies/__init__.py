"""Copies of disks as they were at a moment, made while their machine goes on."""
