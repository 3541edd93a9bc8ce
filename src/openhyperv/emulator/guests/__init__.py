"""Real guests: QEMU, firmware, TPM, serial ports, screen and keyboard."""
