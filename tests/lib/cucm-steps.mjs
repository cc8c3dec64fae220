// Steps of SIPp scripts that write as Cisco Unified Communications Manager does: what stands in its requests, in its
// order and with its blanks. Addresses, names and numbers are made up.
//
// The steps of a call share its CSeq numbers, which begin at 101; each in-dialog request names its own.

const BRANCH = 'z9hG4bK[pid]c[call_number]n';
const GUID = '7e1c2b40-93d5-4f68-a0b7-5d2e8c6f1a39';
const TAG = `[pid]~${GUID}-4071[call_number]`;
const PROGRAM = 'User-Agent: Cisco-CUCM12.5';
const ALLOW = 'Allow: INVITE, OPTIONS, INFO, BYE, CANCEL, ACK, PRACK, UPDATE, REFER, SUBSCRIBE, NOTIFY';
const US = '[local_ip]:[local_port]';
const CONTACT = `Contact: <sip:2041@${US};transport=[transport]>;+u.sip!devicename.ccm.cisco.com="SEP00AA00BB00CC"`;

/** Who calls, unless a test says otherwise. */
export const CALLER = { name: 'Robin Sample', number: '2041' };

const identity = ({ name, number }) => `"${name}" <sip:${number}@[local_ip]>`;
const remoteParty = (party, role = 'calling') =>
  `Remote-Party-ID: ${identity(party)};party=${role};screen=yes;privacy=off`;

/**
 * A session description.
 *
 * @param {{host: string, port: number, codec: string}} media where the media is: the telephone's address, not CUCM's
 * @param {{direction?: string, version?: number, blank?: boolean, keys?: boolean}} [options] `blank` for `c=0.0.0.0`;
 *   `keys: false` without telephone-event
 */
export function media({ host, port, codec }, { direction = 'sendrecv', version = 1, blank = false, keys = true } = {}) {
  return [
    'v=0',
    `o=CiscoSystemsCCM-SIP 48213 ${version} IN IP4 [local_ip]`,
    's=SIP Call',
    `c=IN IP4 ${blank ? '0.0.0.0' : host}`,
    'b=TIAS:64000',
    'b=CT:64',
    'b=AS:64',
    't=0 0',
    `m=audio ${port} RTP/AVP ${codec === 'pcma' ? 8 : 0}${keys ? ' 101' : ''}`,
    'a=ptime:20',
    codec === 'pcma' ? 'a=rtpmap:8 PCMA/8000' : 'a=rtpmap:0 PCMU/8000',
    ...(direction === 'sendrecv' ? [] : [`a=${direction}`]),
    ...(keys ? ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'] : []),
  ].join('\n');
}

function send(lines, body, type = 'application/sdp') {
  const end = body ? [`Content-Type: ${type}`, 'Content-Length: [len]', '', body] : ['Content-Length: 0'];
  const text = [...lines, ...end].map((line) => line.replace(/^/gm, '      ')).join('\n');
  return `  <send><![CDATA[\n\n${text}\n\n  ]]></send>`;
}

const invitation = (branch, forwards) => [
  `Via: SIP/2.0/[transport] ${US};branch=${BRANCH}${branch}`,
  `From: ${identity(CALLER)};tag=${TAG}`,
  'To: <sip:[service]@[remote_ip]>',
  'Date: Mon, 03 Mar 2025 09:14:27 GMT',
  'Call-ID: [call_id]',
  `Max-Forwards: ${forwards}`,
];

/** Calls over a trunk with delayed offer: no session description. */
export const delayedInvite = ({ headers = [], allow = ALLOW } = {}) =>
  send([
    'INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
    ...invitation(1, 69),
    'Supported: timer,resource-priority,replaces',
    'Min-SE:  1800',
    PROGRAM,
    allow,
    'CSeq: 101 INVITE',
    'Expires: 180',
    'Allow-Events: presence, kpml',
    'Supported: X-cisco-srtp-fallback,X-cisco-original-called',
    `Call-Info: <sip:${US}>;method="NOTIFY;Event=telephone-event;Duration=500"`,
    'Call-Info: <urn:x-cisco-remotecc:callinfo>;x-cisco-video-traffic-class=DESKTOP',
    'Session-ID: 5c90aa1700105000a00000aa00bb00cc;remote=00000000000000000000000000000000',
    'Cisco-Guid: 2116823872-0000065536-0000000042-0016777343',
    'Session-Expires:  1800',
    `P-Asserted-Identity: ${identity(CALLER)}`,
    remoteParty(CALLER),
    CONTACT,
    ...headers,
  ]);

/** Gives up, with the header that says why. */
export const cancelBecause = (reason) =>
  send([
    'CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
    ...invitation(1, 70),
    'CSeq: 101 CANCEL',
    `Reason: ${reason}`,
  ]);

/** Acknowledges the end of an INVITE that was given up. */
export const ackRefusal = () =>
  send([
    'ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
    `Via: SIP/2.0/[transport] ${US};branch=${BRANCH}1`,
    `From: ${identity(CALLER)};tag=${TAG}`,
    '[last_To:]',
    'Call-ID: [call_id]',
    'Max-Forwards: 70',
    'CSeq: 101 ACK',
  ]);

/** Waits for the answer that makes the dialog, and keeps what the later requests need. */
export const answered = () =>
  `  <recv response="200"><action>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
    <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
  </action></recv>
  <Reference variables="to,target"/>`;

/** A request inside of the dialog. `branch` tells requests of the same number apart. */
export const inDialog = (method, sequence, { headers = [], body, type, branch = sequence } = {}) =>
  send(
    [
      `${method} [$target] SIP/2.0`,
      `Via: SIP/2.0/[transport] ${US};branch=${BRANCH}${method === 'ACK' ? `${branch}a` : branch}`,
      `From: ${identity(CALLER)};tag=${TAG}`,
      'To:[$to]',
      'Date: Mon, 03 Mar 2025 09:14:30 GMT',
      'Call-ID: [call_id]',
      PROGRAM,
      'Max-Forwards: 70',
      `CSeq: ${sequence} ${method}`,
      ...headers,
    ],
    body,
    type,
  );

/** Acknowledges an answer, with our answer where the INVITE had no offer. */
export const ack = (sequence, body) => inDialog('ACK', sequence, { headers: ['Allow-Events: presence, kpml'], body });

const SESSION = ['Supported: timer,resource-priority,replaces', 'Min-SE:  1800', ALLOW];

/** Changes the call; without a body our offer is asked for. */
export const reinvite = (sequence, body, { headers = ['Session-Expires:  1800;refresher=uac'] } = {}) =>
  inDialog('INVITE', sequence, {
    headers: [...SESSION, ...headers, 'Expires: 180', remoteParty(CALLER), CONTACT],
    body,
  });

/** Tells something new about the call, without a session description. */
export const update = (sequence, { headers = [], party = CALLER } = {}) =>
  inDialog('UPDATE', sequence, { headers: [...SESSION, ...headers, remoteParty(party), CONTACT] });

/** A whole re-INVITE: request, answer and ACK. Without an `offer` the `answer` stands in the ACK. */
export const change = (sequence, { offer, answer }) => [
  reinvite(sequence, offer),
  '  <recv response="100" optional="true"/>',
  '  <recv response="200"/>',
  ack(sequence, answer),
];

/** A call with delayed offer as far as both can talk. */
export const call = (answer, options) => [
  delayedInvite(options),
  '  <recv response="100" optional="true"/>',
  '  <recv response="180"/>',
  answered(),
  ack(101, answer),
];

/** Hangs up as CUCM does. */
export const hangUp = (sequence) => [
  inDialog('BYE', sequence, { headers: ['Reason: Q.850;cause=16'] }),
  '  <recv response="200"/>',
];

/** Is hung up. */
export const hungUp = () => ['  <recv request="BYE"/>', answerRequest(200, 'OK')];

/** Answers a request inside of the dialog. */
export const answerRequest = (status, reason, { headers = [], body } = {}) =>
  send(
    [
      `SIP/2.0 ${status} ${reason}`,
      '[last_Via:]',
      '[last_From:]',
      '[last_To:]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      CONTACT,
      ...headers,
    ],
    body,
  );

/** Answers the call of `requestKept({ hops: 1 })`, and says who it is with by now. */
export const answerInvite = (status, reason, { party, body, headers = [] } = {}) =>
  send(
    [
      `SIP/2.0 ${status} ${reason}`,
      'Via:[$via1]',
      'From:[$from]',
      `To:[$to]${status === 100 ? '' : `;tag=${TAG}`}`,
      '[last_Call-ID:]',
      'CSeq:[$cseq]',
      CONTACT,
      ALLOW,
      ...(party ? [`P-Asserted-Identity: ${identity(party)}`, remoteParty(party, 'called')] : []),
      ...headers,
    ],
    body,
  );

/** How far the transfer that we were asked for has come (RFC 3515). */
export const transferNews = (sequence, status, reason, state = 'active;expires=60') => [
  inDialog('NOTIFY', sequence, {
    headers: ['Event: refer', `Subscription-State: ${state}`, CONTACT],
    body: `SIP/2.0 ${status} ${reason}`,
    type: 'message/sipfrag;version=2.0',
  }),
  '  <recv response="200"/>',
];

/** Asks whether somebody is there, as the trunk's status is found out. */
export const ping = () =>
  send([
    'OPTIONS sip:[remote_ip]:[remote_port] SIP/2.0',
    `Via: SIP/2.0/[transport] ${US};branch=${BRANCH}p`,
    `From: <sip:[local_ip]>;tag=[pid]0`,
    'To: <sip:[remote_ip]>',
    'Date: Mon, 03 Mar 2025 09:14:27 GMT',
    'Call-ID: [call_id]',
    PROGRAM,
    'CSeq: 101 OPTIONS',
    `Contact: <sip:${US};transport=[transport]>`,
    'Max-Forwards: 0',
  ]);

/** Asks inside of the call for the keys that are pressed (RFC 4730), each by itself. */
export const subscribeToKeys = (sequence) =>
  inDialog('SUBSCRIBE', sequence, {
    headers: ['Event: kpml', 'Expires: 7200', 'Accept: application/kpml-response+xml', CONTACT],
    body: [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<kpml-request xmlns="urn:ietf:params:xml:ns:kpml-request" version="1.0">',
      // SIPp's own keywords stand in brackets.
      String.raw`<pattern persist="persist"><regex tag="dtmf">\x5bx*#ABCD\x5d</regex></pattern>`,
      '</kpml-request>',
    ].join('\n'),
    type: 'application/kpml-request+xml',
  });

/** Tells a mailbox's state to an extension that has not asked. */
export const mailbox = (summary) =>
  send(
    [
      'NOTIFY sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      `Via: SIP/2.0/[transport] ${US};branch=${BRANCH}m`,
      'From: <sip:[service]@[local_ip]>;tag=[pid]m',
      'To: <sip:[service]@[remote_ip]>',
      'Call-ID: [call_id]',
      PROGRAM,
      'Max-Forwards: 70',
      'CSeq: 101 NOTIFY',
      `Contact: <sip:[service]@${US};transport=[transport]>`,
      'Event: message-summary',
      'Subscription-State: active',
    ],
    summary,
    'application/simple-message-summary',
  );

/** Waits until somebody wants to watch a telephone, and lets them. */
export const watched = () => [
  `  <recv request="SUBSCRIBE"><action>
    <ereg regexp=".*" search_in="hdr" header="From:" assign_to="watcher"/>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="watched"/>
    <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
  </action></recv>
  <Reference variables="watcher,watched,target"/>`,
  send([
    'SIP/2.0 200 OK',
    '[last_Via:]',
    '[last_From:]',
    `[last_To:];tag=${TAG}`,
    '[last_Call-ID:]',
    '[last_CSeq:]',
    `Contact: <sip:${US}>`,
    'Expires: 3600',
  ]),
];

/** Tells what the watched telephone does: `early` or `confirmed` for a call to it, nothing for none. */
export const tellWatched = (sequence, state) => [
  send(
    [
      'NOTIFY [$target] SIP/2.0',
      `Via: SIP/2.0/[transport] ${US};branch=${BRANCH}${sequence}`,
      `From:[$watched];tag=${TAG}`,
      'To:[$watcher]',
      'Call-ID: [call_id]',
      PROGRAM,
      'Max-Forwards: 70',
      `CSeq: ${sequence} NOTIFY`,
      `Contact: <sip:${US}>`,
      'Event: dialog',
      'Subscription-State: active;expires=3600',
    ],
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${sequence}" state="full" entity="sip:watched">`,
      ...(state ? [`<dialog id="7" direction="recipient"><state>${state}</state></dialog>`] : []),
      '</dialog-info>',
    ].join('\n'),
    'application/dialog-info+xml',
  ),
  '  <recv response="200"/>',
];
