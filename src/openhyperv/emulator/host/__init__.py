"""The state of one emulated host: virtual machines, jobs, versions, identities."""
