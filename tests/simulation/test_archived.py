"""Under every fault: what is published is archived before a document may let it go."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.nemesis import CRUEL
from tests.simulation.schedule import Run, simulate
from worker.domain.document.codec import decode
from worker.domain.document.subject import SubjectDocument
from worker.domain.story.chain import Head, examine
from worker.domain.story.journal import Entry

SEEDS = range(400, 425)


def archived(run: Run, document: SubjectDocument) -> list[Entry]:
    values = run.shared.store.values(f"journal-{document.subject.key}-")
    return [decode(Entry, entry) for value in values for entry in value["entries"]]


def violations(run: Run) -> Iterator[str]:
    """[22] Every published entry is kept, and with the document's own the story is whole."""
    for document in run.documents:
        kept = archived(run, document)
        where = f"seed {run.seed}, {document.subject.text}"
        missing = set(range(1, document.published_seq + 1)) - {entry.seq for entry in kept}
        if missing:
            yield f"{where}: {sorted(missing)} were published and are not archived"
        ordered = sorted([*kept, *document.journal], key=lambda entry: entry.seq)
        head = Head(document.journal_head, document.journal_seq)
        found = examine(ordered, heads=[head], from_first=True)
        if not found.whole:
            yield f"{where}: {found.breaks}"


def test_what_is_published_is_archived_whole() -> None:
    runs = [simulate(seed, CRUEL) for seed in SEEDS]
    assert [words for run in runs for words in violations(run)] == []
    assert sum(len(archived(run, document)) for run in runs for document in run.documents) > 0
