"""A strict pretend Teams connector on the wire, mounted below /teams of the playground."""
