"""The inventory of the documents: everything that they show is tried in one way, and nothing is left out."""

import pytest

from .documents import NOT_RUN, PROGRAMS, ROOT, Snippet, Way, by, snippets, snippets_of, way_of

PAGE = """
Text with `conformance run
--quick` and ``a `tick` in it``.

    indented code

- in a list:
  ```yaml
  - run: conformance run
  ```

| `docker run suite` | `name` |
| --- | --- |

```console
$ conformance run \\
    --quick   # as fast as may be
pip install . && conformance run
```
"""


def test_everything_that_a_page_shows_is_seen():
    """Blocks in lists and by indentation, lines that go on, and words over two lines of a paragraph or in a table."""
    expected = [
        ("span", "conformance run --quick"),
        ("span", "a `tick` in it"),
        ("text", "indented code\n"),
        ("yaml", "- run: conformance run\n"),
        ("span", "docker run suite"),
        ("line", "conformance run --quick"),
        ("line", "pip install . && conformance run"),
    ]
    assert expected == [(each.kind, each.text) for each in snippets_of("page.md", PAGE)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("json5", "{run: 1}"),
        ("dockerfile", "RUN pip install ."),
        ("javascript", "fetch()"),
        ("sh", "conformance run"),
        ("line", "docker run suite"),
        ("line", "curl http://127.0.0.1"),
        ("span", "uvx environment-conformance"),
        ("span", "words that nobody knows"),
    ],
)
def test_what_nobody_has_thought_of_has_no_way(kind, text):
    """A block in a new language, a program that is not known and words that are none of ours are seen as gaps."""
    assert None is way_of(Snippet("README.md", 1, kind, text, 1))


def test_every_snippet_is_tried():
    """Whoever adds a snippet of a new kind says here how it is tried."""
    assert [] == [each.name for each in snippets() if way_of(each) is None]


@pytest.mark.parametrize("way", Way)
def test_every_way_has_its_tests(way):
    """There are snippets that are tried in this way, and the file that tries them goes over all of them."""
    assert by(way)
    named = [word.strip(",;") for word in way.value.split() if word.startswith("tests/")]
    if way is Way.DEVELOPMENT:
        named = ["tests/acceptance/test_documents.py"]
    assert named or way is Way.NONE
    for name in named:
        assert f"by(Way.{way.name})" in (ROOT / name).read_text(encoding="utf-8")


def test_what_is_not_run_is_still_there():
    """No excuse stays when its words are gone."""
    assert set(NOT_RUN) == {each.text for each in by(Way.NONE) if each.kind == "span"}


def test_programs_between_backticks_are_calls():
    """A name of one word is no call, with more words it is: `ruff` beside `ruff check`."""
    assert "ruff" in PROGRAMS
    assert ["ruff check"] == [each.text for each in snippets_of("page.md", "`ruff` and `ruff check`")]
