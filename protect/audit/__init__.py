"""The trail: who did what, appended fast, sealed in order, and checked by those it answers to."""
