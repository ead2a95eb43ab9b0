"""Stories of the people who use Protect, each walked through in a real browser."""
