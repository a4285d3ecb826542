"""Decisions about service agreements and the visits planned from them. Pure."""
