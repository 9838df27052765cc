"""The yardstick: ours against the notebook way, in the same run, in turn."""
