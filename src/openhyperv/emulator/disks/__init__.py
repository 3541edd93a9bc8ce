"""VHD and VHDX files at rest: create, read, resize, merge, fold."""
