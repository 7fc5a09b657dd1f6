/** What a page plays, heard inside the page. */

/**
 * Run in a page: writes the loudness of what it plays, in steps of 50 ms, to `window.heardLoudness`, from the track of its
 * audio element; nothing is left out. False while no call plays.
 */
export const listenOnPage = `(() => {
  const audio = [...document.querySelectorAll('audio')].find((a) => a.srcObject);
  if (!audio) return false;
  const [track] = audio.srcObject.getAudioTracks();
  // Frames wait here while the page is busy.
  const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 3000 }).readable.getReader();
  window.heardLoudness = [];
  let [sum, count] = [0, 0];
  const take = ({ value, done }) => {
    if (done) return;
    const samples = new Float32Array(value.numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    for (const sample of samples) {
      sum += sample * sample;
      if (++count < value.sampleRate / 20) continue;
      window.heardLoudness.push(Math.sqrt(sum / count));
      [sum, count] = [0, 0];
    }
    value.close();
    frames.read().then(take);
  };
  frames.read().then(take);
  return true;
})()`;
