"""From a machine that exists to one as a new specification wants it, by what differs alone."""
