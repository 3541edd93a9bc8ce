"""Disk images: what they are, whether they can be trusted, and how they become what Hyper-V runs.

:func:`openhyperv.files.images.inspection.inspect_image` looks at a file before any other program does.
"""
