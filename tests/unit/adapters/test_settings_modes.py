"""Modes of namespaces: read from one variable, refused with the part that is wrong."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from worker.domain.playbooks.playbook import Mode
from worker.settings import Settings
from worker.settings_names import explain


def test_a_namespace_has_a_mode_of_its_own() -> None:
    policy = Settings(namespace_modes="payments=suggest, shop = auto,").policy  # type: ignore[arg-type]
    modes = [policy.mode_in(name) for name in ("payments", "shop", "other")]
    assert modes == [Mode.SUGGEST, Mode.AUTO, Mode.OBSERVE]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("payments", "'payments' is no namespace=mode; write for example payments=suggest"),
        ("Payments=auto", "is no namespace=mode"),
        ("=auto", "is no namespace=mode"),
        ("payments=always", "'payments=always' names no mode; there are observe, suggest"),
        ("shop=auto,shop=observe", "shop is named twice"),
    ],
)
def test_a_mode_that_cannot_be_meant_is_refused_with_its_remedy(text: str, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        Settings(namespace_modes=text)  # type: ignore[arg-type]
    told = explain(error.value)
    assert words in told
    assert told.startswith("AIOPS_NAMESPACE_MODES: ")
