"""The command line: what `app.py` can be told to do."""
