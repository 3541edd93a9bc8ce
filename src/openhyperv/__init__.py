"""Run Windows Hyper-V hosts from Linux, with nothing installed on Windows."""
