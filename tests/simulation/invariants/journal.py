"""The story is whole: one chain for each subject, whoever publishes it twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.schedule import Run
from worker.domain.document.codec import decode
from worker.domain.story.journal import Entry, broken_at


def story_is_whole(run: Run) -> Iterator[str]:
    """[22] The published journal of each subject is one unbroken chain; repeats are the same."""
    chains: dict[str, dict[int, Entry]] = defaultdict(dict)
    if run.shared.restored_s:
        return  # what was forgotten is told anew, under the numbers that were forgotten
    for record in run.shared.journal.records:
        entry = decode(Entry, record.data)
        if chains[record.key].setdefault(entry.seq, entry) != entry:
            yield f"{record.key} #{entry.seq} was published with two contents"
    for document in run.documents:
        missing = set(range(1, document.published_seq + 1)) - chains[document.subject.text].keys()
        if missing:
            yield f"{document.subject.text}: {sorted(missing)} are on record and not published"
    for subject, entries in chains.items():
        if not entries:
            continue
        ordered = [entries[seq] for seq in sorted(entries)]
        if ordered[0].seq != 1 or (broken := broken_at(ordered)) is not None:
            yield f"{subject}: the chain is broken at {ordered[0].seq if not ordered else broken}"
