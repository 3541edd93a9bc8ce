"""What protects a machine: virtual TPM, state encryption, Secure Boot, shielding, and who holds the keys."""
