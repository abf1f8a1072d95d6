"""Random numbers that follow from a seed and an index, without a state.

A stream is a bijection of 64-bit integers, so its values are distinct for distinct indexes; they
serve as identifiers too. Skewed values come from tables of a distribution's quantiles.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Integers: TypeAlias = npt.NDArray[np.int64]
Bits: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Quantiles: TypeAlias = npt.NDArray[np.float64]
Rows: TypeAlias = npt.NDArray[np.void]  # records with named fields

_MASK = 2**64 - 1
_QUANTILES = 4096


def _mix(value: int) -> int:
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & _MASK
    return value ^ value >> 31


class Stream:
    """One sequence of random bits among those of a seed."""

    def __init__(self, seed: int, number: int) -> None:
        self._key = np.uint64(_mix(_mix(seed & _MASK) + number))

    def bits(self, index: Integers) -> Bits:
        """64 random bits an index (the finalizer of SplitMix64)."""
        mixed = index.astype(np.uint64)
        mixed += self._key
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        return mixed


def part(bits: Bits, low: int, width: int) -> Integers:
    """`width` of the bits from `low` on, as an integer of 0 and more."""
    shifted = bits >> np.uint64(low)
    shifted &= np.uint64((1 << width) - 1)
    integers: Integers = shifted.view(np.int64)
    return integers


def chance(bits: Bits, low: int, probability: float) -> Flags:
    """True with a probability, from the 16 bits from `low` on."""
    flags: Flags = part(bits, low, 16) < round(probability * 65536)
    return flags


def share(bits: Bits, low: int) -> Quantiles:
    """A number from 0 to under 1, from the 16 bits from `low` on."""
    return part(bits, low, 16) / 65536.0


def lognormal(median: float, sigma: float) -> Quantiles:
    """The quantiles of a log-normal distribution, for a look-up by 12 random bits."""
    normal = NormalDist()
    points = [normal.inv_cdf((number + 0.5) / _QUANTILES) for number in range(_QUANTILES)]
    quantiles: Quantiles = median * np.exp(sigma * np.array(points))
    return quantiles


def mixture(*parts: tuple[float, Quantiles]) -> Quantiles:
    """The quantiles of a mixture, of tables with their shares of it (which sum to 1)."""
    values = np.concatenate([table for _, table in parts])
    weights = np.concatenate([np.full(len(table), weight) for weight, table in parts])
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / _QUANTILES
    positions = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    quantiles: Quantiles = values[order][
        np.minimum(np.searchsorted(reached, positions), len(values) - 1)
    ]
    return quantiles


def counts_with_mean(mean: float, sigma: float, most: int) -> Integers:
    """The quantiles of a skewed count from 1 to `most` whose mean is given."""
    low, high = 0.01, float(most)
    for _ in range(60):
        middle = (low + high) / 2
        counts = np.clip(np.rint(lognormal(middle, sigma)), 1, most)
        low, high = (middle, high) if counts.mean() < mean else (low, middle)
    return counts.astype(np.int64)
