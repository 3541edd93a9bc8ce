"""The command line ``hv``: words and tables for people."""
