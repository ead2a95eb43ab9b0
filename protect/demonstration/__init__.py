"""A demonstration: invented agencies and people, brought in by the same actions as real ones."""
