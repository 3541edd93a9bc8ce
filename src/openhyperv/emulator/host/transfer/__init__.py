"""Virtual machines on their way: exported into folders, imported from them, planned before they are real."""
