"""The inbox warehouse: daily inbox exports in, published report tables out."""
