"""SMB 2/3 to one host: connections with deadlines, typed errors, files and named pipes ([MS-SMB2])."""
