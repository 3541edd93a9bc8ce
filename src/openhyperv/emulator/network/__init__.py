"""What carries frames on an emulated host: virtual switches, the ports at them, and physical networks."""
