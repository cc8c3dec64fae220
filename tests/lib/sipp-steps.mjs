// The steps that SIPp scripts are made of.
//
// Branches and tags are written out rather than left to SIPp, so that a request can be sent twice
// byte for byte, and a CANCEL or an ACK can carry the branch of its INVITE (RFC 3261 §9.1, §17.1.1.3).

const BRANCH = 'z9hG4bK-[pid]-[call_number]';
const TAG = 'sipp[pid]x[call_number]';

/** A session description of a telephone with G.711 and telephone-event. */
const SDP = `v=0
o=sipp 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv`;

const indent = (text) => text.split('\n').map((line) => `      ${line}`).join('\n');

function send(head, body, attributes = '') {
  const text = body ? `${head}\nContent-Type: application/sdp\nContent-Length: [len]\n\n${body}` : `${head}\nContent-Length: 0`;
  return `  <send${attributes}><![CDATA[\n\n${indent(text)}\n\n  ]]></send>`;
}

/** Waits for a request. `actions` are SIPp actions in XML. */
export const request = (method, actions = '') =>
  `  <recv request="${method}" rrs="true">${actions ? `<action>${actions}</action>` : ''}</recv>`;

/** Waits for a response that has to come. */
export const response = (status, actions = '') =>
  `  <recv response="${status}" rrs="true" crlf="true">${actions ? `<action>${actions}</action>` : ''}</recv>`;

/** Lets a response pass that may come before the next one that has to. */
export const maybe = (...statuses) => statuses.map((status) => `  <recv response="${status}" optional="true"/>`).join('\n');

/** Lets time pass, in milliseconds: the script's own ringing time, for example. */
export const pause = (milliseconds) => `  <pause milliseconds="${milliseconds}"/>`;

/** Runs a SIPp action, such as one that plays a file. */
export const action = (xml) => `  <nop><action>${xml}</action></nop>`;

/** Plays a file of raw G.711 µ-law from now on. */
export const play = (file) => action(`<exec rtp_stream="${file},-1,0,PCMU/8000"/>`);

/**
 * Answers the request that came last.
 *
 * @param {number} status
 * @param {string} reason
 * @param {{sdp?: boolean, tagged?: boolean, headers?: string[]}} [options]
 *   `tagged` where the request's To has its tag already (in a dialog)
 */
export function reply(status, reason, { sdp = false, tagged = false, headers = [] } = {}) {
  return send(
    [
      `SIP/2.0 ${status} ${reason}`,
      '[last_Via:]',
      '[last_From:]',
      `[last_To:]${tagged ? '' : `;tag=${TAG}`}`,
      '[last_Call-ID:]',
      '[last_CSeq:]',
      'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
      ...headers,
    ].join('\n'),
    sdp ? SDP : undefined,
  );
}

/** The final answer to the INVITE, after its CANCEL was answered: both have the same Via (RFC 3261 §9.2). */
export const cancelled = () =>
  send(['SIP/2.0 487 Request Terminated', '[last_Via:]', '[last_From:]', `[last_To:];tag=${TAG}`, '[last_Call-ID:]', 'CSeq: [last_cseq_number] INVITE'].join('\n'));

/**
 * Calls. The same step twice is a retransmission.
 *
 * @param {{sdp?: boolean}} [options] without `sdp` the offer is left to the called party (RFC 3261 §13.2.1)
 */
export const invite = ({ sdp = true } = {}) =>
  send(
    [
      'INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-invite`,
      'Max-Forwards: 70',
      `From: "Script" <sip:sipp@[remote_ip]:[remote_port]>;tag=${TAG}`,
      'To: <sip:[service]@[remote_ip]:[remote_port]>',
      'Call-ID: [call_id]',
      'CSeq: 1 INVITE',
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS',
    ].join('\n'),
    sdp ? SDP : undefined,
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
export const acknowledge = ({ sdp = false } = {}) => inDialog('ACK', 1, sdp ? SDP : undefined);

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

/** Hangs up as the caller. */
export const bye = () => inDialog('BYE', 2);

/** Hangs up as the called party: From and To change places, so they are kept from the INVITE. */
export const rememberCaller = () =>
  [
    '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>',
    '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/>',
    // The caller's target: what stands between the angle brackets of Contact.
    '<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="3"/>',
  ].join('');

/** After `rememberCaller()`. */
export const byeAsCalled = () =>
  send(
    [
      'BYE [$3] SIP/2.0',
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-bye`,
      'Max-Forwards: 70',
      `From:[$2];tag=${TAG}`,
      'To:[$1]',
      'Call-ID: [call_id]',
      'CSeq: 1 BYE',
    ].join('\n'),
  );

function inDialog(method, sequence, body) {
  return send(
    [
      `${method} [next_url] SIP/2.0`,
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${BRANCH}-${method.toLowerCase()}`,
      'Max-Forwards: 70',
      '[routes]',
      `From: "Script" <sip:sipp@[remote_ip]:[remote_port]>;tag=${TAG}`,
      '[last_To:]',
      'Call-ID: [call_id]',
      `CSeq: ${sequence} ${method}`,
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
    ].join('\n'),
    body,
  );
}
