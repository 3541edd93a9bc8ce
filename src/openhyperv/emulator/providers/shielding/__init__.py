"""Security of virtual machines: virtual TPMs, guardians and key protectors, shielded provisioning."""
