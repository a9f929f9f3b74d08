"""How files are read, and how a mistake in one is told to the person who made it."""
