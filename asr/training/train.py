#!/usr/bin/python3
"""Trains the network by time budget; the learning rate follows the budget.

    train.py --data 'DIR/train_*.npz' --test DIR/test.npz --out RUN --minutes 60 [--init OLD/ckpt.pt]

Shards that appear later are picked up at the next pass. `--init` goes on from a checkpoint (its vocab.json must lie beside it);
characters and syllables new in the data are added to the outputs. ckpt.pt is written every `--save-every` seconds.
Run with OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1: Debian's torch does not bind OpenBLAS threads itself.
"""
import argparse
import glob
import json
import math
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset

import telephone
from network import Net

MAX_SECONDS = 11
CHARACTERS_EVERY = 3  # the character head costs a third of the time and is for display only
LABEL_DELAY_S = 0.12  # causal: a label comes after its sound


class Vocabulary:
    def __init__(self, characters, syllables):
        self.characters, self.syllables = ["<blk>"] + characters, ["<blk>"] + syllables
        self.c = {x: i for i, x in enumerate(self.characters)}
        self.s = {x: i for i, x in enumerate(self.syllables)}

    def save(self, path):
        with open(path, "w", encoding="utf8") as file:
            json.dump({"chars": self.characters[1:], "syls": self.syllables[1:]}, file, ensure_ascii=False)


def load_shard(path):
    shard = np.load(path)
    return {name: shard[name] for name in ("pcm", "off", "text", "py")}


def read_vocabulary(shards, old):
    """Symbols of `old` (a vocab.json or None) in their order, then the new ones of the shards."""
    characters, syllables = [], []
    if old:
        with open(old, encoding="utf8") as file:
            known = json.load(file)
        characters, syllables = known["chars"], known["syls"]
    text = {c for s in shards for t in s["text"] for c in str(t)}
    spoken = {q for s in shards for p in s["py"] for q in str(p).split()}
    return Vocabulary(characters + sorted(text - set(characters)), syllables + sorted(spoken - set(syllables)))


def even_alignment(x, labels):
    """Frame labels for the start: syllables spread evenly over the time that is not silent."""
    frames = len(x) // 240
    loud = np.abs(x[: frames * 240]).reshape(frames, 240).max(1) > 300
    so_far = np.cumsum(loud)
    out = np.full(frames, -100)
    if so_far[-1] < len(labels):
        return out
    out[loud] = np.array(labels)[np.minimum((so_far[loud] - 1) * len(labels) // so_far[-1], len(labels) - 1)]
    delay = int(LABEL_DELAY_S / 0.03)
    return np.concatenate([np.full(delay, -100), out[: frames - delay]])


def ragged(rows, fill, kind):
    out = np.full((len(rows), max(map(len, rows))), fill, kind)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return torch.from_numpy(out)


class Utterances(IterableDataset):
    """Endless batches of about equally long utterances through a random telephone line."""

    def __init__(self, pattern, vocabulary, batch_seconds, seed, easy_steps):
        self.pattern, self.vocabulary, self.batch_seconds = pattern, vocabulary, batch_seconds
        self.seed, self.easy_steps = seed, easy_steps

    def __iter__(self):
        torch.set_num_threads(1)
        rng = np.random.default_rng(self.seed)
        shards, steps = {}, 0
        while True:
            for path in sorted(glob.glob(self.pattern)):
                shards[path] = shards.get(path) or load_shard(path)
            keys = [(s, i) for s in shards.values() for i in range(len(s["text"])) if s["off"][i + 1] - s["off"][i] < MAX_SECONDS * 8000]
            for batch in self.batches(keys, rng, steps < self.easy_steps):
                yield self.make(batch, keys, rng, steps < self.easy_steps)
                steps += 1
                if steps == self.easy_steps:
                    break

    def batches(self, keys, rng, easy):
        length = np.array([s["off"][i + 1] - s["off"][i] for s, i in keys])
        batches, current = [], []
        for j in np.argsort(length * rng.uniform(0.85, 1.15, len(length))):
            if current and (len(current) + 1) * (length[j] + 8000) > self.batch_seconds * 8000:
                batches.append(current)
                current = []
            current.append(keys[j])
        batches.append(current)
        if easy:  # short ones first: the alignment forms faster
            batches = batches[len(batches) // 20 : max(1, len(batches) // 4)]
        rng.shuffle(batches)
        return batches

    def make(self, batch, keys, rng, easy):
        def babble(n):
            mixed = np.zeros(n)
            for _ in range(rng.integers(2, 5)):
                shard, i = keys[rng.integers(len(keys))]
                mixed += np.resize(shard["pcm"][shard["off"][i] : shard["off"][i + 1]].astype(np.float32), n)
            return mixed

        line = ((25, 45), (0.5, 0, 0.5)) if easy else ((12, 36), (0.6, 0.15, 0.7))
        waves, aligned, characters, syllables = [], [], [], []
        for shard, i in batch:
            x = shard["pcm"][shard["off"][i] : shard["off"][i + 1]].astype(np.float32)
            x = np.concatenate([np.zeros(int(rng.uniform(0, 0.45) * 8000)), x, np.zeros(int(rng.uniform(0.35, 0.7) * 8000))])
            syllables.append([self.vocabulary.s[q] for q in str(shard["py"][i]).split() if q in self.vocabulary.s])
            characters.append([self.vocabulary.c[c] for c in str(shard["text"][i]) if c in self.vocabulary.c])
            aligned.append(even_alignment(x, syllables[-1]))
            waves.append(telephone.channel(x, rng, babble, *line))
        lengths = [torch.tensor([len(r) for r in rows]) for rows in (waves, characters, syllables)]
        flat = [torch.tensor(sum(rows, [])) for rows in (characters, syllables)]
        return ragged(waves, 0, np.float32), ragged(aligned, -100, np.int64), flat, lengths


def mask(m):
    """SpecAugment: hides some bands and some moments."""
    m = m.clone()
    batch, bands, frames = m.shape
    for b in range(batch):
        if random.random() < 0.5:
            width = random.randrange(1, 7)
            start = random.randrange(0, bands - width)
            m[b, start : start + width] = 0
        for _ in range(2):
            if random.random() < 0.4:
                width = random.randrange(1, 9)
                start = random.randrange(0, max(1, frames - width))
                m[b, :, start : start + width] = 0
    return m


def greedy(ids):
    return [i for i, before in zip(ids, [-1] + ids[:-1]) if i != before and i != 0]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


@torch.no_grad()
def evaluate(net, vocabulary, shard, limit):
    """Error rates of characters, toned and toneless syllables on the first `limit` utterances over a fixed line."""
    net.eval()
    rng = np.random.default_rng(5)
    wrong, total = np.zeros(3), 0
    for i in range(min(limit, len(shard["text"]))):
        x = shard["pcm"][shard["off"][i] : shard["off"][i + 1]].astype(np.float32)
        x = telephone.channel(np.concatenate([np.zeros(800), x, np.zeros(6400)]), rng, snr_db=(12, 30))
        syl, char = net(torch.from_numpy(x.astype(np.float32))[None])
        heard = [vocabulary.syllables[k] for k in greedy(syl[0].argmax(-1).tolist())]
        written = [vocabulary.characters[k] for k in greedy(char[0].argmax(-1).tolist())]
        text, py = str(shard["text"][i]), str(shard["py"][i]).split()
        wrong += [distance(text, written), distance(py, heard), distance([q[:-1] for q in py], [q[:-1] for q in heard])]
        total += len(text)
    net.train()
    return wrong / total


def start_from(net, path):
    """Takes a checkpoint over; outputs for new symbols start from small random weights."""
    saved, own = torch.load(path)["net"], net.state_dict()
    for name, value in saved.items():
        if own[name].shape == value.shape:
            own[name] = value
        else:
            own[name] *= 0.1
            own[name][tuple(slice(0, n) for n in value.shape)] = value
            if name in ("syl.bias", "char.bias"):
                own[name][len(value) :] = value.min()
    net.load_state_dict(own)


def normalise(net, batches):
    """Mean and deviation of the features, from the first batches."""
    with torch.no_grad():
        seen = []
        for _ in range(6):
            waves, _, _, (lengths, *_) = next(batches)
            m = net.features(F.pad(waves, (net.tail, 0))[:, None])[:, :40]
            seen += [m[b, :, : int(lengths[b]) // 80] for b in range(len(waves))]
        raw = torch.cat(seen, 1) / net.isd + net.mu
        net.mu.copy_(raw.mean(1, keepdim=True))
        net.isd.copy_(1 / raw.std(1, keepdim=True))


def losses(net, batch, step, framewise):
    waves, aligned, (characters, syllables), (lengths, nchar, nsyl) = batch
    both = step % CHARACTERS_EVERY == 0
    syl, char = net(waves, mask, both)
    frames = torch.clamp(torch.div(lengths, 240, rounding_mode="floor"), max=syl.shape[1])

    def ctc(logits, labels, counts):
        return F.ctc_loss(F.log_softmax(logits, -1).transpose(0, 1), labels, frames, counts, zero_infinity=True)

    loss = 0.7 * ctc(syl, syllables, nsyl)
    syllable_loss = loss.item() / 0.7
    if both:
        loss = loss + 0.5 * ctc(char, characters, nchar)
    if framewise > 0:  # CTC alone sits on the all-blank plateau for long
        t = min(aligned.shape[1], syl.shape[1])
        ce = F.cross_entropy(syl[:, :t].reshape(-1, syl.shape[2]), aligned[:, :t].reshape(-1), ignore_index=-100)
        loss = framewise * 2 * ce + max(0.1, 1 - framewise) * loss
    return loss, syllable_loss


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--test", action="append", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("--init")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--hold", type=float, default=0.4, help="share of the time at the full rate before it falls")
    parser.add_argument("--batch-seconds", type=float, default=64)
    parser.add_argument("--align-steps", type=int, default=300, help="frame-wise steps at the start, then as many of fading out")
    parser.add_argument("--save-every", type=float, default=180, help="seconds")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = arguments()
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    old = os.path.join(os.path.dirname(args.init), "vocab.json") if args.init else None
    vocabulary = read_vocabulary([load_shard(f) for f in sorted(glob.glob(args.data))], old)
    vocabulary.save(os.path.join(args.out, "vocab.json"))
    net = Net(len(vocabulary.syllables), len(vocabulary.characters))
    easy = 0 if args.init else args.align_steps
    batches = iter(DataLoader(Utterances(args.data, vocabulary, args.batch_seconds, args.seed, easy), batch_size=None, num_workers=1, prefetch_factor=4))
    if args.init:
        start_from(net, args.init)
    else:
        normalise(net, batches)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)
    tests = {os.path.basename(f)[:-4]: load_shard(f) for f in args.test}
    log = open(os.path.join(args.out, "train.log"), "a", encoding="utf8", buffering=1)
    checkpoint = os.path.join(args.out, "ckpt.pt")

    def save(label, limit):
        torch.save({"net": net.state_dict(), "cfg": net.cfg}, checkpoint + ".new")
        os.replace(checkpoint + ".new", checkpoint)
        for name, shard in tests.items():
            rates = evaluate(net, vocabulary, shard, limit)
            line = f"{label} {name}: CER {rates[0]:.3f} toned {rates[1]:.3f} toneless {rates[2]:.3f}"
            print(line, file=log)

    started = saved = time.time()
    step, audio_s, average = 0, 0.0, None
    while (share := (time.time() - started) / (args.minutes * 60)) < 1:
        fall = 1 if share < args.hold else max(0.02, 0.5 * (1 + math.cos(math.pi * (share - args.hold) / (1 - args.hold))))
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 200) * fall
        batch = next(batches)
        audio_s += batch[0].numel() / 8000
        framewise = 0 if args.init else max(0, min(1, 2 - step / args.align_steps))
        loss, syllable_loss = losses(net, batch, step, framewise)
        optimiser.zero_grad()
        loss.backward()
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)):
            optimiser.step()
        step += 1
        average = syllable_loss if average is None else 0.97 * average + 0.03 * syllable_loss
        minutes = (time.time() - started) / 60
        if step % 50 == 0:
            print(f"{minutes:.1f} min step {step} syllable loss {average:.3f} audio {audio_s / 3600:.1f} h", file=log)
        if time.time() - saved > args.save_every:
            save(f"{minutes:.1f} min", 60)
            saved = time.time()
    save("end", 300)


if __name__ == "__main__":
    main()
