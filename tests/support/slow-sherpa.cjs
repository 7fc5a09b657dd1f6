// sherpa-onnx-node on a machine that is much too slow: each step of each stream takes 45 ms more (a seventh of its 300 ms). The
// time is slept, so that it is the same on a busy machine, and counted as work.
const sherpa = require('sherpa-onnx-node');

const STEP_MS = 45;
const never = new Int32Array(new SharedArrayBuffer(4));
let sleptMs = 0;

function work(steps) {
  Atomics.wait(never, 0, 0, STEP_MS * steps);
  sleptMs += STEP_MS * steps;
}

const { cpuUsage } = process;
process.cpuUsage = () => {
  const { user, system } = cpuUsage.call(process);
  return { user: user + 1000 * sleptMs, system };
};

class OnlineRecognizer extends sherpa.OnlineRecognizer {
  decode(stream) {
    work(1);
    super.decode(stream);
  }

  decodeStreams(streams) {
    work(streams.length);
    super.decodeStreams(streams);
  }
}

module.exports = { OnlineRecognizer };
