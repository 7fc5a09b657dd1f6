/**
 * Runs in the agent's page before its own scripts and notes when things happen there. As text, because it is not part of
 * this program. Moments are wall-clock milliseconds, durations within the page are of its monotonic clock.
 */
export const pageScript = `(() => {
  if (window.top !== window || window.bench) return;
  const bench = (window.bench = {
    clicks: [], invites: [], offers: [], shown: [], drafts: [], late: 0, heardAtMs: null, interactiveMs: null,
  });
  const find = (id) => document.querySelector('[data-testid=' + id + ']');

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.startsWith('INVITE ')) bench.invites.push(Date.now());
      });
    }
  };

  let armed = false;
  window.addEventListener('click', ({ target }) => {
    const id = target instanceof Element ? target.closest('[data-testid]')?.getAttribute('data-testid') : null;
    if (!id) return;
    bench.clicks.push({ id, atMs: Date.now() });
    if (id === 'answer') { bench.heardAtMs = null; armed = true; }
  }, true);

  bench.press = (id) => {
    const button = [...document.querySelectorAll('[data-testid=' + id + ']')].find((b) => !b.disabled);
    if (!button) return false;
    button.click();
    return true;
  };

  // What the call's audio element plays, looked at every few milliseconds.
  bench.listen = async () => {
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 256;
    const mute = context.createGain();
    mute.gain.value = 0;
    analyser.connect(mute).connect(context.destination);
    const samples = new Float32Array(256);
    let known = null;
    let source = null;
    setInterval(() => {
      const stream = document.getElementById('call-audio')?.srcObject ?? null;
      if (stream !== null && stream !== known && stream.getAudioTracks().length > 0) {
        known = stream;
        source?.disconnect();
        source = context.createMediaStreamSource(stream);
        source.connect(analyser);
      }
      if (!armed) return;
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const s of samples) sum += s * s;
      if (Math.sqrt(sum / samples.length) < 0.02) return;
      bench.heardAtMs = Date.now();
      armed = false;
    }, 4);
  };

  const finals = new Map();
  const values = new Map();
  let [draftOf, text, ringing] = ['', '', false];
  const lookAtText = (atMs) => {
    const segments = [...document.querySelectorAll('[data-testid=segment]')];
    const now = segments.filter((s) => s.dataset.side === 'caller').map((s) => s.textContent).join('');
    if (now !== text) { text = now; bench.shown.push({ atMs, text }); }
    const at = performance.now();
    const ids = new Set(segments.map((s) => s.dataset.segmentId));
    for (const id of finals.keys()) if (!ids.has(id)) finals.delete(id);
    for (const s of segments) {
      if (s.dataset.final === 'true' && !finals.has(s.dataset.segmentId)) finals.set(s.dataset.segmentId, at);
    }
    return segments;
  };
  // A field that changed because of words carries them as its evidence; time zero is their sentence becoming final.
  const lookAtDraft = (segments) => {
    const form = find('draft-form');
    const fresh = form?.dataset.callId !== draftOf;
    draftOf = form?.dataset.callId ?? '';
    if (fresh) values.clear();
    const at = performance.now();
    for (const field of form?.querySelectorAll('[data-testid^=field-][data-value]') ?? []) {
      const name = field.dataset.testid.slice('field-'.length);
      const before = values.get(name);
      values.set(name, field.dataset.value);
      if (fresh || before === undefined || before === field.dataset.value) continue;
      const from = segments
        .filter((s) => [...s.querySelectorAll('[data-fields]')].some((e) => e.dataset.fields.split(' ').includes(name)))
        .map((s) => finals.get(s.dataset.segmentId) ?? -Infinity);
      const tookMs = at - Math.max(-Infinity, ...from);
      if (tookMs < 5000) bench.drafts.push({ field: name, tookMs });
      else if (Number.isFinite(tookMs)) bench.late++;
    }
  };
  const look = () => {
    const atMs = Date.now();
    const answer = find('answer');
    const rings = answer !== null && !answer.disabled;
    if (rings && !ringing) bench.offers.push(atMs);
    ringing = rings;
    lookAtDraft(lookAtText(atMs));
    const available = bench.interactiveMs === null ? find('set-available') : null;
    if (available !== null && !available.disabled && available.getBoundingClientRect().width > 0) {
      bench.interactiveMs = -1;
      // Painted, and free to react.
      requestAnimationFrame(() => setTimeout(() => (bench.interactiveMs = performance.now())));
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ['data-value', 'data-final', 'disabled', 'data-call-id'],
  });
})()`;
