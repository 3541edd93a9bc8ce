"""Images of Glance's made of instances."""
