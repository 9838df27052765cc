"""Stages, one file each; files and formulas live in storage and algorithms."""
