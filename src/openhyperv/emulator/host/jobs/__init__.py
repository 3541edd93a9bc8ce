"""Jobs: work that goes on after a method has answered 4096."""
