"""Where things stand in the text of an OpenAPI document: from a JSON pointer to a line."""

from functools import cached_property

import msgspec
import yaml

from conformance.model.pointer import index_of, split


class SourceLine(msgspec.Struct, frozen=True):
    """A place in a text: line and column, counted from 1, and the line itself without its indent."""

    line: int
    column: int
    text: str


class Lines:
    """The lines of a YAML (or JSON) document by JSON pointer."""

    def __init__(self, document: str) -> None:
        """Take the text of a document; it is read when the first place is asked for."""
        self._document = document

    def place(self, pointer: str) -> SourceLine:
        """Return where the member that `pointer` (`/...`) names stands, or the nearest above it that there is."""
        node, mark = self._root, self._root.start_mark if self._root else None
        for token in split(pointer):
            found = _step(node, token)
            if found is None:
                break
            node, mark = found
        if mark is None:
            return SourceLine(1, 1, "")
        line = self._lines[mark.line] if mark.line < len(self._lines) else ""
        return SourceLine(mark.line + 1, mark.column + 1, line.strip())

    @cached_property
    def _lines(self) -> list[str]:
        return self._document.split("\n")

    @cached_property
    def _root(self) -> yaml.Node | None:
        try:
            # Composed, never constructed: places are all that is wanted, and no tag is obeyed.
            return yaml.compose(self._document, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            return None


def _step(node: yaml.Node | None, token: str) -> tuple[yaml.Node, yaml.Mark] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == token:
                return value, key.start_mark
    elif isinstance(node, yaml.SequenceNode) and (index := index_of(token, len(node.value))) is not None:
        return node.value[index], node.value[index].start_mark
    return None
