"""OpenStack Nova's driver for Hyper-V hosts: one nova-compute on Linux per host, nothing on Windows."""
