"""Requests that mean harm, each with the outcome that is safe, while another client is served as ever."""
