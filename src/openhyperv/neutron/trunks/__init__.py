"""Neutron's trunks: ports whose guest tags its frames for several networks, on Hyper-V's trunk VLANs."""
