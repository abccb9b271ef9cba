"""The configuration as a file: TOML that people read and write, checked as a whole before anything of it holds."""

from adapters.configuration.able import load_for
from adapters.configuration.export import dumps
from adapters.configuration.faults import ConfigurationError, Fault
from adapters.configuration.file import load
from adapters.configuration.single import single_site
from adapters.configuration.timeline import timeline

__all__ = ["ConfigurationError", "Fault", "dumps", "load", "load_for", "single_site", "timeline"]
