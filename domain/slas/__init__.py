"""Service level agreements and the time recorded against them."""
