"""The virtual switches of a host, and the network adapters that connect them to the world."""
