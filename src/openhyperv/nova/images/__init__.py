"""What becomes of the images in a host's cache."""
