"""Debian's python3-sklearn on the folds it is given: TF-IDF of words and pairs of words, linear SVM.

Reads JSON lines {"words": "a b c", "label": "...", "fold": n} from standard input; writes one JSON object with the
guess for every row, made by a model that has not seen the row's fold.
"""
import json
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

rows = [json.loads(line) for line in sys.stdin]
words = [row["words"] for row in rows]
labels = [row["label"] for row in rows]
guesses = [""] * len(rows)
for fold in sorted({row["fold"] for row in rows}):
    train = [i for i, row in enumerate(rows) if row["fold"] != fold]
    test = [i for i, row in enumerate(rows) if row["fold"] == fold]
    tfidf = TfidfVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True)
    svm = LinearSVC(C=1.0).fit(tfidf.fit_transform([words[i] for i in train]), [labels[i] for i in train])
    for i, guess in zip(test, svm.predict(tfidf.transform([words[i] for i in test]))):
        guesses[i] = guess
    print(f"fold {fold} done", file=sys.stderr, flush=True)
json.dump({"guesses": guesses}, sys.stdout)
