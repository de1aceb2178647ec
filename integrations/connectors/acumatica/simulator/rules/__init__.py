"""What each kind of record demands before it is saved, and what happens when it is released."""
