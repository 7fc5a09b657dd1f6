/** Change of sample rate to 8 kHz by a windowed sinc filter. Runs once when a prompt is loaded. Pure. */

const targetHz = 8000;
const halfWidth = 16;
/** The filter is computed for this many places between two samples; the error is far below that of A-law. */
const phases = 512;

/** Converts to 8 kHz; frequencies above the new band are filtered out first, so that nothing folds back. */
export function resampleTo8k(pcm: Int16Array, rateHz: number): Int16Array {
  if (rateHz === targetHz) return pcm;
  const step = rateHz / targetHz;
  const cutoff = Math.min(1, targetHz / rateHz) * 0.95;
  const reach = Math.ceil(halfWidth / cutoff);
  const kernels = new Map<number, Float64Array>();
  const out = new Int16Array(Math.floor(pcm.length / step));
  for (let index = 0; index < out.length; index += 1) {
    const centre = index * step;
    const whole = Math.floor(centre);
    const phase = Math.floor((centre - whole) * phases);
    const kernel = kernels.get(phase) ?? kernelOf(phase / phases, cutoff, reach);
    kernels.set(phase, kernel);
    out[index] = clip(weighted(pcm, whole - reach, kernel));
  }
  return out;
}

/** Weights of the samples from `reach` before to `reach` after, adding up to one. */
function kernelOf(fraction: number, cutoff: number, reach: number): Float64Array {
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const distance = index - reach - fraction;
    return sinc(distance * cutoff) * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1)));
  });
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

/** Before the beginning and after the end there is silence. */
function weighted(pcm: Int16Array, from: number, kernel: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < kernel.length; index += 1) sum += (kernel[index] ?? 0) * (pcm[from + index] ?? 0);
  return sum;
}

function clip(sample: number): number {
  if (sample > 32767) return 32767;
  return sample < -32768 ? -32768 : Math.round(sample);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
