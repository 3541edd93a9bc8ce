"""A real all-in-one OpenStack on this machine, with emulated Hyper-V hosts below it: ``make openstack``."""
