// linphone as a telephone: registers, answers by itself or not, plays one tone and writes down what it hears.
//
// It is used as a person uses its command line: by what is typed and what it prints. It has no sound card; instead it
// plays one file and appends what it hears to another.

import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HOST, freePort, freePorts } from './ports.mjs';
import { Process } from './process.mjs';
import { repeated } from './tone.mjs';
import { eventually } from './wait.mjs';
import { writeWav } from './wav.mjs';

/** The codecs that the relay has, too. It is to use the first one only. */
const CODECS = ['opus/48000/2', 'G722/8000/1', 'PCMU/8000/1', 'PCMA/8000/1'];
/** Samples a second of what it hears, which is that of its codec. */
const RATE = 48_000;
/** The file of what it hears begins with the header of a WAV file, which is filled in at its end only. */
const HEADER = 44;

/** A running linphone with one account. */
export class Linphone {
  /** From which line of its output on is looked. */
  #from = 0;

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{exchange: import('./kamailio.mjs').Kamailio, user: string, tone: import('./wav.mjs').Sound,
   *   transport?: 'udp'|'tcp'}} options `tone` is played in a loop
   */
  static async start(scope, { exchange, user, tone, transport = 'udp' }) {
    const phone = new Linphone();
    phone.user = user;
    phone.exchange = exchange;
    phone.directory = join(scope.directory, `linphone-${user}`);
    // It keeps databases there, but does not make the folder.
    await mkdir(join(phone.directory, '.local/share/linphone'), { recursive: true });
    const plays = join(phone.directory, 'plays.wav');
    phone.log = join(phone.directory, 'log');
    phone.recording = join(phone.directory, 'hears.wav');
    await writeWav(plays, repeated(tone, 20));
    const config = join(phone.directory, 'linphonerc');
    await writeFile(
      config,
      configuration({ exchange, user, transport, port: await freePort(), rtp: await freePorts(20) }),
    );
    phone.process = new Process(scope, {
      name: `linphone-${user}`,
      command: process.env.LINPHONEC ?? 'linphonec',
      args: ['-c', config, '-d', '6', '-l', phone.log],
      // What is typed is printed, too, and not broken into lines where there are columns enough.
      env: { HOME: phone.directory, TERM: 'dumb', COLUMNS: '999', LANG: 'C.UTF-8' },
      typed: true,
    });
    phone.process.type('soundcard use files');
    phone.process.type(`play ${plays}`);
    phone.process.type(`record ${phone.recording}`);
    await eventually(`${user}'s linphone is registered`, () => exchange.registrations(user) > 0);
    phone.answers(true);
    return phone;
  }

  /** Whether it answers by itself from now on. */
  answers(itself) {
    this.process.type(`autoanswer ${itself ? 'enable' : 'disable'}`);
  }

  /** Calls a user of its exchange. */
  dial(user) {
    this.process.type(`call ${this.exchange.address(user)}`);
  }

  /** Ends or refuses the only call. */
  hangUp() {
    this.process.type('terminate all');
  }

  /** Puts the call on hold. */
  hold() {
    this.process.type('pause');
  }

  /** Comes back to the call that it holds. */
  resume() {
    this.process.type('resume');
  }

  /** Has the other party of the call call a user of its exchange. */
  transfer(user) {
    this.process.type(`transfer ${this.exchange.address(user)}`);
  }

  /** Connects the parties of its last two calls with each other. */
  connectCalls() {
    const calls = this.process.lines.map((line) => line.match(/assigned id (\d+)/)?.[1]).filter(Boolean);
    const [held, asked] = calls.slice(-2);
    this.process.type(`transfer ${held} --to-call ${asked}`);
  }

  /** Presses keys in the call that is up. */
  press(digits) {
    this.process.type(digits);
  }

  /** Forgets what it has reported so far. */
  forget() {
    this.#from = this.process.lines.length;
  }

  /** Waits until it reports something, also what it has reported since the last `forget()`. */
  async reports(pattern, timeout = 10_000) {
    return await this.process.line(pattern, { from: this.#from, timeout });
  }

  /** Waits until it has received or sent a SIP message that begins so, since it was started. */
  async exchanged(start) {
    await eventually(`${this.user}'s linphone exchanges ${start}`, async () =>
      `\n${await readFile(this.log, 'utf8')}`.includes(`\n${start}`),
    );
  }

  /** Waits until it was told of keys that the other party pressed. */
  async hearsKeys(digits) {
    const told = () =>
      this.process.lines
        .slice(this.#from)
        .map((line) => line.match(/Receiving tone (.) from/)?.[1] ?? '')
        .join('');
    await eventually(`${this.user}'s linphone was told of the keys ${digits}`, () => told() === digits);
  }

  /** What it plays from now on, for some milliseconds; in no call that is nothing at all. */
  async listen(milliseconds) {
    const begin = await this.#recorded();
    await pause(milliseconds);
    const end = await this.#recorded();
    const bytes = Buffer.alloc(end - begin);
    if (end > begin) {
      const file = await open(this.recording);
      try {
        await file.read(bytes, 0, bytes.length, begin);
      } finally {
        await file.close();
      }
    }
    const samples = Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2) / 32_768);
    return { rate: RATE, samples };
  }

  /** How far the recording has come, in bytes; a whole number of samples. */
  async #recorded() {
    const { size } = await stat(this.recording).catch(() => ({ size: 0 }));
    return Math.max(HEADER, size - (size % 2));
  }
}

function configuration({ exchange, user, transport, port, rtp }) {
  const codecs = CODECS.map((codec, i) => {
    const [mime, rate, channels] = codec.split('/');
    return `[audio_codec_${i}]\nmime=${mime}\nrate=${rate}\nchannels=${channels}\nenabled=${i === 0 ? 1 : 0}\n`;
  });
  return `[sip]
bind_address=${HOST}
sip_port=${port}
sip_tcp_port=${port}
sip_tls_port=0
use_ipv6=0
use_info=0
use_rfc2833=1
default_proxy=0
register_only_when_network_is_up=0

[proxy_0]
reg_proxy=<sip:${exchange.domain};transport=${transport}>
reg_route=<sip:${exchange.domain};transport=${transport};lr>
reg_identity=${exchange.address(user)}
reg_expires=600
reg_sendregister=1
publish=0

[auth_info_0]
username=${user}
passwd=${exchange.passwordOf(user)}
realm=${exchange.domain.split(':')[0]}

[rtp]
audio_rtp_port=${rtp}-${rtp + 19}

[sound]
echocancellation=0
echolimiter=0
agc=0

[video]
enabled=0
capture=0
display=0

${codecs.join('\n')}`;
}
