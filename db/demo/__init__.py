"""The demo company: a folder of CSV files with days relative to the import, and the program that wrote it."""
