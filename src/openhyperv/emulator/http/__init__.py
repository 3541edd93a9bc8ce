"""HTTP as Windows' listener speaks it: connections, authentication, sealing."""
