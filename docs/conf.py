"""Sphinx settings of the book; book.py lays out the pages and calls Sphinx."""

import re
from importlib.metadata import version as installed

project = "How much should two figures convince us?"
author = "The ldn-analysis developers"
version = release = installed("ldn-analysis")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
# Downloaded, or read by slides.py, lite.py and live.py: not pages of their own.
exclude_patterns = ["data", "downloads", "slides.md", "lite.md", "live.md"]

# Notebooks are shown as they were committed: nothing is executed here.
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
nb_number_source_lines = False

# Reference: the docstrings are numpydoc. Their types are prose ("array of shape (n,)"), not names
# to link, and so are shown as text.
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]

# Everything that a page loads lies beside it: no network, no clock.
mathjax_path = "tex-svg.js"
html_last_updated_fmt = None
html_use_index = False  # api/index lists the names
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static", "node_modules/mathjax/es5/tex-svg.js"]
html_css_files = ["book.css"]
templates_path = ["_templates"]
html_sidebars = {"**": ["contents.html"]}
# The figures are drawn on white, so the pages are light.
html_context = {"default_mode": "light"}
html_theme_options = {
    "logo": {"text": "Two figures"},
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",  # contrast of WCAG AAA
}
# A search hit's summary would be fetched, which a browser forbids to a page opened from a file.
html_show_search_summary = False


def escape_prose(*details):
    """In our docstrings |t| is a size and printed_ a beginning; to reStructuredText both are markup."""
    lines = details[-1]
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = re.split(r"(`+[^`]*`+)", line)
            parts[::2] = [re.sub(r"\||_(?=\W|$)", r"\\\g<0>", part) for part in parts[::2]]
            lines[i] = "".join(parts)


def name_toggles(*details):
    """A fold's visible words are its name; myst-nb gives it another."""
    context = details[-2]
    if "body" in context:
        toggle = '<summary aria-label="Toggle hidden content">'
        context["body"] = context["body"].replace(toggle, "<summary>")


def skip_bare_fields(*details):
    """A named tuple's field has no words of its own."""
    return (getattr(details[3], "__doc__", None) or "").startswith("Alias for field") or None


def setup(app):
    """Called by Sphinx."""
    # Before napoleon, which itself writes markup (priority 500).
    app.connect("autodoc-process-docstring", escape_prose, priority=400)
    app.connect("html-page-context", name_toggles)
    app.connect("autodoc-skip-member", skip_bare_fields)
