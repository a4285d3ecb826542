"""Calendar feeds: the visits of a worker, or of a customer, for calendar programs."""
