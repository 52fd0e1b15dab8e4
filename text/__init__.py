"""Human language, both ways: read what people write, say a reply in Chinese or English."""
