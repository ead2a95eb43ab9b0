"""What `protect doctor` looks at: each module a part of the instance, each finding one line."""
