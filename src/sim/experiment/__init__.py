"""Many trials: planned, executed, stored and summed up."""
