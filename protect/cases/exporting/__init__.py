"""Cases as a file for another system: what goes into it, in the standard's columns and in our own."""
