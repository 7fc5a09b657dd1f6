"""A tiny causal FSMN-CTC network for 8 kHz telephone speech, with its features inside the graph.

Shaped for sherpa-onnx's T-one runtime: 300 ms of int16-scale audio -> 30 log-mel frames -> 10 output frames of 30 ms.
Two CTC heads: toned pinyin syllables (middle) and Chinese characters (top, told the syllable posteriors).
No look-ahead at all; the state is one flat vector per call.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

RATE_HZ, WINDOW, HOP, MELS, CHUNK, PITCH_WINDOW = 8000, 200, 80, 40, 2400, 480


def mel_matrices():
    """Window, DC removal, pre-emphasis and DFT folded into one matrix (258 x 200); mel filters (40 x 129)."""
    n = torch.arange(WINDOW, dtype=torch.float64)
    window = (0.5 - 0.5 * torch.cos(2 * math.pi * n / (WINDOW - 1))) ** 0.85
    no_dc = torch.eye(WINDOW, dtype=torch.float64) - 1.0 / WINDOW
    emphasis = torch.eye(WINDOW, dtype=torch.float64)
    emphasis[0, 0] -= 0.97
    for i in range(1, WINDOW):
        emphasis[i, i - 1] -= 0.97
    angle = torch.arange(129, dtype=torch.float64)[:, None] * n[None] * 2 * math.pi / 256
    dft = torch.cat([torch.cos(angle), -torch.sin(angle)])
    analysis = dft @ torch.diag(window) @ emphasis @ no_dc

    def mel(hz):
        return 1127 * math.log(1 + hz / 700)

    edges = torch.linspace(mel(60.0), mel(3800.0), MELS + 2, dtype=torch.float64)
    bins = torch.tensor([mel(i * RATE_HZ / 256) for i in range(129)], dtype=torch.float64)
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    return analysis.float(), torch.minimum(rising, falling).clamp(min=0).float()


def pitch_matrices(count):
    """Strength at `count` pitches of 55 to 420 Hz, from the harmonics below 1600 Hz of a 60 ms window: what tones need."""
    t = torch.arange(PITCH_WINDOW, dtype=torch.float64)
    window = 0.5 - 0.5 * torch.cos(2 * math.pi * (t + 0.5) / PITCH_WINDOW)
    k = torch.arange(3, 103, dtype=torch.float64)
    angle = k[:, None] * t[None] * 2 * math.pi / 512
    pitch_hz = torch.logspace(math.log10(55.0), math.log10(420.0), count, dtype=torch.float64)
    comb = torch.cos(2 * math.pi * (k[None] * RATE_HZ / 512) / pitch_hz[:, None])
    return (torch.cat([torch.cos(angle), torch.sin(angle)]) * window).float(), comb.float()


class Block(nn.Module):
    """FSMN: a narrow feed-forward layer and a causal depthwise convolution over time."""

    def __init__(self, width, hidden, taps, dilation):
        super().__init__()
        self.ln = nn.LayerNorm(width)
        self.w1 = nn.Linear(width, hidden)
        self.w2 = nn.Linear(hidden, width, bias=False)
        self.dw = nn.Conv1d(width, width, taps, dilation=dilation, groups=width, bias=False)
        self.pad = (taps - 1) * dilation

    def forward(self, x, cache):
        """x (batch, time, width), cache (batch, width, pad) -> the same, and the next cache."""
        p = self.w2(F.relu(self.w1(self.ln(x)))).transpose(1, 2)
        c = torch.cat([cache, p], 2)
        return x + (self.dw(c) + p).transpose(1, 2), c[:, :, c.shape[2] - self.pad :]


class Net(nn.Module):
    """The whole network. Names of members are those of the saved checkpoints."""

    def __init__(self, nsyl, nchar, d=224, h=320, low=6, top=3, k=9, dils=(1, 1, 2, 2, 2, 4, 2, 4, 4), c1=80, pitch=36):
        super().__init__()
        self.cfg = dict(nsyl=nsyl, nchar=nchar, d=d, h=h, low=low, top=top, k=k, dils=tuple(dils), c1=c1, pitch=pitch)
        self.nf, self.tail = MELS + pitch, PITCH_WINDOW - HOP
        analysis, mels = mel_matrices()
        self.register_buffer("A", analysis[:, None, :])
        self.register_buffer("M", mels)
        harmonics, comb = pitch_matrices(pitch)
        self.register_buffer("P", harmonics[:, None])
        self.register_buffer("C", comb)
        self.register_buffer("mu", torch.full((MELS, 1), 12.0))
        self.register_buffer("isd", torch.full((MELS, 1), 0.25))
        self.c1 = nn.Conv1d(self.nf, c1, 3)
        self.c2 = nn.Conv1d(c1, d, 6, stride=3)
        self.blocks = nn.ModuleList(Block(d, h, k, dils[i]) for i in range(low + top))
        self.low = low
        self.nsyl = nn.LayerNorm(d)
        self.syl = nn.Linear(d, nsyl)
        self.cond = nn.Linear(nsyl, d, bias=False)
        self.nchar = nn.LayerNorm(d)
        self.char = nn.Linear(d, nchar)
        self.sizes = [self.tail, self.nf * 2, c1 * 3] + [d * b.pad for b in self.blocks]
        self.state_dim = sum(self.sizes)

    def features(self, w):
        """(batch, 1, samples) -> (batch, 76, frames): normalised log-mel and pitch strengths."""
        z = F.conv1d(w[:, :, self.tail - (WINDOW - HOP) :], self.A, stride=HOP)
        energy = z[:, :129] ** 2 + z[:, 129:] ** 2
        mel = (torch.log(torch.matmul(self.M, energy) + 64.0) - self.mu) * self.isd
        z = F.conv1d(w, self.P, stride=HOP)
        n = self.P.shape[0] // 2
        strength = torch.exp(0.3 * torch.log(z[:, :n] ** 2 + z[:, n:] ** 2 + 1e4))
        return torch.cat([mel, 5 * torch.matmul(self.C, strength) / strength.sum(1, keepdim=True)], 1)

    def core(self, m, state, characters=True):
        """Features and state -> syllable logits, character logits (or None), next state but its first part."""
        out = []
        a = torch.cat([state[1].reshape(-1, self.nf, 2), m], 2)
        out.append(a[:, :, a.shape[2] - 2 :])
        b = torch.cat([state[2].reshape(-1, self.cfg["c1"], 3), F.relu(self.c1(a))], 2)
        out.append(b[:, :, b.shape[2] - 3 :])
        x = F.relu(self.c2(b)).transpose(1, 2)
        syl = None
        for i, block in enumerate(self.blocks):
            if i == self.low:
                syl = self.syl(self.nsyl(x))
                if not characters:
                    return syl, None, out
                x = x + self.cond(syl.softmax(-1))
            x, cache = block(x, state[3 + i].reshape(-1, self.cfg["d"], block.pad))
            out.append(cache)
        return syl, self.char(self.nchar(x)), out

    def forward(self, w, augment=None, characters=True):
        """Whole utterances, w (batch, samples) in int16 scale -> syllable and character logits."""
        state = [torch.zeros(w.shape[0], n) for n in self.sizes]
        m = self.features(torch.cat([state[0], w], 1)[:, None])
        if augment is not None:
            m = augment(m)
        return self.core(m, state, characters)[:2]


class Stream(nn.Module):
    """The T-one contract: (N, 2400, 1) int32 and (N, state) float16 -> (N, 10, V) log-probabilities and the next state."""

    def __init__(self, net, head):
        super().__init__()
        self.net, self.head = net, head
        self.sizes = net.sizes if head == "char" else net.sizes[: 3 + net.low]
        self.state_dim = sum(self.sizes)

    def forward(self, x, state):
        parts = list(torch.split(state.float(), self.sizes, 1))
        w = torch.cat([parts[0] * 32768.0, x[:, :, 0].float()], 1)
        both = self.head == "char"
        syl, char, out = self.net.core(self.net.features(w[:, None]), parts + [None] * 9, both)
        tail = w[:, w.shape[1] - self.net.tail :] / 32768.0
        following = torch.cat([tail] + [o.flatten(1) for o in out], 1).half()
        return F.log_softmax(char if both else syl, -1), following
