"""Files: disk images on this machine, inspected before anything opens them, and files on a host over SMB."""
