"""What each file of seeds/ may contain: one Pydantic schema per kind of entry, strict and frozen."""
