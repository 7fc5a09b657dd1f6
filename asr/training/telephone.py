"""A telephone line on numpy float arrays (int16 scale, 8 kHz): band, room, noise, level, G.711 A-law."""
import numpy as np
from scipy.signal import fftconvolve, firwin2, lfilter

RATE_HZ = 8000


def _alaw_table():
    """Encode-decode of every int16 value (ITU-T G.711 A-law, bit-equal to Python's old audioop)."""
    table = np.zeros(65536, np.int16)
    for value in range(-32768, 32768):
        negative, magnitude = value < 0, (-value - 1 if value < 0 else value)
        magnitude = min(magnitude >> 3, 4095)  # 13 bits signed: 12 bits of magnitude
        if magnitude < 32:  # segments 0 and 1 share the step
            level = (magnitude >> 1) * 2 + 1
        else:
            shift = magnitude.bit_length() - 5
            level = ((magnitude >> shift) << shift) + (1 << (shift - 1))
        table[value & 0xFFFF] = np.int16(max(-32768, min(32767, (-level if negative else level) << 3)))
    return table


_ALAW = _alaw_table()


def alaw(x):
    """One A-law round trip."""
    return _ALAW[np.clip(x, -32768, 32767).astype(np.int16).view(np.uint16)].astype(np.float32)


_BAND_HZ = [0, 150, 300, 700, 1500, 2500, 3400, 3800, 4000]
_BAND_DB = [(-40, -12), (-25, 0), (-6, 2), (-4, 4), (-4, 4), (-5, 4), (-9, 2), (-30, -6)]


def band(x, rng):
    """A random microphone and line."""
    gains_db = np.array([rng.uniform(*b) for b in _BAND_DB] + [-50])
    return fftconvolve(x, firwin2(63, _BAND_HZ, 10 ** (gains_db / 20), fs=RATE_HZ))[31 : 31 + len(x)]


def room(x, rng):
    """A random echo of 25 to 200 ms."""
    n = int(rng.uniform(200, 1600))
    echo = rng.standard_normal(n) * np.exp(-np.arange(n) / (n / 5))
    echo *= rng.uniform(0.1, 0.6) / np.sqrt((echo**2).sum())
    echo[0] = 1
    return fftconvolve(x, echo)[: len(x)]


def noise(n, rng, babble):
    """White, coloured, babble or breathing noise."""
    kind = rng.integers(4)
    if kind == 2 and babble is not None:
        return babble(n)
    white = rng.standard_normal(n)
    if kind == 1:
        return lfilter([1], [1, -rng.uniform(0.6, 0.97)], white)
    if kind == 3:
        return lfilter([1], [1, -0.9], white) * (1 + 0.8 * np.sin(2 * np.pi * rng.uniform(0.3, 3) * np.arange(n) / RATE_HZ))
    return white


def channel(x, rng, babble=None, snr_db=(12, 36), shares=(0.6, 0.15, 0.7)):
    """Band, room and noise each with its share; level always; A-law always."""
    if rng.random() < shares[0]:
        x = band(x, rng)
    if rng.random() < shares[1]:
        x = room(x, rng)
    rms = np.sqrt((x**2).mean()) + 1
    if rng.random() < shares[2]:
        w = noise(len(x), rng, babble)
        x = x + w * (rms / (np.sqrt((w**2).mean()) + 1e-6) * 10 ** (-rng.uniform(*snr_db) / 20))
    return alaw(x * (10 ** (rng.uniform(-26, 2) / 20) * 9000 / (np.abs(x).max() + 1)))
