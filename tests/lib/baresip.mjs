// baresip as a telephone: registers, answers by itself, plays one tone and records what it hears.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { HOST, at, freePort, freePorts, tcpListening } from './ports.mjs';
import { Process } from './process.mjs';
import { CHANNELS, RATE, Speaker } from './speaker.mjs';
import { listen, repeated } from './tone.mjs';
import { eventually } from './wait.mjs';
import { readWav, writeWav } from './wav.mjs';

/** The codecs baresip has, as its configuration names them. */
export const BARESIP_CODECS = { pcmu: 'PCMU/8000/1', pcma: 'PCMA/8000/1', g722: 'G722/16000/1', opus: 'opus/48000/2' };

/** A running baresip with one account. */
export class Baresip {
  #control;
  #received = Buffer.alloc(0);
  #events = [];
  #firstLine = 0;
  #speaker;

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{exchange: import('./kamailio.mjs').Kamailio | import('./pbx.mjs').Pbx, user: string, tone: import('./wav.mjs').Sound,
   *   transport?: 'udp'|'tcp', codecs?: string[], answers?: boolean, encryption?: 'srtp'|'srtp-mand'}} options
   *   `tone` is played in a loop; `codecs` are named as in `BARESIP_CODECS`; `encryption` is optional (`srtp`: RTP/AVP with
   *   keys) or required (`srtp-mand`: RTP/SAVP)
   */
  static async start(
    scope,
    {
      exchange,
      user,
      tone,
      transport = 'udp',
      codecs = ['pcmu', 'pcma', 'g722', 'opus'],
      answers = true,
      encryption,
    },
  ) {
    const phone = new Baresip();
    phone.user = user;
    phone.exchange = exchange;
    phone.transport = transport;
    phone.directory = join(scope.directory, `baresip-${user}`);
    await mkdir(phone.directory);
    const play = join(phone.directory, 'plays.wav');
    // aufile plays its file once, so the file has to outlast every call.
    await writeWav(play, repeated(tone, 120));
    phone.sipPort = await freePort();
    const control = await freePort();
    const host = exchange.host ?? HOST;
    await writeFile(
      join(phone.directory, 'config'),
      configuration({ host, sip: phone.sipPort, control, rtp: await freePorts(20), play, directory: phone.directory }),
    );
    await writeFile(join(phone.directory, 'contacts'), '');
    const account = [
      `<sip:${user}@${exchange.domain};transport=${transport}>`,
      `auth_user=${user}`,
      `auth_pass=${exchange.passwordOf(user)}`,
      `answermode=${answers ? 'auto' : 'manual'}`,
      'regint=60',
      'ptime=20',
      `audio_codecs=${codecs.map((codec) => BARESIP_CODECS[codec]).join(',')}`,
      ...(encryption ? [`mediaenc=${encryption}`] : []),
    ].join(';');
    await writeFile(join(phone.directory, 'accounts'), `${account}\n`);
    phone.#speaker = await Speaker.open(scope, join(phone.directory, 'speaker'));
    phone.process = new Process(scope, {
      name: `baresip-${user}`,
      command: process.env.BARESIP ?? 'baresip',
      args: [host.includes(':') ? '-6' : '-4', '-f', phone.directory, '-v'],
      env: { ALSA_CONFIG_PATH: phone.#speaker.configFile },
    });
    await tcpListening(control);
    await phone.#connect(control);
    scope.onClose(() => phone.#control.destroy());
    await phone.process.line(/200 OK .*\[\d+ binding/);
    return phone;
  }

  /** Calls a user of its exchange. */
  async dial(user) {
    await this.#newCall();
    this.#send({ command: 'dial', params: `sip:${user}@${this.exchange.domain};transport=${this.transport}` });
  }

  /** Answers the call that rings. */
  answer() {
    this.#send({ command: 'accept' });
  }

  /** Ends the call that is up. */
  hangUp() {
    this.#send({ command: 'hangup' });
  }

  /** Puts the call that is up on hold. */
  hold() {
    this.#send({ command: 'hold' });
  }

  /** Comes back to the call that it holds. */
  resume() {
    this.#send({ command: 'resume' });
  }

  /** Has the other party of the call that is up call a user of its exchange. */
  transfer(user) {
    this.#send({ command: 'transfer', params: `sip:${user}@${this.exchange.domain}` });
  }

  /** Presses keys in the call that is up. */
  press(digits) {
    for (const digit of digits) this.#send({ command: 'sndcode', params: digit });
  }

  /**
   * Waits for an event, also one that has happened since the last `forget()`.
   *
   * @param {string} type for example `CALL_ESTABLISHED`, `CALL_CLOSED`, `CALL_DTMF_START`
   */
  async event(type, timeout = 10_000) {
    return await eventually(
      `${this.user}'s baresip reports ${type} (so far: ${this.#events.map((e) => e.type).join(', ')})`,
      () => this.#events.find((event) => event.type === type),
      { timeout },
    );
  }

  /** How often an event was reported since the last `forget()`. */
  count(type) {
    return this.#events.filter((event) => event.type === type).length;
  }

  /** The suites of the encrypted calls since the last `forget()`, by what it says itself. */
  suites() {
    const lines = this.process.lines.slice(this.#firstLine);
    return lines.flatMap((line) => line.match(/SRTP is Enabled \(cryptosuite=(\w+)\)/)?.[1] ?? []);
  }

  /** Forgets what was reported and recorded so far, so that the next call is looked at alone. */
  async forget() {
    this.#events = [];
    this.#firstLine = this.process.lines.length;
    await this.#newCall();
  }

  /** What it has heard so far in the call since `dial()` or `forget()`. */
  async heard() {
    const [name] = await this.#recordings();
    if (!name) throw new Error(`${this.user}'s baresip has recorded nothing`);
    return await readWav(join(this.directory, name));
  }

  /** Waits until it clearly hears the tone. */
  async hears(hertz, timeout = 10_000) {
    await eventually(
      `${this.user}'s baresip hears ${hertz} Hz`,
      async () => listen(await this.heard(), [hertz]).tones.get(hertz) >= 5,
      { timeout },
    );
  }

  /** How often a tone is heard in what arrives from now on, for some milliseconds: what `listen` finds. */
  async hearsNow(candidates, milliseconds) {
    const before = (await this.heard()).samples.length;
    const sound = await eventually(`${this.user}'s baresip records ${milliseconds} ms more`, async () => {
      const { rate, samples } = await this.heard();
      return samples.length >= before + (rate * milliseconds) / 1_000 && { rate, samples: samples.subarray(before) };
    });
    return listen(sound, candidates);
  }

  /** What it plays from now on, for some milliseconds; in no call that is nothing at all. */
  async listen(milliseconds) {
    return await this.#speaker.listen(milliseconds);
  }

  /** Takes earlier recordings away: they are named by the second, so that a new one could get an old name. */
  async #newCall() {
    for (const name of await this.#recordings()) await rm(join(this.directory, name));
  }

  async #recordings() {
    return (await readdir(this.directory)).filter((file) => /^dump-.*-dec\.wav$/.test(file));
  }

  async #connect(port) {
    this.#control = connect({ port, host: HOST });
    this.#control.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#read();
    });
    // Its end is told by the process, not by the control connection.
    this.#control.on('error', () => {});
    await new Promise((resolve) => this.#control.once('connect', resolve));
  }

  /** Takes whole netstrings (`<length>:<text>,`) off what was received. */
  #read() {
    for (;;) {
      const colon = this.#received.indexOf(':');
      if (colon < 0) return;
      const length = Number(this.#received.toString('latin1', 0, colon));
      if (this.#received.length < colon + length + 2) return;
      const message = JSON.parse(this.#received.toString('utf8', colon + 1, colon + 1 + length));
      this.#received = this.#received.subarray(colon + length + 2);
      if (message.event) this.#events.push(message);
    }
  }

  #send(command) {
    const text = JSON.stringify(command);
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
  }
}

function configuration({ host, sip, control, rtp, play, directory }) {
  const modules = [
    'g711.so',
    'g722.so',
    'opus.so',
    'aufile.so',
    'alsa.so',
    'sndfile.so',
    'srtp.so',
    'account.so',
    'menu.so',
    'ctrl_tcp.so',
  ];
  return `
sip_listen              ${at(host, sip)}
sip_trans_def           udp
net_interface           ${host}
rtp_ports               ${rtp}-${rtp + 19}
rtcp_mux                no
jitter_buffer_delay     1-4
audio_source            aufile,${play}
audio_player            alsa,speaker
ausrc_srate             48000
ausrc_channels          1
auplay_srate            ${RATE}
auplay_channels         ${CHANNELS}
audio_buffer            20-160
snd_path                ${directory}
ctrl_tcp_listen         ${HOST}:${control}
module_path             /usr/lib/baresip/modules
${modules.map((module) => `module ${module}`).join('\n')}
opus_bitrate            64000
`;
}
