#!/usr/bin/python3
"""Writes a shard as 8 kHz WAV files with a list for eval.ts.

    wavs.py SHARD.npz OUTDIR [--line] [--limit N]

OUTDIR/list.tsv: file, text, pinyin, word lengths, end of each word (seconds in the file; joined utterances only).
`--line`: a random telephone line; otherwise A-law only. Each file begins with 0.3 s of silence and ends with 1.5 s.
"""
import argparse
import os
import wave

import numpy as np

import telephone

LEAD_S, TRAIL_S = 0.3, 1.5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shard")
    parser.add_argument("out")
    parser.add_argument("--line", action="store_true")
    parser.add_argument("--limit", type=int, default=10**9)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    shard = np.load(args.shard)
    rng = np.random.default_rng(3)
    with open(os.path.join(args.out, "list.tsv"), "w", encoding="utf8") as rows:
        for i in range(min(args.limit, len(shard["text"]))):
            x = shard["pcm"][shard["off"][i] : shard["off"][i + 1]].astype(np.float32)
            x = np.concatenate([np.zeros(int(LEAD_S * 8000)), x, np.zeros(int(TRAIL_S * 8000))])
            x = telephone.channel(x, rng, snr_db=(12, 30)) if args.line else telephone.alaw(x)
            name = f"{i:04d}.wav"
            with wave.open(os.path.join(args.out, name), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(8000)
                file.writeframes(np.clip(x, -32768, 32767).astype("<i2").tobytes())
            ends = " ".join(f"{float(e) + LEAD_S:.3f}" for e in str(shard["ends"][i]).split())
            rows.write("\t".join([name, str(shard["text"][i]), str(shard["py"][i]), str(shard["words"][i]), ends]) + "\n")


if __name__ == "__main__":
    main()
