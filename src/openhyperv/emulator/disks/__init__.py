"""VHD and VHDX files at rest: make, inspect, convert, resize, merge, compact; and under running guests.

Every function works on local files and raises :class:`~openhyperv.emulator.disks.errors.DiskError` with the
code that Hyper-V's job would report, nothing else. Parents are found through ``resolve``, which maps
``C:\\...`` to local files.
"""
