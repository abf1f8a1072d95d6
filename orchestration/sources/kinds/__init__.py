"""A file a help desk: which tables it has, what of them is kept, and how that becomes our rows."""
