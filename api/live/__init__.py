"""Live: the websocket, and the feed that renders each change once for all who follow the same thing."""
