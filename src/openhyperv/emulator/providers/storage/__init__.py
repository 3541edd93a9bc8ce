"""Providers of root/microsoft/windows/storage: the Windows Storage Management API."""
