"""A Hyper-V host without Windows: the wire protocol, the object model, and guests in QEMU.

What it answers is what Windows would answer, errors included. It shares only ``wire`` and the class schema
with the client, so that the two ends cannot share a misunderstanding.
"""
