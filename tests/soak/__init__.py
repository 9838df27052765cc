"""``make soak``: tries out what is claimed about reliability. Laws are in tests/."""
