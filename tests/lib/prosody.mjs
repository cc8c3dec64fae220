// Prosody as a notification service: an XMPP server with publish-subscribe that is not ours, over WebSocket and BOSH.

import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { HOST, freePort } from './ports.mjs';
import { Process } from './process.mjs';
import { eventually, within } from './wait.mjs';

const DOMAIN = 'localhost';
/** Who publishes, as on a Finesse server. */
const PUBLISHER = 'finesse';
const PUBSUB_OWNER = 'http://jabber.org/protocol/pubsub#owner';

const configuration = (directory, { tcp, https, certificate, key }) => `
daemonize = false
pidfile = "${directory}/prosody.pid"
data_path = "${directory}"
run_as_root = true
modules_enabled = { "roster"; "saslauth"; "disco"; "ping"; "websocket"; "bosh"; "groups" }
modules_disabled = { "s2s"; "offline"; "tls" }
c2s_ports = { ${tcp} }
c2s_interfaces = { "${HOST}" }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = { ${https} }
https_interfaces = { "${HOST}" }
https_ssl = { key = "${key}", certificate = "${certificate}" }
http_paths = { websocket = "/ws", bosh = "/http-bind" }
consider_websocket_secure = true
consider_bosh_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
groups_file = "${directory}/groups.txt"
log = { { levels = { min = "debug" }, to = "console" } }
VirtualHost "${DOMAIN}"
authentication = "internal_plain"
Component "pubsub.${DOMAIN}" "pubsub"
admins = { "${PUBLISHER}@${DOMAIN}" }
autocreate_on_publish = true
autocreate_on_subscribe = true
`;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A running Prosody, with whoever publishes signed in. */
export class Prosody {
  domain = DOMAIN;
  pubsub = `pubsub.${DOMAIN}`;
  #received = '';
  #count = 0;

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{users: Record<string, string>, certificate: string, key: string}} options names with passwords; files
   */
  static async start(scope, { users, certificate, key }) {
    const prosody = new Prosody();
    const directory = join(scope.directory, 'prosody');
    const accounts = join(directory, DOMAIN, 'accounts');
    await mkdir(accounts, { recursive: true });
    const everybody = { ...users, [PUBLISHER]: 'publisher-password' };
    for (const [name, password] of Object.entries(everybody)) {
      await writeFile(join(accounts, `${name}.dat`), `return { ["password"] = "${password}" };\n`);
    }
    // Who is in one group sees the presence of the others, as agents see that of Finesse.
    const members = Object.keys(everybody).map((name) => `${name}@${DOMAIN}`);
    await writeFile(join(directory, 'groups.txt'), `[everybody]\n${members.join('\n')}\n`);
    prosody.tcp = await freePort();
    prosody.https = await freePort();
    const file = join(directory, 'prosody.cfg.lua');
    await writeFile(file, configuration(directory, { ...prosody, certificate, key }));
    const command = process.env.PROSODY ?? 'prosody';
    prosody.process = new Process(scope, { name: 'prosody', command, args: ['--config', file, '-F'] });
    for (const ready of [/Activated service 'https' on \[/, /Activated service 'c2s' on \[/, /Activated host: pubsub/]) {
      await prosody.process.line(ready);
    }
    await prosody.#signIn(scope, everybody[PUBLISHER]);
    return prosody;
  }

  /** Tells everybody whether Finesse is there. */
  setPresence(available) {
    this.#write(available ? '<presence/>' : "<presence type='unavailable'/>");
  }

  /** Subscribes somebody to a node, as Finesse does for an agent's own nodes. */
  async subscribe(user, node) {
    await this.#ask(
      `<pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='${node}'/></pubsub>`,
    ).catch(() => {
      // It is there already.
    });
    const jid = `${user}@${DOMAIN}`;
    await this.#ask(
      `<pubsub xmlns='${PUBSUB_OWNER}'><subscriptions node='${node}'>` +
        `<subscription jid='${jid}' subscription='subscribed'/></subscriptions></pubsub>`,
    );
  }

  /** Publishes a notification: a document, which travels as text. */
  async publish(node, document) {
    this.#count += 1;
    await this.#ask(
      `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node}'><item id='n${this.#count}'>` +
        `<notification xmlns='http://jabber.org/protocol/pubsub'>${escaped(document)}</notification>` +
        '</item></publish></pubsub>',
    );
  }

  /** Who is subscribed to a node. */
  async subscribers(node) {
    const answer = await this.#ask(`<pubsub xmlns='${PUBSUB_OWNER}'><subscriptions node='${node}'/></pubsub>`);
    return [...answer.matchAll(/jid=['"]([^'"]+)['"]/g)].map(([, jid]) => jid);
  }

  async #signIn(scope, password) {
    this.socket = connect(this.tcp, HOST);
    scope.onClose(() => this.socket.destroy());
    this.socket.on('data', (data) => (this.#received += data.toString()));
    const open =
      `<stream:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' ` +
      `xmlns:stream='http://etherx.jabber.org/streams'>`;
    const plain = Buffer.from(`\0${PUBLISHER}\0${password}`).toString('base64');
    this.#write(open);
    await this.#comes(/<\/stream:features>/);
    this.#write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
    await this.#comes(/<success/);
    this.#write(open);
    await this.#comes(/<\/stream:features>/);
    await this.#ask("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>", DOMAIN);
    this.setPresence(true);
  }

  /** Sends an IQ of type set or get and gives its answer. */
  async #ask(payload, to = this.pubsub) {
    this.#count += 1;
    const id = `ask-${this.#count}`;
    const type = /<subscriptions node='[^']+'\/>/.test(payload) ? 'get' : 'set';
    this.#write(`<iq type='${type}' id='${id}'${to === DOMAIN ? '' : ` to='${to}'`}>${payload}</iq>`);
    const answer = await this.#comes(new RegExp(`<iq [^>]*id=['"]${id}['"][^>]*(/>|>.*?</iq>)`, 's'));
    if (/type=['"]error['"]/.test(answer)) throw new Error(`${payload} was answered ${answer}`);
    return answer;
  }

  async #comes(pattern) {
    let found;
    await within(
      `Prosody answers ${pattern}`,
      eventually(`${pattern}`, () => (found = this.#received.match(pattern)), { timeout: 20_000 }),
      21_000,
    );
    this.#received = this.#received.slice(found.index + found[0].length);
    return found[0];
  }

  #write(text) {
    this.socket.write(text);
  }
}
