"""Providers of root/StandardCimv2: networking as Windows 8 and later tell of it."""
