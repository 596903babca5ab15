"""Kubernetes quantities: amounts from texts, and the text that the API server shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.observed.quantity import AMOUNT_MAX, TEXT_LENGTH_MAX, bytes_of, text_of

MI = 2**20


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0), ("-0", 0), ("512Mi", 512 * MI), ("1.5Gi", 1536 * MI), ("1Ki", 1024),
        ("2Ti", 2 * 2**40), ("1Pi", 2**50), ("1Ei", 2**60),
        ("128974848", 128974848), ("129M", 129_000_000), ("1k", 1000), ("3G", 3 * 10**9),
        ("1T", 10**12), ("1P", 10**15), ("1E", 10**18),
        ("129e6", 129_000_000), ("129E6", 129_000_000), ("1e+3", 1000), ("1.5e3", 1500),
        ("1E3", 1000),  # an exponent, no exabytes
        ("128974848000m", 128974848), ("1500m", 2), ("1m", 1), ("1u", 1), ("1n", 1),
        ("0.1", 1), ("5.", 5), (".5Ki", 512), ("+5", 5), ("1e-3", 1),
        ("9223372036854775808", AMOUNT_MAX), ("100Ei", AMOUNT_MAX), ("1e99999999", AMOUNT_MAX),
        ("0e99999999", 0), ("1e-99999999", 1),
    ],
)  # fmt: skip
def test_an_amount(text: str, amount: int) -> None:
    assert bytes_of(text) == amount


@pytest.mark.parametrize(
    "text",
    ["", ".", "Mi", "512mi", "512MI", "512 Mi", " 512Mi", "512Mi\n", "1K", "1e", "1Eie3", "1Ee3",
     "-1", "-1Mi", "--1", "0x10", "1_000", "٣", "1,5Gi", "NaN", "inf", "1" * (TEXT_LENGTH_MAX + 1)],
)  # fmt: skip
def test_no_amount_is_not_zero(text: str) -> None:
    assert bytes_of(text) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0"), (1, "1"), (1000, "1k"), (1024, "1Ki"), (1500, "1500"), (1_500_000, "1500k"),
     (768 * MI, "768Mi"), (1024 * MI, "1Gi"), (1536 * MI, "1536Mi"), (1024_000, "1000Ki"),
     (-1, "0")],
)  # fmt: skip
def test_the_text_that_is_shown(amount: int, text: str) -> None:
    """768Mi, 1Gi: tests/contracts/transcripts, cluster_verbs/canonical_quantity."""
    assert text_of(amount) == text


@given(st.integers(0, AMOUNT_MAX))
def test_text_and_amount_are_each_other_s_inverse(amount: int) -> None:
    assert bytes_of(text_of(amount)) == amount


@given(st.text(max_size=TEXT_LENGTH_MAX + 8))
def test_no_text_is_too_much(text: str) -> None:
    amount = bytes_of(text)
    assert amount is None or 0 <= amount <= AMOUNT_MAX
