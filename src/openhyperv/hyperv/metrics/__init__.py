"""What machines use: switched on for each machine, read for all of them in three queries."""
