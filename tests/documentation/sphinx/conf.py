"""A project that is not ours, as Sphinx reads it."""

project = "Training"
extensions = ["myst_parser", "sphinx_design", "symsched.integrations.sphinx"]
html_theme = "furo"
myst_enable_extensions = ["colon_fence"]
numfig = True
