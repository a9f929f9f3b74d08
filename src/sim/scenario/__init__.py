"""What is asked: scenarios in strict YAML, their schema, overrides and parameters."""
