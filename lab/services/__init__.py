"""The services of OpenStack, one file each: what they are configured with, and what runs."""
