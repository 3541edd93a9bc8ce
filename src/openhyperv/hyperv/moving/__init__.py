"""Machines that leave a host to be made again on another one, or changed where they are and back."""
