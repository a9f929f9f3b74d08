"""What happens: one batch of paired worlds, played month by month."""
