"""The host's files and named pipes, served by a private Samba."""
