"""Ready-made reports for BI tools; a folder a tool."""
