"""What is known: the documented record in seeds/, and what is estimated from it."""
