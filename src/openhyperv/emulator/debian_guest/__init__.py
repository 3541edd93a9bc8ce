"""A small Debian guest, built in a second without root: real shim, GRUB and kernel, an init of our own.

It exists to prove things: on its first serial port it says what firmware it met, whether Secure Boot was on
and what hardware it sees, offers a shell there and on the screen, and powers off when the button is pressed.
"""
