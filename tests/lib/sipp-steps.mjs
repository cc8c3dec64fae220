// The steps that SIPp scripts are made of.
//
// Branches and tags are written out rather than left to SIPp, so that a CANCEL or an ACK can carry the branch of its
// INVITE (RFC 3261 §9.1, §17.1.1.3).

import { isIP } from 'node:net';

const BRANCH = 'z9hG4bK-[pid]-[call_number]';
const TAG = 'sipp[pid]x[call_number]';

/** A session description of a telephone with G.711 and telephone-event. */
const sdp = ({ codecs = '0 8', port = '[media_port]', host } = {}) => `v=0
o=sipp 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN ${host ? `IP${isIP(host)} ${host}` : 'IP[media_ip_type] [media_ip]'}
t=0 0
m=audio ${port} RTP/AVP ${codecs} 101
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv`;

/** Payload types of RFC 3551 that the relay has no codec for: G.723.1 and G.729. */
export const FOREIGN_CODECS = '4 18';

const indent = (text) =>
  text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');

function send(head, body, attributes = '') {
  const text = body
    ? `${head}\nContent-Type: application/sdp\nContent-Length: [len]\n\n${body}`
    : `${head}\nContent-Length: 0`;
  return `  <send${attributes}><![CDATA[\n\n${indent(text)}\n\n  ]]></send>`;
}

/** Waits for a request. */
export const request = (method) => `  <recv request="${method}" rrs="true"/>`;

/**
 * Waits for an INVITE and keeps its headers, for `reply(…, { to: KEPT })` and `byeAsCalled()`. `hops` is the number of its
 * Via headers: two where a proxy is between.
 */
export const requestKept = ({ hops = 2 } = {}) => {
  const vias = Array.from({ length: hops }, (_, i) => `via${i + 1}`);
  const kept = vias.map(
    (name, i) =>
      `    <ereg regexp=".*" search_in="hdr" header="Via:" occurrence="${i + 1}" assign_to="${name}"/>`,
  );
  return `  <recv request="INVITE" rrs="true"><action>
    <ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
    <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
    <ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
${kept.join('\n')}
  </action></recv>
  <Reference variables="${['from', 'to', 'target', 'cseq', ...vias].join(',')}"/>`;
};

/** Waits for a response that has to come. */
export const response = (status) => `  <recv response="${status}" rrs="true"/>`;

/** Waits for the answer to the call and keeps who gave it, for `bye({ kept: true })` after a prompt. */
export const answered = () =>
  `  <recv response="200" rrs="true"><action>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
  </action></recv>
  <Reference variables="to"/>`;

/** Waits for `Sipp.prompt()`. */
export const prompted = () => '  <recv request="MESSAGE"/>';

/** Lets a response pass that may come before the next one that has to. */
export const maybe = (...statuses) =>
  statuses.map((status) => `  <recv response="${status}" optional="true"/>`).join('\n');

/** Lets time pass, in milliseconds: the script's own ringing time, for example. */
export const pause = (milliseconds) => `  <pause milliseconds="${milliseconds}"/>`;

/** Runs a SIPp action, such as one that plays a file. */
export const action = (xml) => `  <nop><action>${xml}</action></nop>`;

/** Plays a file of raw G.711 µ-law from now on. */
export const play = (file) => action(`<exec rtp_stream="${file},-1,0"/>`);

/** Names the INVITE of `requestKept()`. */
export const KEPT = 'kept';

/**
 * Answers the request that came last, or the INVITE of `requestKept()`.
 *
 * @param {number} status
 * @param {string} reason
 * @param {{sdp?: boolean|'played'|{host: string, port: number}, tagged?: boolean, to?: string, headers?: string[], repeated?: boolean}} [options]
 *   `sdp: 'played'` where `play()` is going to send the audio, or whose audio it is; `tagged` where the request's To has its tag
 *   already (in a dialog); `repeated` sends the answer again until it is acknowledged (RFC 3261 §13.3.1.4)
 */
export function reply(
  status,
  reason,
  { sdp: described = false, tagged = false, to, headers = [], repeated = false } = {},
) {
  const own = tagged ? '' : `;tag=${TAG}`;
  const copied =
    to === KEPT
      ? ['Via:[$via1]', 'Via:[$via2]', 'From:[$from]', `To:[$to]${own}`, '[last_Call-ID:]', 'CSeq:[$cseq]']
      : ['[last_Via:]', '[last_Record-Route:]', '[last_From:]', `[last_To:]${own}`, '[last_Call-ID:]', '[last_CSeq:]'];
  return send(
    [
      `SIP/2.0 ${status} ${reason}`,
      ...copied,
      'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
      ...headers,
    ].join('\n'),
    described && sdp(described === 'played' ? { port: '[rtpstream_audio_port]' } : Object(described)),
    repeated ? ' retrans="500"' : '',
  );
}

/** Asks for a password (RFC 3261 §22.2). */
export const challenge = () =>
  reply(401, 'Unauthorized', {
    headers: ['WWW-Authenticate: Digest realm="script", nonce="5ad3c1f0", algorithm=MD5, qop="auth"'],
  });

/** The final answer to the INVITE, after its CANCEL was answered: both have the same Via (RFC 3261 §9.2). */
export const cancelled = () =>
  send(
    [
      'SIP/2.0 487 Request Terminated',
      '[last_Via:]',
      '[last_From:]',
      `[last_To:];tag=${TAG}`,
      '[last_Call-ID:]',
      'CSeq: [last_cseq_number] INVITE',
    ].join('\n'),
  );

/**
 * Calls.
 *
 * @param {{offer?: boolean, codecs?: string, media?: {host: string, port: number}, repeated?: boolean, from?: string,
 *   headers?: string[]}} [options] without `offer` that is left to the called party (RFC 3261 §13.2.1); `codecs` are
 *   payload types; `media` is where the audio is, if not at SIPp; `repeated` has Kamailio lose the first provisional
 *   answers, so that the INVITE is sent again after half a second; `from` is the caller's number, where it is to have one
 *   in place of a name
 */
export const invite = ({ offer = true, codecs, media, repeated = false, from, headers = [] } = {}) =>
  send(
    [
      'INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-invite`,
      'Max-Forwards: 70',
      `From: ${from ? '' : '"Script" '}<sip:${from ?? 'sipp'}@[remote_ip]:[remote_port]>;tag=${TAG}`,
      'To: <sip:[service]@[remote_ip]:[remote_port]>',
      'Call-ID: [call_id]',
      'CSeq: 1 INVITE',
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS',
      ...headers,
      ...(repeated ? ['X-Lose-Provisional: yes'] : []),
    ].join('\n'),
    offer && sdp({ codecs, host: media?.host, port: media?.port }),
    repeated ? ' retrans="500"' : '',
  );

/** Acknowledges a refusal: same branch and same target as the INVITE (RFC 3261 §17.1.1.3). */
export const acknowledgeRefusal = () =>
  send(
    [
      'ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-invite`,
      'Max-Forwards: 70',
      `From: "Script" <sip:sipp@[remote_ip]:[remote_port]>;tag=${TAG}`,
      '[last_To:]',
      'Call-ID: [call_id]',
      'CSeq: 1 ACK',
    ].join('\n'),
  );

/** Acknowledges an answer, with a session description where the INVITE had none. */
export const acknowledge = ({ answer = false } = {}) => inDialog('ACK', 1, { body: answer && sdp() });

/** Waits for ringing that has to be acknowledged, and keeps for `acknowledgeRinging()` its number and who it is. */
export const reliableRinging = () =>
  `  <recv response="180" rrs="true"><action>
    <ereg regexp="100rel" search_in="hdr" header="Require:" check_it="true" assign_to="required"/>
    <ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
  </action></recv>
  <Reference variables="required,rseq,to"/>`;

/** Acknowledges the ringing of `reliableRinging()` (RFC 3262 §4). */
export const acknowledgeRinging = () => 
  inDialog('PRACK', 2, { to: 'To:[$to]', headers: ['RAck: [$rseq] 1 INVITE'] });

/** Gives up before an answer (RFC 3261 §9.1: the INVITE's branch and CSeq number). */
export const cancel = () =>
  send(
    [
      'CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-invite`,
      'Max-Forwards: 70',
      `From: "Script" <sip:sipp@[remote_ip]:[remote_port]>;tag=${TAG}`,
      'To: <sip:[service]@[remote_ip]:[remote_port]>',
      'Call-ID: [call_id]',
      'CSeq: 1 CANCEL',
    ].join('\n'),
  );

/** Hangs up as the caller; with `kept` whom `answered()` has kept. */
export const bye = ({ kept = false } = {}) => inDialog('BYE', 3, { to: kept ? 'To:[$to]' : undefined });

/** Hangs up as the called party, after `requestKept()`: From and To change places. */
export const byeAsCalled = () =>
  send(
    [
      'BYE [$target] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-bye`,
      'Max-Forwards: 70',
      `From:[$to];tag=${TAG}`,
      'To:[$from]',
      'Call-ID: [call_id]',
      'CSeq: 1 BYE',
    ].join('\n'),
  );

/** Asks what the other side can do; the usual sign of life between telephone systems. */
export const options = (maxForwards) =>
  send(
    [
      'OPTIONS sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-options`,
      `Max-Forwards: ${maxForwards}`,
      `From: <sip:sipp@[local_ip]:[local_port]>;tag=${TAG}`,
      'To: <sip:[service]@[remote_ip]:[remote_port]>',
      'Call-ID: [call_id]',
      'CSeq: 1 OPTIONS',
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
    ].join('\n'),
  );

function inDialog(method, sequence, { body, to = '[last_To:]', headers = [] } = {}) {
  return send(
    [
      `${method} [next_url] SIP/2.0`,
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-${method.toLowerCase()}`,
      'Max-Forwards: 70',
      '[routes]',
      `From: "Script" <sip:sipp@[remote_ip]:[remote_port]>;tag=${TAG}`,
      to,
      'Call-ID: [call_id]',
      `CSeq: ${sequence} ${method}`,
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
      ...headers,
    ].join('\n'),
    body,
  );
}
