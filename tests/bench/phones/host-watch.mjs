import { setImmediate } from 'node:timers';
// Tells when the virtual processor it is pinned to did not run at all. Started at real-time priority on one processor:
// nothing on the host comes before it, so a late beat means that the host gave the processor to somebody else.
const PERIOD_MS = 2;
const LATE_MS = 2;
const BEATS_A_TURN = 100;

const cell = new Int32Array(new SharedArrayBuffer(4));
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

function turn() {
  const stalls = [];
  for (let i = 0; i < BEATS_A_TURN; i++) {
    const dueMs = nowMs() + PERIOD_MS;
    Atomics.wait(cell, 0, 0, PERIOD_MS);
    const cameMs = nowMs();
    if (cameMs - dueMs >= LATE_MS) stalls.push({ dueMs, untilMs: cameMs });
  }
  if (stalls.length > 0) process.send?.(stalls);
  setImmediate(turn);
}

process.on('disconnect', () => process.exit());
turn();
