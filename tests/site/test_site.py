"""The built site in a real browser: every page, narrow and wide, light and dark. Each check is shown able to fail."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from look import FLAGS, VIEWPORTS, pages, serve, settled
from playwright.sync_api import sync_playwright

import rnnkit

ROOT = Path(__file__).resolve().parents[2]
MODES = [(width, scheme) for width in VIEWPORTS for scheme in ("light", "dark")]
pytestmark = pytest.mark.needs("chromium")

# What a reader would see of a page that went wrong: raw or unset formulae, lost images, a page wider than its screen.
FAULTS = r"""() => {
  const faults = [], seen = (selector) => [...document.querySelectorAll(selector)];
  const list = (what, nodes) => nodes.forEach((node) => faults.push(`${what}: ${node.textContent}`));
  list("formula not set", seen(".math").filter((node) => !node.querySelector("mjx-container")));
  list("formula in error", seen("mjx-merror, mjx-container [style*='color: red']"));
  const prose = document.querySelector("article")?.cloneNode(true);
  prose?.querySelectorAll("pre, code, script, style, mjx-container").forEach((node) => node.remove());
  const raw = prose?.textContent.match(/(\$[^$]{1,80}\$|\\[([]).{0,20}/g) ?? [];
  raw.forEach((text) => faults.push(`raw formula: ${text}`));
  for (const i of document.images) if (!i.complete || !i.naturalWidth) faults.push(`missing image: ${i.src}`);
  const width = document.documentElement.clientWidth, needed = document.documentElement.scrollWidth;
  if (needed > width) {
    const wide = seen("main *").filter((node) => node.getBoundingClientRect().right > width + 1).at(-1);
    faults.push(`wider than the screen (${needed} > ${width}): ${wide?.outerHTML.slice(0, 120)}`);
  }
  return faults;
}"""
# Code is thousands of coloured words of a few kinds: axe sees the first of each kind on a page.
AXE = r"""() => {
  const kinds = new Set();
  for (const word of document.querySelectorAll(".highlight pre span:not(:has(*))")) {
    const kind = `${word.className} in ${word.closest(".highlight").parentElement.className}`;
    if (kinds.has(kind)) word.replaceWith(word.textContent);
    kinds.add(kind);
  }
  const tell = (rule) => rule.nodes.map((n) => `axe ${rule.id}: ${n.html.replace(/\s+/g, " ").slice(0, 200)}`);
  return axe.run({resultTypes: ["violations"], preload: false})
    .then((result) => result.violations.flatMap(tell));
}"""


@pytest.fixture(scope="module")
def site():
    """The folder of the site, built with the command of `make book`."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "-n", "--keep-going"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    return ROOT / "_build" / "html"


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        # Other hosts do not exist for this browser, and asking for one is noticed.
        rule = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, rule])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(site):
    with serve(site) as address:
        yield address


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport=VIEWPORTS["wide"], color_scheme="light")
    yield page
    page.close()


class Visitor:
    """A tab that reports all that is wrong with the pages it visits."""

    def __init__(self, browser, address, width, scheme):
        self.address, self.heard = address, []
        self.page = browser.new_page(viewport=VIEWPORTS[width], color_scheme=scheme, reduced_motion="reduce")
        self.page.on("request", self.foreign)
        self.page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
        self.page.on("response", lambda r: r.status >= 400 and self.heard.append(f"{r.status}: {r.url}"))
        self.page.on("console", lambda m: m.type == "error" and self.heard.append(f"console error: {m.text}"))
        self.page.add_init_script(Axe().axe_script)

    def foreign(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.heard.append(f"foreign request: {request.url}")

    def faults(self, name):
        self.heard.clear()
        self.page.goto(self.address + name)
        settled(self.page)
        found = self.page.evaluate(FAULTS) + self.page.evaluate(AXE)
        return [f"{name}: {fault}" for fault in self.heard + found]


@pytest.mark.parametrize("width, scheme", MODES)
def test_every_page(browser, site, address, width, scheme):
    visitor = Visitor(browser, address, width, scheme)
    faults = [fault for name in pages(site) for fault in visitor.faults(name)]
    visitor.page.close()
    assert not faults, "\n".join(faults)


class Links(HTMLParser):
    """The anchors of a page, and where it points."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.targets = {""}, []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes.get("id", ""), attributes.get("name", "") if tag == "a" else ""}
        self.targets += [attributes[key] for key in ("href", "src") if attributes.get(key)]


def broken_links(site):
    """Links of any page to a file or an anchor that is not there; links to other hosts are not followed."""
    parsed = {path: Links(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    for path, links in parsed.items():
        for target in links.targets:
            url, anchor = urldefrag(urljoin(path.as_uri(), target))
            parts = urlsplit(url)
            goal = Path(unquote(parts.path))
            if parts.scheme != "file" or (goal in parsed and anchor in parsed[goal].anchors):
                continue
            if not goal.is_file() or goal in parsed:
                yield f"{path.relative_to(site)}: broken link {target}"


def test_front_door(page, address):
    page.goto(address)
    page.wait_for_url("**/book/intro.html")


def test_links(site):
    assert not list(broken_links(site))


def test_nothing_but_pages_is_published(site):
    assert not (site / "_sources").exists()


def test_notebooks_are_offered(site):
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    assert chapters
    for chapter in chapters:
        page = site / "chapters" / f"{chapter.stem}.html"
        offered = [t for t in Links(page).targets if "_downloads" in t]
        assert len(offered) == 1
        assert (page.parent / offered[0]).read_bytes() == chapter.read_bytes()
    targets = Links(site / "book" / "how-to-use.html").targets
    assert [Path(t).name for t in targets if "_downloads" in t] == [c.name for c in chapters]


def test_launch_buttons_follow_the_one_address(site):
    targets = Links(site / "chapters" / "01-why-memory.html").targets
    url = re.search(r"^  url: https://github.com/(.*)$", (ROOT / "_config.yml").read_text(encoding="utf-8"), re.M)[1]
    notebook = "chapters/01-why-memory.ipynb"
    assert f"https://colab.research.google.com/github/{url}/blob/main/{notebook}" in targets
    assert f"https://mybinder.org/v2/gh/{url}/main?urlpath=lab/tree/{notebook}" in targets
    assert f"git clone https://github.com/{url}" in (site / "book" / "intro.html").read_text(encoding="utf-8").replace(
        '<span class="w"> </span>', " "
    )


def test_glossary_and_bibliography_link_back(site):
    def entry(page, start, end):
        return re.search(f"{start}.*?{end}", (site / "book" / page).read_text(encoding="utf-8"), re.S)[0]

    term = entry("glossary.html", 'id="term-Elman-network"', "</dd>")
    assert 'href="notation.html"' in term and "glossary.html" not in term
    assert 'href="glossary.html"' in entry("bibliography.html", "Finding structure in time", 'role="listitem"')


def test_search_finds(page, address):
    page.goto(address + "search.html?q=saturating")
    page.wait_for_selector("#search-results li")
    assert "Glossary" in page.inner_text("#search-results")


def test_dark_mode_toggles_and_turns_figures(page, address):
    page.goto(address + "chapters/01-why-memory.html")
    figure = page.locator(".cell_output img[src$='.svg']").first
    look = "node => getComputedStyle(node).filter"
    seen = {}
    for _ in range(3):  # light, dark, and as the system does
        page.locator(".theme-switch-button:visible").first.click()
        seen[page.evaluate("document.documentElement.dataset.theme")] = figure.evaluate(look)
    assert seen == {"light": "none", "dark": "invert(1) hue-rotate(180deg)"}


# The landing page


def test_landing_network_is_the_library_s(page, address):
    page.goto(address + "book/intro.html")
    data = page.evaluate("({...landing, read: null})")
    p = {name: np.array(data[name]) for name in ("W_x", "W_h", "b", "W_y", "b_y")}
    net = rnnkit.Network(rnnkit.Elman(*p["W_x"].shape), rnnkit.Readout(*p["W_y"].shape))
    for name in ("hämäläinen", "o'brien", "x"):
        ticks = page.evaluate("name => landing.read(name)", name)
        ids = [data["letters"].index(c) for c in name.replace("ä", "a")]
        ys, memory = net.forward(p, rnnkit.one_hot(np.array(ids)[:, None], len(data["letters"])))
        belief = np.exp(ys[:, 0]) / np.exp(ys[:, 0]).sum(-1, keepdims=True)
        np.testing.assert_allclose([tick["h"] for tick in ticks], memory.states[:, 0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose([tick["belief"] for tick in ticks], belief, rtol=1e-12)


def test_landing_says_what_was_measured(page, address):
    page.goto(address + "book/intro.html")
    data, text = page.evaluate("landing"), page.inner_text("article")
    for words in (
        f"one of its {len(data['b'])} hidden units",
        f"trained on {data['trained_on']:,} names",
        f"Of {data['tested_on']:,} names it had never seen it gets {data['accuracy']:.0%}".replace("%", " %"),
        f"always saying Ireland gets {data['commonest']:.0%}".replace("%", " %"),
    ):
        assert words in text, words


def test_landing_moves_unless_asked_not_to(browser, address):
    for motion, moves in (("no-preference", True), ("reduce", False)):
        page = browser.new_page(reduced_motion=motion)
        page.goto(address + "book/intro.html")
        page.wait_for_selector("#landing svg text")
        count = "document.querySelectorAll('#landing svg text').length"
        before = page.evaluate(count)
        page.wait_for_timeout(1200)
        assert (page.evaluate(count) != before) == moves
        if moves:
            page.click("#landing button")
            before = page.inner_html("#landing svg")
            page.wait_for_timeout(1000)
            assert page.inner_html("#landing svg") == before, "pause does not pause"
            page.fill("#landing input", "Virtanen")
            assert page.inner_text("#landing [role=status]").startswith("virtanen: It says Finland")
        page.close()


# Each check can fail

TAMPERED = [
    ("foreign request", '<img src="https://example.org/x.png" alt="">'),
    ("console error", "<script>console.error('no')</script>"),
    ("script error", "<script>nothing.at.all</script>"),
    ("404", '<script src="lost.js"></script>'),
    ("formula not set", '<span class="math">never</span>'),
    ("formula in error", r'<span class="math notranslate nohighlight">\(\left( 1\)</span>'),
    ("formula in error", r'<span class="math notranslate nohighlight">\(\nosuch x\)</span>'),
    ("raw formula", "<p>so that $x_t$ is</p>"),
    ("missing image", '<img src="lost.png" alt="lost">'),
    ("wider than the screen", '<div style="width: 2000px">wide</div>'),
    ("axe image-alt", '<img src="../_static/favicon.svg">'),
    ("axe color-contrast: <span", '<div class="highlight"><pre><span style="color: #ddd">pale</span></pre></div>'),
    ("axe color-contrast: <p", '<p style="color: #bbb; background: #fff">pale</p>'),
]


@pytest.fixture(scope="module")
def tampered(site, tmp_path_factory):
    """A copy of the site with one bad page for every check, and one page with broken links."""
    copy = tmp_path_factory.mktemp("site")
    for entry in site.iterdir():
        if entry.name != "book":
            (copy / entry.name).symlink_to(entry)
    (copy / "book").mkdir()
    good = (site / "book" / "glossary.html").read_text(encoding="utf-8")
    bad = {f"bad{number}": tag for number, (_, tag) in enumerate(TAMPERED)}
    bad |= {"good": "", "links": '<a href="lost.html">a</a><a href="good.html#lost">b</a><a href="#lost">c</a>'}
    for name, tag in bad.items():
        (copy / "book" / f"{name}.html").write_text(good.replace("</article>", f"{tag}</article>"), encoding="utf-8")
    return copy


def test_a_tampered_page_is_found_out(browser, tampered):
    with serve(tampered) as address:
        visitor = Visitor(browser, address, "narrow", "light")
        assert not visitor.faults("book/good.html")
        for number, (fault, tag) in enumerate(TAMPERED):
            found = visitor.faults(f"book/bad{number}.html")
            assert any(fault in line for line in found), f"{tag} was not noticed, only {found}"
        visitor.page.close()


def test_a_broken_link_is_found_out(tampered):
    found = [line for line in broken_links(tampered) if line.startswith("book/links.html")]
    assert {line.split()[-1] for line in found} >= {"lost.html", "good.html#lost", "#lost"}
