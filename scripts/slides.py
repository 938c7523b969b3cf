"""Slides of a chapter: one HTML file that asks no other host for anything, with speaker notes.

python scripts/slides.py [NN-slug ...]      default: every chapter; they go to _build/slides
    --out FOLDER

What becomes a slide is decided by rules: the title with its question, the goals; of each section its first sentences
with its first formula, its first short program in the open, each figure with the sentences before it; the claims, to
vote on; the exercises' names; what to remember. Notes hold the section's whole text and what its cells printed.
"""

import argparse
import base64
import html
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from pybtex.database import parse_file
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.util import ClassNotFound

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS, OUT = ROOT / "chapters", ROOT / "_build" / "slides"
LONGEST_CODE = 18  # lines on a slide
LONGEST_TEXT = 330  # characters on a slide, formulas counted as one each
IMPORTS = re.compile(r"^(?:import|from) .*\n", re.MULTILINE)
LEFT_OUT = ("History", "Exercises")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass
class Slide:
    """What a room sees, and what the speaker sees. Both are HTML."""

    heading: str
    body: str
    notes: list = field(default_factory=list)
    kind: str = "text"


# From MyST to HTML


@cache
def references():
    return parse_file(str(ROOT / "book" / "references.bib")).entries


def cited(keys, in_text):
    def one(key):
        entry = references()[key.strip()]
        names = [" ".join(person.last_names) for person in entry.persons.get("author", entry.persons.get("editor", []))]
        who = names[0] if len(names) == 1 else " and ".join(names) if len(names) == 2 else f"{names[0]} et al."
        year = entry.fields.get("year", "")
        return f"{who} ({year})" if in_text else f"{who}, {year}"

    words = [one(key) for key in keys.split(",")]
    return ", ".join(words) if in_text else f"({'; '.join(words)})"


class Chapter:
    """Turns a chapter's Markdown into HTML; knows the numbers of its equations."""

    def __init__(self, path):
        self.number = int(path.stem[:2])
        self.cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")
        self.equations = {label: k for k, label in enumerate(re.findall(r"\$\$ \((eq-[\w-]+)\)", text), 1)}

    def role(self, match):
        """The words of a role such as {term}`hidden units <hidden state>`."""
        name, content = match[1], match[2]
        if name.startswith("cite"):
            return cited(content, name == "cite:t")
        shown, _, target = content.partition("<")
        if target:
            return shown.strip()
        if name == "eq":
            chapter = int(found[1]) if (found := re.match(r"eq-(\d+)", content)) else self.number
            here = chapter == self.number and content in self.equations
            return f"({chapter}.{self.equations[content]})" if here else f"an equation of chapter {chapter}"
        if name == "doc" and (found := re.search(r"(?:^|/)(\d\d)-[\w-]+$", content)):
            return f"chapter {int(found[1])}"
        if name in {"doc", "ref", "numref"}:
            return content.rpartition("/")[2].replace("-", " ")
        return content

    def html(self, text, inline=False):
        """Markdown as HTML, formulas as MathML."""
        text = re.sub(r"\{([\w:]+)\}`([^`]+)`", self.role, text)
        text, kept = self.without_formulas(text)
        text = re.sub(r"(^|[.!?] )chapter (?=\d)", r"\1Chapter ", text)
        text = re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)  # links lead nowhere outside the book
        made = MARKDOWN.renderInline(text) if inline else MARKDOWN.render(text)
        made = re.sub(r'<a href="[^"]*"[^>]*>(.*?)</a>', r"\1", made)
        return re.sub(r"\ue000(\d+)\ue001", lambda match: kept[int(match[1])], made)

    def without_formulas(self, text):
        """The text with a mark for each formula, and the formulas as MathML."""
        kept = []
        codes = re.findall(r"`[^`]+`", text)  # a dollar in code is a dollar
        text = re.sub(r"`[^`]+`", "\ue002", text)

        def keep(match):
            block, label, short = match[1], match[2], match[3]
            formula = re.sub(r"\\label\{.*?\}", "", block or short).strip()
            formula = formula.replace("{aligned}", "{split}").replace("{gathered}", "{split}")
            formula = re.sub(r"(?:\\[Bb]igg?[lr]?)?\\\|", lambda _: r"\Vert ", formula)  # the converter knows no \|
            formula = formula.replace(r"\begin{pmatrix}", r"\left(\begin{matrix}")
            formula = formula.replace(r"\end{pmatrix}", r"\end{matrix}\right)")
            made = convert(formula, display="block" if block else "inline")
            if label:
                made = f'<span class="numbered">{made}<span>({self.number}.{self.equations[label]})</span></span>'
            kept.append(made)
            mark = f"\ue000{len(kept) - 1}\ue001"
            return f"\n\n{mark}\n\n" if block else mark

        text = re.sub(r"\$\$(.+?)\$\$(?: \((eq-[\w-]+)\))?|(?<![\\$])\$([^$]+?)\$", keep, text, flags=re.DOTALL)
        for code in codes:
            text = text.replace("\ue002", code, 1)
        return text, kept

    def opening(self, text, most=LONGEST_TEXT):
        """The first sentences of a paragraph, as Markdown, whole sentences of together at most `most` characters."""
        found, length = [], 0
        for sentence in sentences(text):
            size = len(re.sub(r"\$[^$]+\$", "xxxx", sentence))
            if found and length + size > most:
                break
            found.append(sentence)
            length += size
        return " ".join(found)


def sentences(text):
    """A paragraph's sentences; a stop within a formula, code or abbreviation ends none."""
    marks = re.sub(r"\$[^$]+\$|`[^`]+`", lambda m: "x" * len(m[0]), text)
    ends = [m.end() for m in re.finditer(r"(?<!e\.g\.)(?<!i\.e\.)(?<! cf\.)[.!?:][*)\"”]*(?=\s+[A-Z*$`{(“x]|$)", marks)]
    starts = [0, *ends]
    return [part for start, end in zip(starts, [*ends, len(text)], strict=False) if (part := text[start:end].strip())]


# From cells to blocks


def blocks(source):
    """A Markdown cell's blocks: (kind, text or (name, title, body)); kinds are heading, formula, fence, list, text."""
    lines, at = source.splitlines(), 0
    while at < len(lines):
        line = lines[at]
        if not line.strip() or re.fullmatch(r"\([\w-]+\)=", line):
            at += 1
        elif found := re.match(r"(`{3,}|:{3,})(\{[\w:-]+\})? *(.*)", line):
            end = next((k for k in range(at + 1, len(lines)) if lines[k].strip() == found[1]), len(lines))
            yield "fence", ((found[2] or "").strip("{}"), found[3], "\n".join(lines[at + 1 : end]))
            at = end + 1
        elif found := re.match(r"(#+) (.*)", line):
            yield "heading", (len(found[1]), found[2])
            at += 1
        elif line.startswith("$$"):
            end = next((k for k in range(at + (line.count("$$") < 2), len(lines)) if "$$" in lines[k]), at)
            yield "formula", "\n".join(lines[at : end + 1])
            at = end + 1
        else:
            end = next(
                (k for k in range(at + 1, len(lines)) if not lines[k].strip() or re.match(r"`{3}|:{3}|\$\$", lines[k])),
                len(lines),
            )
            text = "\n".join(lines[at:end])
            yield ("list" if re.match(r"(- |\d+\. )", text) else "table" if text.startswith("|") else "text"), text
            at = end


def included(body_title):
    """The Markdown that an include names: the part of a file between two marks."""
    target, options = body_title
    path = (CHAPTERS / target).resolve()
    if not path.is_file():
        return ""
    text = path.read_text(encoding="utf-8")
    for option, side in (("start-after", 2), ("end-before", 0)):
        if (found := re.search(rf":{option}: *(.*)", options)) and (mark := found[1].strip().strip("\"'")) in text:
            text = text.partition(mark)[side]
    return text


def items(chapter):
    """The chapter as a row of items: (kind, content), from its first cell to its last."""
    hidden_until = False
    for cell in chapter.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            for kind, content in blocks(cell.source):
                if kind == "fence":
                    name = content[0]
                    if name in {"solution-start", "solution-end"}:
                        hidden_until = name == "solution-start"
                        continue
                if not hidden_until:
                    yield kind, content
            continue
        if hidden_until:
            continue
        if not {"hide-input", "hide-cell", "remove-input"} & set(tags):
            yield "code", cell.source
        for output in cell.outputs:
            if picture := output.get("data", {}).get("image/svg+xml"):
                alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
                yield "figure", ("".join(picture), alt)
            elif output.output_type == "stream" and "hide-cell" not in tags:
                yield "printed", output.text


def code(text):
    try:
        return highlight(text, PythonLexer(), HtmlFormatter(nowrap=True))
    except ClassNotFound:
        return html.escape(text)


# From blocks to slides


def slides(path):
    """The slides of one chapter."""
    chapter = Chapter(path)
    sections, title = [], ""
    for kind, content in items(chapter):
        if kind == "heading" and content[0] == 1:
            title = content[1]
            sections.append((title, []))
        elif kind == "heading" and content[0] <= 3:
            sections.append((content[1], []))
        elif sections:
            sections[-1][1].append((kind, content))
    made = [*_first(chapter, sections[0])]
    claims = [content for _, inside in sections for kind, content in inside if kind == "fence" and _claim(content)]
    made += _votes(chapter, "True or false? Vote.", claims, ["<p>Write the counts down for the end.</p>"])
    for heading, inside in sections[1:]:
        if heading.startswith("Exercises"):
            made += _exercises(chapter, inside)
        elif heading.startswith("What to remember"):
            verdicts = [note for content in claims if (note := _note(chapter, ("fence", content)))]
            made += _votes(chapter, "True or false? What has changed?", claims, verdicts)
            made.append(_memory(chapter, heading, inside))
        elif not heading.startswith(LEFT_OUT):
            made += _section(chapter, heading, inside)
    return title, made


def _first(chapter, section):
    title, inside = section
    texts = [content for kind, content in inside if kind == "text"]
    question = next(text for text in texts if not text.startswith(("**Read**", "After this", "<")))
    notes = [note for item in inside if (note := _note(chapter, item))]
    body = f"<p class='question'>{chapter.html(question, inline=True)}</p>"
    figure = next((content for kind, content in inside if kind == "figure"), None)
    yield Slide(f"{chapter.number}. {title}", body, notes, "title")
    if figure:
        yield Slide(title, _picture(figure), [], "figure")
    if goals := next((content for kind, content in inside if kind == "list"), None):
        yield Slide("After this chapter you can", chapter.html(goals))


def _section(chapter, heading, inside):
    """A section's slides: its opening with its first formula, its program, each figure, the claims."""
    found: list[Slide] = []
    before, used = "", set()
    name = chapter.html(heading, inline=True)

    def add(body, kind="text"):
        found.append(Slide(name, body, [], kind))

    first_figure = next((k for k, (kind, _) in enumerate(inside) if kind == "figure"), None)
    texts = [content for kind, content in inside if kind == "text"]
    head = inside[: first_figure if first_figure is not None else len(inside)]
    formula = next((content for kind, content in head if kind == "formula"), None)
    if texts and (first_figure is None or formula):
        body = chapter.html(chapter.opening(texts[0]))
        if formula:
            body += chapter.html(formula)
        elif first_figure is None:
            points = next((content for kind, content in inside if kind == "list"), None)
            results = [content for kind, content in inside if kind == "printed" and _small(content)]
            body += _points(chapter, points) if points else ""
            body += f"<pre>{html.escape(results[0])}</pre>" if results and not points else ""
        used.add(texts[0])
        add(body)
    program = False
    for kind, content in inside:
        if kind == "text":
            before = content
        elif kind == "code" and not program and "def " in content and len(content.splitlines()) <= LONGEST_CODE:
            program = True
            add(f"<pre>{code(re.sub(IMPORTS, '', content).strip())}</pre>", "code")
        elif kind == "figure":
            text = texts[0] if texts and not used else before
            words = "" if text in used else chapter.html(chapter.opening(text, 260))
            used.add(text)
            add(_picture(content) + f"<div>{words}</div>" if words else _picture(content), "figure")
        if note := _note(chapter, (kind, content)):
            if not found:
                add("", "text")
            found[-1].notes.append(note)
    return [slide for slide in found if slide.body]


def _claim(fence):
    """The words of a claim on trial, or nothing."""
    words = fence[1].removeprefix("Claim").lstrip(": ") if fence[1].startswith("Claim") else ""
    return words[:1].upper() + words[1:]


def _votes(chapter, heading, claims, notes):
    for k in range(0, len(claims), 5):
        listed = "".join(f"<li>{chapter.html(_claim(claim), inline=True)}</li>" for claim in claims[k : k + 5])
        yield Slide(heading, f"<ul class='vote'>{listed}</ul>", notes if k == 0 else [])


def _points(chapter, text):
    """A list with the first sentence of each point, the first five points."""
    parts = re.split(r"^(?:- |\d+\. )", text, flags=re.MULTILINE)
    points = [" ".join(part.split()) for part in parts if part.strip()]
    kept = [chapter.html(sentences(point)[0], inline=True) for point in points[:5]]
    return "<ul>" + "".join(f"<li>{point}</li>" for point in kept) + "</ul>"


def _small(text):
    lines = text.splitlines()
    return len(lines) <= 10 and max(map(len, lines), default=0) <= 60


def _exercises(chapter, inside):
    found = [content for kind, content in inside if kind == "fence" and content[0] == "exercise"]
    if names := [content[1] for content in found]:
        listed = "".join(f"<li>{chapter.html(name, inline=True)}</li>" for name in names)
        notes = [chapter.html(_body(content[2])) for content in found]
        yield Slide("Exercises", f"<ol>{listed}</ol>", notes)


def _memory(chapter, heading, inside):
    points = next((content for kind, content in inside if kind == "list"), "")
    rest = [note for kind, content in inside if content is not points and (note := _note(chapter, (kind, content)))]
    return Slide(heading, chapter.html(points), rest, "memory")


def _picture(figure):
    picture, alt = figure
    data = base64.b64encode(picture.encode()).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def _body(text):
    """A directive's body without its options."""
    return "\n".join(line for line in text.splitlines() if not re.match(r":[\w-]+:", line))


def _note(chapter, item):
    """What the speaker reads of an item."""
    kind, content = item
    if kind in {"text", "list", "table", "formula"}:
        return chapter.html(content)
    if kind == "printed":
        return f"<pre>{html.escape(content)}</pre>"
    if kind == "figure":
        return f"<p><i>The figure:</i> {html.escape(content[1])}</p>"
    if kind == "code":
        return f"<pre>{code(content)}</pre>"
    if kind == "heading":
        return f"<h3>{chapter.html(content[1], inline=True)}</h3>"
    name, title, body = content
    if name == "include":
        return chapter.html(included((title, body)))
    if name in {"admonition", "dropdown", "note", "tip", "warning"}:
        inside = "".join(note for block in blocks(_body(body)) if (note := _note(chapter, block)))
        return f"<p><b>{chapter.html(title, inline=True)}</b></p>{inside}"
    return ""


# The file

STYLE = """
:root { --u: min(1vw, 1.7778vh) } * { box-sizing: border-box }
body { margin: 0; background: #fff; color: #1a1a1a; font: 16px/1.45 system-ui, sans-serif }
section { width: 100%; padding: 2em; border-bottom: 1px solid #767676 }
h1 { line-height: 1.15; margin: 0 0 .6em } img { max-width: 100%; height: auto } math { font-size: 1.1em }
pre { margin: 0; font: .82em/1.4 ui-monospace, monospace; overflow-x: auto; white-space: pre }
table { border-collapse: collapse } td, th { border: 1px solid #767676; padding: .1em .5em }
aside { margin-top: 2em; padding: 1em; background: #f2f2f2 } aside img { display: none }
.numbered { display: flex; align-items: center; justify-content: center; gap: 2em } .numbered math { margin: 0 }
.show { overflow: hidden } .show section { display: none; border: 0 }
.show section.now { display: flex; flex-direction: column; width: 100vw; height: 100vh;
  padding: calc(4 * var(--u)) calc(6 * var(--u)); font-size: calc(2.3 * var(--u) * var(--fit, 1)) }
.show h1 { font-size: 1.6em; flex: none } .show .title h1 { font-size: 2.3em; margin-top: 1em }
.show .question { font-size: 1.25em } .show li { margin: .35em 0 } .show .vote li { margin: .8em 0 }
.show .body { flex: 1; min-height: 0 } .show .code pre { font-size: .82em; overflow: visible }
.show .figure .body { display: flex; flex-direction: row-reverse; gap: 3%;
  align-items: center; justify-content: center }
.show .figure img { flex: 0 1 60%; min-width: 0; max-height: 100%; object-fit: contain; align-self: stretch }
.show .figure img:only-child { flex: 1 } .show .figure .body > div { flex: 1 1 37%; min-width: 0 }
.show li > p { margin: 0 } .show .memory .body { font-size: .92em }
mtd[columnalign] { padding-left: 0; padding-right: .15em } mtd[columnalign=right] { text-align: right }
mtd[columnalign=left] { text-align: left } .show .text pre { margin-top: 1em }
.show aside { display: none } .foot { display: none }
.show .foot { display: block; position: fixed; right: 1.2em; bottom: .6em; color: #595959; font-size: 14px }
.speak section { display: none } .speak section.now { display: block; border: 0 } .speak aside { font-size: 1.15em }
.speak .body img { max-height: 30vh }
@media print { aside { display: none } .foot { display: none }
  section { break-after: page; border: 0 } img { max-height: 70vh } }
.k, .kn, .kc, .ow { color: #7a0874 } .s1, .s2, .sd { color: #005a91 } .c1 { color: #595959 } .mi, .mf { color: #8a4600 }
"""
SCRIPT = """
const slides = [...document.querySelectorAll("section")], root = document.documentElement;
const speaker = location.hash.endsWith("n");
let now = 0, other = speaker ? window.opener : null;
function fit(slide) {
  let size = 1; slide.style.setProperty("--fit", size);
  while (size > .6 && (slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1
    || [...slide.querySelectorAll(".body, .body > div")].some(b => b.scrollHeight > b.clientHeight + 1
      || b.scrollWidth > b.clientWidth + 1)))
    slide.style.setProperty("--fit", size -= .04);
}
function go(k, tell = true) {
  now = Math.max(0, Math.min(slides.length - 1, k));
  slides.forEach((s, i) => s.classList.toggle("now", i === now));
  if (!speaker) { fit(slides[now]); history.replaceState(null, "", "#" + (now + 1)); }
  document.querySelector(".foot").textContent = `${now + 1} / ${slides.length}`;
  document.title = document.title.replace(/^(\\d+: )?/, `${now + 1}: `);
  scrollTo(0, 0);
  if (tell && other) other.postMessage(now, "*");
}
function start() {
  root.classList.add(speaker ? "speak" : "show");
  go((parseInt(location.hash.slice(1)) || 1) - 1, false);
  if (speaker && other) other.postMessage("where", "*");  // what was said while the notes opened went unheard
}
addEventListener("message", e => {
  if (!speaker && e.data === "where") { other = e.source; other.postMessage(now, "*"); }
  else if (e.source === other && Number.isInteger(e.data)) go(e.data, false);
});
addEventListener("resize", () => speaker || fit(slides[now]));
addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const step = {ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1}[e.key];
  if (step && !(speaker && /Up|Down/.test(e.key))) { e.preventDefault(); go(now + step); }
  else if (e.key === "Home") go(0);
  else if (e.key === "End") go(slides.length - 1);
  else if (e.key === "s") other = open(location.href.split("#")[0] + `#${now + 1}n`, "notes", "width=900,height=800");
  else if (e.key === "Escape" && !speaker) root.classList.toggle("show");
});
addEventListener("click", e => { if (!speaker && root.classList.contains("show") && !String(getSelection()))
  go(now + (e.clientX < innerWidth / 4 ? -1 : 1)); });
start();
"""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(title, made):
    """One HTML file with everything in it."""
    parts = []
    for slide in made:
        notes = "".join(slide.notes)
        aside = f"<aside aria-label='Notes'>{notes}</aside>" if notes else ""
        parts.append(
            f"<section class='{slide.kind}'><h1>{slide.heading}</h1>"
            f"<div class='body'>{slide.body}</div>{aside}</section>"
        )
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head><body><main>\n'
        + "\n".join(parts)
        + f"\n</main><p class='foot' aria-live='polite'></p><script>{SCRIPT}</script></body></html>\n"
    )


def write(path, out=OUT):
    """Write one chapter's slides. Returns the file."""
    title, made = slides(path)
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{path.stem}.html"
    target.write_text(page(title, made), encoding="utf-8")
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    paths = [CHAPTERS / f"{name}.ipynb" for name in given.chapters] or sorted(CHAPTERS.glob("[0-9]*.ipynb"))
    for path in paths:
        if not path.is_file():
            parser.error(f"there is no chapter {path.stem}")
        print(write(path, given.out))


if __name__ == "__main__":
    main()
