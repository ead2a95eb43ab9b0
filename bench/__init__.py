"""What protection costs: Protect against the same product with plain columns, and against sqlalchemy-utils."""
