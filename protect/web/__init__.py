"""The pages: registration with what each needs, rendering, forms, errors and security headers."""
