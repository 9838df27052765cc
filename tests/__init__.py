"""Laws first, examples second; the folders mirror the code."""
