"""Reading and verifying the trail."""
