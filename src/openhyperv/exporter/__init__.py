"""Hyper-V hosts for Prometheus."""
