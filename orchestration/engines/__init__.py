"""What builds the tables: what differs between engines outside of SQL."""
