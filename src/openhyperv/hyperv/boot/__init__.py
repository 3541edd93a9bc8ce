"""What a machine boots from, and in which order."""
