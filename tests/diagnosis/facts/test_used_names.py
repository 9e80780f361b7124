"""Names that were accepted: whether a name is one of them, and how much of its start is that of one."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.diagnosis.facts.used_names import UsedNames

NAMES = st.text("ab-\u00e9", max_size=6)


@given(st.lists(NAMES), NAMES)
def test_the_start_is_the_longest_that_any_name_has_in_common(accepted: list[str], name: str) -> None:
    """As when it is compared with each of them; the empty name is none."""
    names = UsedNames()
    for each in accepted:
        names.add(each)
    starts = [length for length in range(len(name) + 1) if any(each.startswith(name[:length]) for each in accepted)]
    assert max(starts, default=0) == names.start(name)
    assert (name in names) is (name != "" and name in accepted)
