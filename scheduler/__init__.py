"""What the clock says: one tick a minute; rules and the database decide what is due."""
