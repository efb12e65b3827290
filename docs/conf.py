"""The documentation site: `sphinx-build -W -n docs docs/_build/html`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import symsched

HERE = Path(__file__).parent
os.environ.setdefault("KERAS_BACKEND", "jax")  # the page of our classes for Keras imports it
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]  # the extensions below, and the example of each entry

project = "symsched"
author = project_copyright = "symsched contributors"
version = release = symsched.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "symsched.integrations.sphinx",
    "accessible",
    "complete",
    "gallery",
    "language",
    "links",
    "pages",
]
exclude_patterns = ["_build", "examples"]
default_role = "code"  # in docstrings, what stands between backticks is code
smartquotes_action = "D"  # dashes alone: comments of the library hold formulas

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
myst_fence_as_directive = ["math"]  # as GitHub reads this fence

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
autodoc_type_aliases = {"Gaps": "symsched.gaps.Gaps"}
napoleon_use_ivar = True
nitpick_ignore = [  # of other projects, whose pages a build does not ask for
    ("py:class", "Expr"),
    ("py:class", "Fraction"),
    ("py:class", "Optimizer"),
    ("py:class", "fractions.Fraction"),
    ("py:class", "PathLike"),
    ("py:class", "accelerate.accelerator.Accelerator"),
    ("py:class", "lightning.pytorch.core.module.LightningModule"),
    ("py:class", "Symbol"),
    ("py:class", "collections.abc.Mapping"),
    ("py:exc", "SuperFencesException"),
]

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

linked_folders = {"../grammar/prelude": "gallery/index", "../docs": "index"}

html_theme = "furo"
html_title = "symsched"
html_static_path = ["_static"]
html_theme_options = {"dark_css_variables": {"color-background-primary": "#0d1117"}}  # the ground of our pictures
html_css_files = ["site.css"]
