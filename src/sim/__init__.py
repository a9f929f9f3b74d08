"""article4: a scenario wargame of deterrence."""
