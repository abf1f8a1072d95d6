"""Reading export files: their bytes, blocks of rows of each format, and the check of each value."""
