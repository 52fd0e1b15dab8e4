"""What is stored: SQLModel tables, engine and session, queries, migrations."""
