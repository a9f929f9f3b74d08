"""What is seen: charts, tables and JSON."""
