"""What each CIM class of the host answers and each method does."""
