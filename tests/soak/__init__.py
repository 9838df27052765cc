"""Attacks and accidents by the hundred: bounded in time and count."""
