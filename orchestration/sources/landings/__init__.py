"""A file a layout in which a connector lays a help desk's records down; none knows a help desk."""
