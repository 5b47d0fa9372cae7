"""What the code promises, tried on the real parts."""
