"""What every area stands on: actors, refusals, the clock, and the one way to write."""
