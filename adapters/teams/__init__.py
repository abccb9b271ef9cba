"""Microsoft Teams as a workplace."""
