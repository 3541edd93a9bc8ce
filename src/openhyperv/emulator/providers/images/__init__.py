"""The image management service."""
