"""What a user can hand in, made wrong on purpose: scenario files, overrides, and words on the command line."""
