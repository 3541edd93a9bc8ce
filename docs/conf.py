"""Sphinx configuration."""

project = "OpenHyperV"
author = "The OpenHyperV authors"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "OpenHyperV"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
