"""Sphinx configuration."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for the extension beside this file
sys.path.append(str(Path(__file__).parent.parent))  # for the tests that it makes a table of

project = "OpenHyperV"
author = "The OpenHyperV authors"
project_copyright = "the OpenHyperV authors; Apache License 2.0"
extensions = ["myst_parser", "sphinx.ext.autodoc", "extension"]
html_theme = "furo"
html_title = "OpenHyperV"
smartquotes = False  # it makes one dash of the two before an option
exclude_patterns = ["_build", "extension"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 2
autodoc_typehints = "description"
autodoc_member_order = "bysource"
