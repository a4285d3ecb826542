"""What is serviced, and the tasks done to it."""
