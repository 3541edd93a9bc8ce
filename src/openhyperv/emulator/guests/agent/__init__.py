"""QEMU's guest agent, which stands in for Hyper-V's integration services inside a guest."""
