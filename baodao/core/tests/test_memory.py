"""What one page asks for is read once, and never kept longer than it may be."""

from collections.abc import Callable

from baodao.core.memory import Kept, asked_once, one_page


def counting() -> tuple[list[int], Callable[[], int]]:
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        return len(reads)

    return reads, read


def test_a_page_that_only_reads_asks_once_and_nobody_else_is_answered_from_it() -> None:
    reads, read = counting()
    with one_page():
        assert [asked_once("a", read), asked_once("a", read)] == [1, 1]
        assert asked_once("b", read) == 2
    with one_page():
        assert asked_once("a", read) == 3
    assert [asked_once("a", read), asked_once("a", read)] == [4, 5]
    assert len(reads) == 5


def test_what_is_kept_for_everybody_is_not_taken_from_what_the_page_has() -> None:
    """It may have been read before the epoch under which it would be kept."""
    _, read = counting()
    kept: Kept[str, int] = Kept()
    with one_page():
        assert asked_once("a", read) == 1
        assert kept.get("x", 7, lambda: asked_once("a", read)) == 2
        assert asked_once("a", read) == 1, "the page goes on with its own"
