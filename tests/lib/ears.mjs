// Runs inside the page, before its own scripts: keeps hold of what the page receives, so that a test can hear it.
// The page's own calls are passed on unchanged.

/* global RTCPeerConnection, MediaStreamTrackProcessor */

/** To be given to `addInitScript`; has to be self-contained. */
export function installEars() {
  const ears = { peers: [], microphones: [], speakers: new Set() };
  Object.defineProperty(globalThis, 'sidetoneEars', { value: ears });

  const Original = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      const entry = { connection: this, track: undefined };
      ears.peers.push(entry);
      this.addEventListener('track', (event) => {
        if (event.track.kind === 'audio') entry.track = event.track;
      });
    }
  };

  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (ears.refuse) throw new DOMException('refused by the test', ears.refuse);
    const stream = await ask(constraints);
    ears.microphones.push(...stream.getAudioTracks());
    return stream;
  };

  // A copy of a microphone's track is a microphone that is on, too.
  const copy = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function clone() {
    const copied = copy.call(this);
    if (ears.microphones.includes(this)) ears.microphones.push(copied);
    return copied;
  };

  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(stream) {
      ears.speakers.add(this);
      source.set.call(this, stream);
    },
  });

  const current = () => ears.peers.filter((peer) => peer.connection.connectionState !== 'closed').at(-1);

  /** How many microphone tracks are live. */
  ears.liveMicrophones = () => ears.microphones.filter((track) => track.readyState === 'live').length;

  /** The states of the peer connections that are not closed. */
  ears.connections = () =>
    ears.peers.map((peer) => peer.connection.connectionState).filter((state) => state !== 'closed');

  /** The codecs in use now: `{sends, receives}`, as MIME subtypes in lower case. */
  ears.codecs = async () => {
    const reports = [...(await current().connection.getStats()).values()];
    const codecOf = (type) => {
      const stream = reports.find((report) => report.type === type && report.kind === 'audio' && report.codecId);
      return reports
        .find((report) => report.id === stream?.codecId)
        ?.mimeType.split('/')[1]
        .toLowerCase();
    };
    return { sends: codecOf('outbound-rtp'), receives: codecOf('inbound-rtp') };
  };

  /** Whether the page plays the remote stream where a person would hear it; the element need not be in the document. */
  ears.audible = () =>
    [...ears.speakers].some(
      (speaker) =>
        speaker.srcObject?.getAudioTracks().some((track) => track === current()?.track) &&
        !speaker.paused &&
        !speaker.muted &&
        speaker.volume > 0,
    );

  /** Records what arrives for some milliseconds: `{rate, samples}`, the samples as base64 of 32-bit floats. */
  ears.listen = async (milliseconds) => {
    const peer = current();
    if (!peer?.track) throw new Error('the page has no remote audio track');
    const track = peer.track.clone();
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1_000 }).readable.getReader();
    const parts = [];
    let rate = 48_000;
    const deadline = performance.now() + milliseconds;
    const late = new Promise((resolve) => setTimeout(() => resolve({ done: true }), milliseconds));
    while (performance.now() < deadline) {
      const { value, done } = await Promise.race([reader.read(), late]);
      if (done) break;
      rate = value.sampleRate;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      value.close();
      parts.push(new Uint8Array(samples.buffer));
    }
    await reader.cancel();
    track.stop();
    let text = '';
    for (const part of parts)
      for (let at = 0; at < part.length; at += 8_192) text += String.fromCharCode(...part.subarray(at, at + 8_192));
    return { rate, samples: btoa(text) };
  };
}
