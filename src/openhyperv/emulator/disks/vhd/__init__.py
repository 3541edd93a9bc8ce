"""The VHD format, Virtual Hard Disk Image Format Specification 1.0: reading, making and changing."""
