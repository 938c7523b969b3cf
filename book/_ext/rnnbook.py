"""What the book needs of Sphinx beyond its packages: links back, notebooks to take away, one address."""

import zlib
from pathlib import Path

from docutils import nodes
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from sphinx import addnodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.ext.napoleon.docstring import NumpyDocstring


class Style(Plain):
    """Plain entries, sorted by author; no quotation marks or numbers to look up."""

    default_sorting_style = "author_year_title"


class Uses(EnvironmentCollector):
    """Remember which page uses which glossary term, and offer every notebook for download."""

    def clear_doc(self, app, env, docname):
        for pages in getattr(env, "term_uses", {}).values():
            pages.discard(docname)

    def merge_other(self, app, env, docnames, other):
        for term, pages in getattr(other, "term_uses", {}).items():
            _uses(env).setdefault(term, set()).update(pages & set(docnames))

    def process_doc(self, app, doctree):
        env = app.env
        for ref in doctree.findall(addnodes.pending_xref):
            if ref["reftype"] == "term":
                _uses(env).setdefault(ref["reftarget"].lower(), set()).add(env.docname)
        if env.doc2path(env.docname).endswith(".ipynb"):
            env.dlfiles.add_file(env.docname, f"{env.docname}.ipynb")

    def get_updated_docs(self, app, env):
        return [name for name in ("book/glossary", "book/bibliography") if name in env.found_docs]


def _uses(env):
    if not hasattr(env, "term_uses"):
        env.term_uses = {}
    return env.term_uses


def _links(app, here, lead, pages):
    """A line such as 'Used in: 1, 2': the pages in the order of the book, without the page itself."""
    order = [name for name in _walk(app.env, app.config.root_doc, []) if name in pages and name != here]
    line = nodes.paragraph(classes=["used-in"])
    line += nodes.Text(lead)
    for i, name in enumerate(order):
        line += nodes.Text(", " if i else " ")
        uri = app.builder.get_relative_uri(here, name)
        line += nodes.reference("", app.env.titles[name].astext(), internal=True, refuri=uri)
    return line if order else None


def _walk(env, name, seen):
    """Pages in the order of the table of contents."""
    if name not in seen:
        seen.append(name)
        for child in env.toctree_includes.get(name, []):
            _walk(env, child, seen)
    return seen


def link_back(app, doctree, docname):
    """Under each glossary entry and each reference, the pages that use it."""
    for item in doctree.findall(nodes.definition_list_item):
        terms = [term.astext().lower() for term in item.findall(nodes.term)]
        pages = set().union(*(_uses(app.env).get(term, set()) for term in terms))
        if isinstance(item.parent.parent, addnodes.glossary) and (line := _links(app, docname, "Used in:", pages)):
            next(iter(item.findall(nodes.definition))).append(line)
    cite = app.env.get_domain("cite")
    keys = {citation.citation_id: citation.key for citation in cite.citations}
    for entry in doctree.findall(nodes.citation):
        key = keys.get(entry["ids"][0])
        pages = {ref.docname for ref in cite.citation_refs if any(target.key == key for target in ref.targets)}
        if line := _links(app, docname, "Cited in:", pages):
            entry.append(line)


def finish_page(app, pagename, templatename, context, doctree):
    """A download button on each notebook page, and bibliography markup that assistive technology can read."""
    dest = app.env.dlfiles.get(f"{pagename}.ipynb")
    if dest and "header_buttons" in context:
        context["header_buttons"].append(
            {
                "type": "link",
                "url": context["pathto"](f"_downloads/{dest[1]}", 1),
                "tooltip": "Download this notebook",
                "icon": "fas fa-download",
                "label": "download-notebook-button",
            }
        )
    if "body" in context:  # a list whose children are not list items says nothing to a screen reader
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def name_repository(app, config):
    """Write the one configured address wherever a substitution says REPOSITORY."""
    url = config.html_theme_options["repository_url"]
    config.myst_substitutions = {k: v.replace("REPOSITORY", url) for k, v in config.myst_substitutions.items()}


def setup(app):
    # Napoleon takes a colon in a property's first sentence for the end of a type. Ours are sentences.
    NumpyDocstring._parse_attribute_docstring = NumpyDocstring._consume_to_end
    app.connect("config-inited", name_repository)
    register_plugin("pybtex.style.formatting", "book", Style)
    app.add_env_collector(Uses)
    app.connect("doctree-resolved", link_back)
    app.connect("html-page-context", finish_page, priority=900)
    # A change of this file builds every page anew.
    version = zlib.crc32(Path(__file__).read_bytes())
    return {"env_version": version, "parallel_read_safe": True, "parallel_write_safe": True}
