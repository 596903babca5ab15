"""Playbook packs: read whole, or refused with file, line, column and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.adapters.playbook_files import FILE_MAX_BYTES, SOAK_S, PlaybookError, load_pack
from worker.domain.identity import SubjectKind
from worker.domain.playbook import Matcher, Mode, Step, Verb, Watch

GOOD = """\
apiVersion: aiops/v1
kind: Playbook
metadata:
  name: mine
spec:
  match:
    causes: [crash_loop]
  steps:
    - action: evict_pod
"""


def pack(folder: Path, **files: str) -> Path:
    """A pack of these files; `pack.yaml` is version 7 unless it is given."""
    (folder / "pack.yaml").write_text(files.pop("pack", "version: 7\n"))
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_the_shipped_pack_loads() -> None:
    shipped = load_pack()
    assert shipped.version >= 1
    assert [one.name for one in shipped.playbooks] == ["crash-loop", "not-ready"]
    for playbook in shipped.playbooks:
        assert playbook.summary
        assert playbook.mode is None, "the installation's mode decides"
        for step in playbook.steps:
            assert step.watch.deadline_s >= step.watch.window_s > 15 * 60, "longer than its rule"


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    loaded = load_pack(pack(tmp_path, mine=GOOD))
    (mine,) = loaded.playbooks
    assert loaded.version == 7
    assert mine.match == Matcher(causes=frozenset({"crash_loop"}))
    assert mine.match.subjects == {SubjectKind.SERVICE}
    assert (mine.mode, mine.soak_s, mine.summary) == (None, SOAK_S, "")
    assert mine.steps == (Step(Verb.EVICT_POD),)


def test_everything_that_can_be_written_is_read(tmp_path: Path) -> None:
    text = """\
apiVersion: aiops/v1
kind: Playbook
metadata: {name: mine}
spec:
  mode: observe
  soak: 1500ms
  summary: Say why.
  match: {alerts: [A, B], causes: [c], subjects: [node, service]}
  steps:
    - {action: rollout_restart, attempts: 2, coolDown: 1.5h,
       verify: {settle: 5s, window: 2m, deadline: 3m}}
    - action: evict_pod
"""
    (mine,) = load_pack(pack(tmp_path, mine=text)).playbooks
    assert (mine.mode, mine.soak_s, mine.summary) == (Mode.OBSERVE, 1.5, "Say why.")
    assert mine.match == Matcher(
        frozenset({"A", "B"}),
        frozenset({"c"}),
        frozenset({SubjectKind.NODE, SubjectKind.SERVICE}),
    )
    assert mine.steps == (
        Step(Verb.ROLLOUT_RESTART, 2, 5400.0, Watch(5.0, 120.0, 180.0)),
        Step(Verb.EVICT_POD),
    )


def test_their_order_is_that_of_the_file_names(tmp_path: Path) -> None:
    files = {name: changed("mine", f"the-{name}") for name in ("b", "a", "c")}
    loaded = load_pack(pack(tmp_path, **files))
    assert [one.name for one in loaded.playbooks] == ["the-a", "the-b", "the-c"]


EVICT = "    - action: evict_pod\n"
VERIFY = EVICT + "      verify: {settle: 1s, window: 9s, deadline: 8s}\n"

ERRORS = [
    ("not yaml", changed("name: mine", "name: [mine"), (5, 5), "no YAML"),
    ("two documents", GOOD + "---\n" + GOOD, (10, 1), "no YAML"),
    ("empty", "# nothing\n", (1, 1), "write a playbook or remove the file"),
    ("a list", "- a\n", (1, 1), "write an object with apiVersion, kind"),
    ("version", changed("aiops/v1", "aiops/v9"), (1, 13), "'aiops/v9' is unknown; write aiops/v1"),
    ("kind", changed("kind: Playbook", "kind: Job"), (2, 7), "write Playbook"),
    ("missing", changed("  name: mine", "  {}"), (4, 3), "name is missing; add it"),
    ("unknown", changed("  match:", "  macth:"), (6, 3), "macth is unknown; known here: match"),
    ("twice", changed("  match:", "  soak: 1s\n  soak: 2s\n  match:"), (7, 3), "keep one"),
    ("empty name", changed("name: mine", "name: ''"), (4, 9), "write a text"),
    ("no list", changed("[crash_loop]", "crash_loop"), (7, 13), "write a list"),
    ("any alert", changed("causes: [crash_loop]", "subjects: [node]"), (7, 5), "name alerts or"),
    ("subject", changed("[crash_loop]", "[a]\n    subjects: [pod]"), (8, 16), "write service or"),
    ("action", changed("evict_pod", "delete_all"), (9, 15), "write evict_pod or rollout_restart"),
    ("no step", changed("  steps:\n" + EVICT, "  steps: []\n"), (8, 10), "0 steps; write 1 to 8"),
    ("many steps", changed(EVICT, EVICT * 9), (9, 5), "9 steps; write 1 to 8"),
    ("none", changed(EVICT, EVICT + "      attempts: 0\n"), (10, 17), "a whole number from 1 on"),
    ("half", changed(EVICT, EVICT + "      attempts: 1.5\n"), (10, 17), "a whole number from 1"),
    ("no unit", changed(EVICT, EVICT + "      coolDown: 10\n"), (10, 17), "such as 30s, 10m or"),
    ("negative", changed(EVICT, EVICT + "      coolDown: -1s\n"), (10, 17), "is no duration"),
    ("mode", changed("  match:", "  mode: yolo\n  match:"), (6, 9), "write observe or auto"),
    ("never verified", changed(EVICT, VERIFY), (10, 50), "shorter than the window"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "position", "words"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS]
)
def test_an_error_says_where_and_what_to_do(
    tmp_path: Path, text: str, position: tuple[int, int], words: str
) -> None:
    folder = pack(tmp_path, mine=text, other=changed("mine", "other"))
    with pytest.raises(PlaybookError) as refused:
        load_pack(folder)
    message = str(refused.value)
    assert message.startswith(f"{folder / 'mine.yaml'}:{position[0]}:{position[1]}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", "1:1", "empty"),
        ("version: 0\n", "1:10", "a whole number from 1 on"),
        ("version: one\n", "1:10", "a whole number from 1 on"),
        ("name: x\n", "1:1", "name is unknown; known here: version"),
    ],
)
def test_the_packs_own_file_has_errors_too(
    tmp_path: Path, text: str, position: str, words: str
) -> None:
    with pytest.raises(PlaybookError) as refused:
        load_pack(pack(tmp_path, pack=text, mine=GOOD))
    assert str(refused.value).startswith(f"{tmp_path / 'pack.yaml'}:{position}: ")
    assert words in str(refused.value)


def test_a_folder_without_pack_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"pack\.yaml:1:1: missing; create it with the line"):
        load_pack(tmp_path)


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="name 'mine' is taken; give each playbook its own"):
        load_pack(pack(tmp_path, a=GOOD, b=GOOD))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (pack(tmp_path) / "mine.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(PlaybookError, match=r"mine\.yaml:1:1: no YAML"):
        load_pack(tmp_path)


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=rf"mine\.yaml:1:1: .* at most {FILE_MAX_BYTES}"):
        load_pack(pack(tmp_path, mine=GOOD + "#" * FILE_MAX_BYTES))
