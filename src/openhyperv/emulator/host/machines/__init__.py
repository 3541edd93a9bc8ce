"""Virtual machines: what they consist of, how they are defined and changed, and what is seen of them."""
