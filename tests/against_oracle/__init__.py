"""The models beside the oracle: warehouses of generated exports, and what has to be equal."""
