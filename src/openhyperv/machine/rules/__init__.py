"""The rules, one subject to a file; each is a function that decides one thing or refuses."""
