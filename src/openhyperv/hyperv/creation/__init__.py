"""From a specification to a machine on a host, in steps that a second run can take up again."""
