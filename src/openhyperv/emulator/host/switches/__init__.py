"""Virtual switches: their ports, features, extensions and what is plugged into them."""
