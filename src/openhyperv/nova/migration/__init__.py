"""Resize and cold migration: on one host in place, between two by making the machine again.

In place, the host copies the disks before anything changes, so that the user may go back until the resize is
confirmed. Between two hosts the machine stays where it was, off and without its ports, until then; the other
host's nova-compute fetches its files. Nothing is remembered but what the hosts show.
"""
