"""The CIM object manager: providers, queries, associations, events."""
