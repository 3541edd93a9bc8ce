"""A machine's serial ports: named pipes of its host, reached over SMB."""
