#!/bin/bash
# Makes a demo model for synthetic voices from a city's names. One command, all steps; see README.md.
#   asr/training/make.sh WORKDIR [MINUTES] [CITYDIR]
# Run from the repository's root. With WORKDIR/old/{ckpt.pt,vocab.json} training goes on from there.
set -euo pipefail
work=${1:?usage: make.sh WORKDIR [MINUTES] [CITYDIR]}
minutes=${2:-90}
city=${3:-config/sample/jiangcheng}
here=$(dirname "$0")
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 # Debian's torch does not bind them itself
mkdir -p "$work/model"

sentences() { npx tsx "$here/sentences/generate.ts" --city "$city" "$@"; }
sentences --out "$work/test-whole.tsv" --count 300 --seed 777 --joined 0
sentences --out "$work/test-joined.tsv" --count 300 --seed 778 --joined 1
cat "$work"/test-*.tsv >"$work/tests.tsv"
sentences --out "$work/wording.tsv" --count 30000 --seed 35 --not-in "$work/tests.tsv"
for i in 1 2 3 4; do
  sentences --out "$work/train-$i.tsv" --count 5000 --seed "3$i" --not-in "$work/tests.tsv"
  python3 "$here/synth.py" "$work/train-$i.tsv" "$work/train-$i.npz" --seed "4$i"
done
for t in whole joined; do
  python3 "$here/synth.py" "$work/test-$t.tsv" "$work/test-$t.npz" --voices test --accent 0
  python3 "$here/wavs.py" "$work/test-$t.npz" "$work/wav-$t" --line --limit 150
done

init=()
if [ -f "$work/old/ckpt.pt" ]; then init=(--init "$work/old/ckpt.pt" --rate 9e-4); fi
nice -n 19 python3 "$here/train.py" --data "$work/train-*.npz" --test "$work/test-whole.npz" --out "$work/run" --minutes "$minutes" "${init[@]}"
python3 "$here/export.py" "$work/run" "$work/model"
npx tsx "$here/wording.ts" "$work/model/lm.json" "$work/wording.tsv"
cp asr/models/demo-zh-8k/{model.json,README.md} "$work/model/"
npx tsx "$here/eval.ts" "$work/model" "$work/wav-whole" "$work/wav-joined"
echo "The model is in $work/model. Copy it over asr/models/demo-zh-8k, or name it in asr.modelDir."
