#!/usr/bin/python3
"""Speaks labelled sentences with espeak-ng into one shard of 8 kHz speech.

    synth.py SENTENCES.tsv OUT.npz [--seed 1] [--voices train|test] [--accent 0.3] [--limit N] [--jobs 1]

Input: the columns of sentences/generate.ts. A row with word lengths is spoken word by word and joined, with no gap, short
gaps or long gaps, as hand-cut announcements and joined test recordings are.
Output arrays: pcm int16 (joined), off int64 (n+1), text, py, voice, rules, ends (seconds: end of each word, joined rows only).
The label always stays the true one: an accent only changes what espeak-ng is asked to say.
"""
import argparse
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.signal import resample_poly

FAMILY = ["", "m1", "m2", "m3", "m4", "m5", "m7", "f1", "f2", "f4", "f5"]
OTHERS = "Alex Gene Henrique Hugo john Mike max steph quincy grandpa marcelo sandro miguel victor iven2 rob".split()
VOICES = {"train": [""] * 12 + FAMILY * 3 + OTHERS, "test": ["m6", "f3"], "default": [""]}

F_TO_H = {"fa": "hua", "fan": "huan", "fang": "huang", "fei": "hui", "fen": "hun", "feng": "hong", "fo": "huo", "fu": "hu"}
H_TO_F = {"hu": "fu", "hua": "fa", "huan": "fan", "huang": "fang", "hui": "fei", "hun": "fen", "huo": "fo"}
ACCENTS = {
    "flat": lambda b: b[0] + b[2:] if b[:2] in ("zh", "ch", "sh") else b,
    "n-l": lambda b: "l" + b[1:] if b[0] == "n" else b,
    "l-n": lambda b: "n" + b[1:] if b[0] == "l" and b != "lia" else b,
    "f-h": lambda b: F_TO_H.get(b, b),
    "h-f": lambda b: H_TO_F.get(b, b),
    "ng-n": lambda b: b[:-1] if b[-3:] in ("ang", "eng", "ing") and b != "weng" else b,
    "r-l": lambda b: "l" + b[1:] if b[0] == "r" and b != "ri" else b,
}


def accent(syllables, rng, share):
    """What an accented speaker says in place of `syllables`, and which rules were used."""
    if rng.random() >= share:
        return syllables, ""
    rules = [r for r in ("flat", "ng-n", rng.choice(["n-l", "l-n"]), rng.choice(["f-h", "h-f"]), "r-l") if rng.random() < 0.5]
    rules = rules or [rng.choice(list(ACCENTS))]

    def change(syllable):
        if syllable == ",":
            return syllable
        base = syllable[:-1]
        for rule in rules:
            if rng.random() < 0.9:
                base = ACCENTS[rule](base)
        return base + syllable[-1]

    return [change(s) for s in syllables], "+".join(rules)


def espeak(syllables, style):
    """8 kHz samples of numbered pinyin; espeak-ng's own reading of characters is wrong too often."""
    text = " ".join(syllables).replace(" ,", ",").replace("v", "ü")
    voice = "cmn-latn-pinyin" + ("+" + style["voice"] if style["voice"] else "")
    command = ["espeak-ng", "-v", voice, "-s", str(style["speed"]), "-p", str(style["pitch"]), "-g", str(style["gap"]), "--stdout", text]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    start = data.find(b"data") + 8
    wide = np.frombuffer(data[start : len(data) - (len(data) - start) % 2], "<i2").astype(np.float32)
    x = resample_poly(wide, 160, int(round(441 * style["warp"])))  # 22050 Hz * warp to 8000 Hz
    loud = np.flatnonzero(np.abs(x) > 200)
    return x[max(0, loud[0] - 240) : loud[-1] + 480] if len(loud) else x[:1]


def tight(x):
    """Without the silence around a word."""
    loud = np.flatnonzero(np.abs(x) > 300)
    return x[loud[0] : loud[-1] + 1] if len(loud) else x


def speak_joined(syllables, lengths, style, rng):
    """Each word on its own, joined; also the second at which each word ends."""
    spoken = [s for s in syllables if s != ","]
    pause_ms = rng.choice([(0, 0), (0, 30), (20, 120), (60, 250), (150, 400)])
    cut = rng.random() < 0.6
    parts, ends, total, at = [], [], 0, 0
    for length in lengths:
        word = espeak(spoken[at : at + length], style)
        word = tight(word) if cut else word
        gap = np.zeros(int(rng.uniform(*pause_ms) * 8), np.float32)
        total += len(word)
        ends.append(total / 8000)
        total += len(gap)
        parts += [word, gap]
        at += length
    return np.concatenate(parts), ends


def utterance(row, seed, args):
    rng = random.Random(seed)
    text, pinyin, words = (row.rstrip("\n").split("\t") + [""])[:3]
    syllables = pinyin.split()
    said, rules = accent(syllables, rng, args.accent)
    style = {
        "voice": rng.choice(VOICES[args.voices]),
        "speed": int(rng.triangular(120, 270, 185)) if args.voices == "train" else rng.randint(140, 215),
        "pitch": rng.choice([50, rng.randint(20, 80)]),
        "gap": rng.choice([0, 0, 0, 0, 1, 3]),
        "warp": rng.choice([1, rng.uniform(0.9, 1.12)]) if args.voices == "train" else rng.uniform(0.95, 1.05),
    }
    ends = []
    if words:
        x, ends = speak_joined(said, [int(n) for n in words.split()], style, rng)
    else:
        x = espeak(said, style)
    x = np.clip(x * (12000 / max(1, np.abs(x).max())), -32767, 32767).astype(np.int16)
    label = " ".join(s for s in syllables if s != ",")
    return x, text.replace("，", ""), label, style["voice"], rules, " ".join(f"{e:.3f}" for e in ends), words


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sentences")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--voices", choices=list(VOICES), default="train")
    parser.add_argument("--accent", type=float, default=0.3)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    with open(args.sentences, encoding="utf8") as file:
        rows = [line for line in file if line.strip()]
    random.Random(args.seed).shuffle(rows)
    rows = rows[: args.limit] if args.limit else rows
    with ThreadPoolExecutor(args.jobs) as pool:
        spoken = list(pool.map(lambda job: utterance(job[1], args.seed * 1_000_003 + job[0], args), enumerate(rows)))
    spoken = [s for s in spoken if len(s[0]) >= 1200]
    pcm = [s[0] for s in spoken]
    off = np.cumsum([0] + [len(p) for p in pcm])
    names = ("text", "py", "voice", "rules", "ends", "words")
    columns = {name: np.array([s[i + 1] for s in spoken]) for i, name in enumerate(names)}
    np.savez(args.out, pcm=np.concatenate(pcm), off=off, **columns)
    print(args.out, len(spoken), "utterances", round(off[-1] / 8000 / 3600, 2), "hours", flush=True)


if __name__ == "__main__":
    main()
