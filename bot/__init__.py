"""The outside: start-up, settings, command line, and the only place that knows Telegram."""
