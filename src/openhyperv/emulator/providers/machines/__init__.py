"""Virtual machines: their instances, settings and links, and the methods of their services."""
