"""Files and objects. No Prefect and no statistics live here."""
