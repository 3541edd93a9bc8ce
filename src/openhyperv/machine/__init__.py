"""What a machine should be: a typed specification, and every rule and limit that makes one.

:func:`openhyperv.machine.design.design_machine` is the way in. The room is pure: it reads no file, asks no
host and no clock, so that the same request gives the same specification everywhere.
"""
