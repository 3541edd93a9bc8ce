"""The lab: what can be shown of it without starting a whole OpenStack."""
