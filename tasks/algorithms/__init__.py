"""Pure functions: arrays and Arrow tables in, values out. No Prefect, no files."""
