"""Planning: from what service agreements promise to the service orders that keep it."""
