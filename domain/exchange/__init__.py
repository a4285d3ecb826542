"""A company's data as CSV files, in and out."""
