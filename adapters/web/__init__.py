"""The visitors' side of the wire: docs/visitor-protocol.md."""
