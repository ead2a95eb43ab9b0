"""Existing records become cases: files of the case data standard and of the public collaborative data."""
