"""The papers of service orders, as PDF."""
