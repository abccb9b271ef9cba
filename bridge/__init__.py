"""The rules of the bridge: standard library only, and never the name of a platform."""
