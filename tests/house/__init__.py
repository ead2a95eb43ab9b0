"""The house rules as functions: each takes the folder of the repository and tells what breaks the rule."""
