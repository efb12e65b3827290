"""The documentation site is built without a warning, leads nowhere that is not there, and leaves nothing out."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import symsched as ss
from symsched import catalogue

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns(".*", "_build", "gallery", "__pycache__", "*.egg-info", "build", "dist")


def copied(folder: Path) -> Path:
    """The documents of a copy of the repository: they lead to files beside them."""
    return Path(shutil.copytree(ROOT, folder / "copy", symlinks=True, ignore=LEFT_OUT)) / "docs"


def build(docs: Path, *options: str, builder: str = "html") -> subprocess.CompletedProcess[str]:
    folders = ["-d", str(docs / "_build" / "doctrees"), str(docs), str(docs / "_build" / builder)]
    command = [sys.executable, "-m", "sphinx", "-b", builder, *options, *folders]
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)


class Page(HTMLParser):
    """What a page leads to, and the places in it that others can lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {""}
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name in ("href", "src") and value is not None]
        self.places |= {value for name, value in attrs if name == "id" and value is not None}


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents of the site."""
    return copied(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(docs: Path) -> dict[Path, Page]:
    """The pages of the site by their files."""
    done = build(docs, "-W", "-n")
    assert (done.returncode, done.stderr) == (0, "")
    return {path: Page(path) for path in (docs / "_build" / "html").rglob("*.html")}


def page(site: dict[Path, Page], name: str) -> Page:
    (found,) = (page for path, page in site.items() if path.as_posix().endswith(f"/html/{name}.html"))
    return found


def broken(pages: dict[Path, Page]) -> list[tuple[str, str]]:
    """Links to files and places that there are not, each with the page where it stands."""
    found = []
    for path, one in pages.items():
        for link in one.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            place = unquote(parts.fragment) if target.suffix == ".html" else ""
            if not target.exists() or (target in pages and place not in pages[target].places):
                found.append((path.name, link))
    return found


def test_no_link_is_broken(site: dict[Path, Page]) -> None:
    assert sum(link.startswith("core.html#entry-") for link in page(site, "gallery/index").links) > 100
    assert broken(site) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    """The test of the test above."""
    file = tmp_path / "page.html"
    file.write_text('<p id="here"></p><a href="#here"></a><a href="#there"></a><a href="no.html"></a><a href="/"></a>')
    assert broken({file: Page(file)}) == [("page.html", "#there"), ("page.html", "no.html")]


def test_documents_of_elsewhere_are_pages(site: dict[Path, Page]) -> None:
    """A link to the reference leads to its page and not to a file, from the README too."""
    assert "language.html" in page(site, "overview").links
    assert "gallery/index.html" in page(site, "language").links
    assert "units-and-rest" in page(site, "language").places


@pytest.mark.parametrize("module", sorted({entry.module for entry in catalogue.entries().values()}))
def test_every_entry_is_shown(site: dict[Path, Page], module: str) -> None:
    """Signature, documentation, formula, curve and source."""
    text = page(site, f"gallery/{module}").text
    sections = re.findall(r'<section id="entry-.*?</section>', text, re.DOTALL)
    for (path, entry), section in zip(catalogue.entries(module).items(), sections, strict=True):
        plain = html.unescape(re.sub(r"<[^>]+>", "", section))
        record = catalogue.record(path, entry)
        assert path.removesuffix(entry.name) + record["signature"] in plain
        assert record["summary"].replace("`", "") in plain
        assert section.count("<strong>Equals</strong>") == len(re.findall(r"^Equals ", entry.doc, re.MULTILINE)), path
        assert section.count('class="math notranslate') == section.count('class="schedule-picture"') == 1, path
        assert "def schedule(" in plain, path


def test_it_is_laid_out_for_latex_too(docs: Path, site: dict[Path, Page]) -> None:
    """What was read for the pages is not read again."""
    done = build(docs, "-W", "-n", builder="latex")
    assert (done.returncode, done.stderr) == (0, "")
    assert (docs / "_build" / "latex" / "symsched.tex").read_text("utf-8").count(r"\sphinxincludegraphics") > 300


def test_names_in_python(site: dict[Path, Page]) -> None:
    places = page(site, "api").places
    assert {f"symsched.{name}" for name in ss.__all__} <= places
    assert "symsched.integrations.torch.from_scheduler" in places


def test_pages_can_be_read_with_a_keyboard(site: dict[Path, Page]) -> None:
    """Blocks that scroll take the focus, and a heading that is no `h1` to `h6` says of which level it is."""
    text = page(site, "index").text
    assert text.count('<pre tabindex="0">') == text.count("<pre") > 0
    assert text.count('role="heading" aria-level="2"') == text.count('role="heading"') > 0


# What is missing ends the build


def few_pages(tmp_path: Path) -> Path:
    """The documents with one module of the library, which are built in a moment."""
    docs = copied(tmp_path)
    for file in docs.glob("*.md"):
        file.unlink()
    (docs / "index.rst").write_text("Few\n===\n")
    conf = docs / "conf.py"
    modules = ", ".join(f'"gallery/{module}.rst"' for module in ("index", "core", "shape", "torch"))
    conf.write_text(f"{conf.read_text()}\nexclude_patterns += [{modules}]\n")
    return docs


def test_a_public_name_that_is_on_no_page(tmp_path: Path) -> None:
    docs = few_pages(tmp_path)
    api = docs / "api.rst"
    api.write_text(api.read_text().replace(".. autofunction:: symsched.plot\n", ""))
    for _ in range(2):  # the build after it has nothing new to read, and fails as well
        done = build(docs, "-b", "dummy")
        assert done.returncode == 2
        assert "public names are on no page: symsched.plot\n" in done.stderr


def test_an_entry_that_is_on_no_page(tmp_path: Path) -> None:
    done = build(few_pages(tmp_path), "-b", "dummy")
    assert done.returncode == 2
    (line,) = (line for line in done.stderr.splitlines() if "entries of the library are on no page: " in line)
    names = set(line.rpartition(": ")[2].split(", "))
    assert names == {path for path, e in catalogue.entries().items() if e.module in ("core", "shape", "torch")}


def test_an_entry_without_a_comment(tmp_path: Path) -> None:
    docs = few_pages(tmp_path)
    conf = docs / "conf.py"
    conf.write_text(f'{conf.read_text()}\nfrom symsched import prelude\nprelude.text = lambda _: "bare(a) = a*t\\n"\n')
    done = build(docs, "-b", "dummy")
    assert done.returncode == 2
    assert "entries of the library have no comment: bare" in done.stderr
