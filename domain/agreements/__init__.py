"""Service agreements, their lines, and the visits planned from them."""
