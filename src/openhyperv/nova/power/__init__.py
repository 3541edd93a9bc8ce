"""Power of instances and of their host, in Nova's words."""
