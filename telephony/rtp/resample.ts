/** Change of sample rate to 8 kHz by a windowed sinc filter. Runs once when a prompt is loaded. Pure. */

const targetHz = 8000;
const halfWidth = 16;

/** Converts to 8 kHz; frequencies above the new band are filtered out first, so that nothing folds back. */
export function resampleTo8k(pcm: Int16Array, rateHz: number): Int16Array {
  if (rateHz === targetHz) return pcm;
  const step = rateHz / targetHz;
  const cutoff = Math.min(1, targetHz / rateHz) * 0.95;
  const reach = Math.ceil(halfWidth / cutoff);
  const out = new Int16Array(Math.floor(pcm.length / step));
  for (let index = 0; index < out.length; index += 1) {
    out[index] = Math.max(-32768, Math.min(32767, Math.round(sampleAt(pcm, index * step, { cutoff, reach }))));
  }
  return out;
}

function sampleAt(pcm: Int16Array, centre: number, filter: { cutoff: number; reach: number }): number {
  const first = Math.max(0, Math.ceil(centre - filter.reach));
  const last = Math.min(pcm.length - 1, Math.floor(centre + filter.reach));
  let sum = 0;
  let weights = 0;
  for (let at = first; at <= last; at += 1) {
    const distance = at - centre;
    const weight = sinc(distance * filter.cutoff) * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (filter.reach + 1)));
    sum += weight * (pcm[at] ?? 0);
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
