"""The VHDX format, [MS-VHDX] version 8: reading, making and changing files whose log is empty."""
