"""Plain data: what may be asked, what is handed on, what can go wrong. No behaviour."""
