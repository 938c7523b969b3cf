"""The teachers' part: its tables, its rehearsal, its slides, its commands."""

import re
from pathlib import Path

import grader
import nbformat
import pytest
import rehearse
import slides
import syllabus
from look import FLAGS
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "book" / "teach").glob("*.md"))
STEMS = [path.stem for path in sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))]


# The syllabus


def test_tables_are_those_of_the_chapters():
    text = syllabus.PAGE.read_text(encoding="utf-8")
    assert syllabus.page(text) == text, "run `python scripts/syllabus.py --write`"


def test_the_grader_s_page_is_made_of_its_tables():
    assert grader.PAGE.read_text(encoding="utf-8") == grader.page(), "run `python scripts/grader.py --write`"


@pytest.mark.parametrize("weeks", [syllabus.TWELVE, syllabus.SIX], ids=["twelve", "six"])
def test_a_plan_has_what_it_needs_before(weeks):
    seen: list[int] = []
    for numbers, assignment in weeks:
        for number in numbers:
            needed = {n for n in syllabus.chapters()[number][5] if n < number}
            assert needed <= set(seen), f"chapter {number} needs {needed - set(seen)}"
            seen.append(number)
        if assignment:
            assert set(syllabus.ASSIGNMENTS[assignment]) <= set(seen), assignment
    assert len(seen) == len(set(seen))


def test_twelve_weeks_are_the_whole_book():
    assert sorted(n for numbers, _ in syllabus.TWELVE for n in numbers) == sorted(syllabus.chapters())
    assert {name for _, name in syllabus.TWELVE if name} == set(syllabus.ASSIGNMENTS)
    assert sorted(n for numbers in syllabus.ASSIGNMENTS.values() for n in numbers) == sorted(syllabus.chapters())


def test_assignments_have_the_points_and_minutes_of_the_page():
    from coursework import sources

    assert sources.names() and set(sources.names()) <= set(syllabus.ASSIGNMENTS)
    for name in sources.names():
        first = nbformat.read(sources.SOURCES / name / f"{name}.ipynb", 4).cells[0].source
        assert f"**Points** {syllabus.POINTS} · **Minutes** about" in first, name
    minutes = [syllabus.minutes_of(name) for name in sources.names()]
    text = (ROOT / "book" / "teach" / "syllabus.md").read_text(encoding="utf-8")
    assert f"takes {min(minutes)} to {max(minutes)} minutes" in text


# Commands in the text


def test_commands_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    for target in re.findall(r"(?:`|^\s*)make ([a-z]+)", text, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE) or target == "make", target
    for path in re.findall(r"\b(?:scripts|bench|tests)/[\w/.]+\w", text):
        assert (ROOT / path).exists() or path == "bench/results/coursework.md", path
    from coursework.__main__ import __doc__ as usage

    for command in re.findall(r"-m coursework (\w+)", text):
        assert f"-m coursework {command} " in usage, command


# The rehearsal


@pytest.mark.needs("bubblewrap")
def test_rehearsal_ends_as_the_page_says(tmp_path):
    from coursework import grade, release, sources

    name, key = sources.names()[0], "rehearsal-2027"
    release.strip(name, key, tmp_path / "courses")
    rehearse.main([key, str(tmp_path / "handed")], tmp_path / "courses")
    assert not grade.grade(tmp_path / "handed", key, tmp_path / "courses", show=False)
    found = {who: it[0] for (_, who), it in grade.verdicts(key, tmp_path / "courses").items()}
    page = (ROOT / "book" / "teach" / "adopt.md").read_text(encoding="utf-8")
    page = page.partition("## Rehearse")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| .* \| ([\w ]+) \|$", page, flags=re.MULTILINE)[1:]
    assert {student for student, _ in rows} == set(found)
    for student, states in rows:
        assert found[student].state in states.split(" or "), student
    automatic = [q for q in found["ada"].questions.values() if q.state == "passed"]
    assert automatic and not [q for q in found["ada"].questions.values() if q.state == "lost"]
    assert sum(q.score or 0 for q in found["ben"].questions.values()) < sum(q.score for q in automatic)
    assert sum(q.score for q in found["cleo"].questions.values()) == 0


# Slides


@pytest.mark.parametrize("stem", STEMS)
def test_every_chapter_has_slides(stem):
    title, made = slides.slides(ROOT / "chapters" / f"{stem}.ipynb")
    text = slides.page(title, made)
    kinds = [slide.kind for slide in made]
    source = (ROOT / "chapters" / f"{stem}.ipynb").read_text(encoding="utf-8")
    assert ("memory" in kinds) == ("## What to remember" in source)
    assert kinds[0] == "title" and kinds.count("figure") >= 2 and 10 <= len(made) <= 40
    assert all(slide.body for slide in made) and sum(len(slide.notes) for slide in made) > len(made)
    assert not re.search(r"(?:src|href)=[\"'](?!data:)|@import|url\(", text), "it asks another file or host"
    words = re.sub(r"(?s)<(script|style|pre|code|annotation)\b.*?</\1>|<[^>]+>", "", text)
    left = re.search(r"\$|\\[a-zA-Z|]|\{\w+\}`|^:::|```|\([\w-]+-\d+\)=|[\ue000-\ue002]", words, re.MULTILINE)
    assert not left, words[max(0, left.start() - 40) : left.end() + 40]


OVER = """() => {
  const slide = slides[now], shown = [slide, ...slide.querySelectorAll(".body, .body *")];
  return shown.filter(b => { const box = b.getBoundingClientRect();
    return !b.closest("math") && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
      || b.matches("section, div, pre") && (b.scrollHeight > b.clientHeight + 2 || b.scrollWidth > b.clientWidth + 2) })
    .map(b => b.tagName + ": " + b.textContent.slice(0, 60));
}"""


@pytest.mark.needs("chromium")
def test_every_slide_fits(chromium, tmp_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        heard: list[str] = []
        page.on("request", lambda r: r.url.startswith(("file:", "data:")) or heard.append(r.url))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda message: heard.append(message.text))
        for stem in ("07-gradients", "12-encoder-decoder", "14-ctc"):
            page.goto(slides.write(ROOT / "chapters" / f"{stem}.ipynb", tmp_path).as_uri())
            for number in range(page.evaluate("slides.length")):
                page.evaluate("k => go(k)", number)
                assert not page.evaluate(OVER), (stem, number + 1)
                fit = float(page.evaluate("slides[now].style.getPropertyValue('--fit')"))
                assert fit > 0.7, (stem, number + 1, "is too small to read")
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("now") == 1
        with page.expect_popup() as opened:  # and the speaker goes on before the notes are there to hear it
            page.evaluate("dispatchEvent(new KeyboardEvent('keydown', {key: 's'})), go(4)")
        notes = opened.value
        notes.locator("main > section:nth-child(5).now").wait_for()
        page.evaluate("go(slides.findIndex(slide => slide.querySelector('aside') && slide.matches('.code')) - 1)")
        page.keyboard.press("ArrowRight")
        notes.locator("section.now.code").wait_for()
        assert notes.locator("section.now aside").is_visible() and not page.locator("section.now aside").is_visible()
        page.evaluate(
            "slides[now].querySelector('.body').insertAdjacentHTML('beforeend', '<pre>' + 'x'.repeat(900) + '</pre>')"
        )
        assert page.evaluate(OVER), "what does not fit goes unnoticed"
        assert not heard
        browser.close()


def test_the_queue_took_what_the_page_says():
    from _report import RESULTS, marked_numbers

    text = (ROOT / "book" / "teach" / "machines.md").read_text(encoding="utf-8")
    assert "200 take 14 minutes" in text and "240 submissions, two of them endless, in 17 minutes" in text
    rows = marked_numbers("coursework", "round")
    assert round(rows["all"][0][0] / 60) == 17
    assert round(200 * rows["all"][1][0] / 60) == 14
    assert "of which 240 ended as their table says" in (RESULTS / "coursework.md").read_text(encoding="utf-8")


def test_otter_scores_as_our_judge_does():
    from _report import RESULTS, marked_numbers

    from coursework import sources

    rows = marked_numbers("coursework_otter", "otter")
    assert list(rows) == sources.names()
    assert f"{3 * len(rows)} submissions" in (ROOT / "book" / "teach" / "adopt.md").read_text(encoding="utf-8")
    for name, (right, mistake, blank, (same, of)) in rows.items():
        assert right[0] > mistake[0] > blank[0] == 0 and same == of == 3, name
    assert f"the same in {3 * len(rows)} of {3 * len(rows)}" in (RESULTS / "coursework_otter.md").read_text(
        encoding="utf-8"
    )
