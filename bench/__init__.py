"""Figures: this server beside a plain one and beside hand-written SQL, on the same data and the same machine."""
