"""Flows compose stages; no logic of their own, and no class (Prefect imports twice)."""
