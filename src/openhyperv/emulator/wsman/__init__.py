"""WS-Management requests to operations on the object manager, and back."""
