"""os-win 5.9.0, written against real Hyper-V hosts for ten years, unmodified, judges the emulated one.

``conftest.py`` has the hosts, ``proving.py`` the mark that says which of os-win's methods a test proves.
"""
