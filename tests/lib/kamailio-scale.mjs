// Kamailio as the scale: a stateful proxy and nothing else, as a company would put one in front of its telephones.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST, freePort, udpBound } from './ports.mjs';
import { Process } from './process.mjs';

/** Every request of a call goes to the SIP address that it names, with transactions and Record-Route. */
const ROUTES = `
request_route {
    if (!mf_process_maxfwd_header("10")) {
        sl_send_reply("483", "Too Many Hops");
        exit;
    }
    if (has_totag()) {
        if (!loose_route()) {
            if (is_method("ACK") && t_check_trans()) t_relay();
            exit;
        }
        t_relay();
        exit;
    }
    t_check_trans();
    if (is_method("INVITE")) record_route();
    t_relay();
}
`;

/** Starts it in front of a called party that listens on `port`; gives its address. */
export async function kamailioInFrontOf(scope, port, { children = 4 } = {}) {
  const own = await freePort();
  const config = join(scope.directory, `kamailio-scale-${own}.cfg`);
  await writeFile(
    config,
    `#!KAMAILIO
debug=0
log_stderror=yes
children=${children}
auto_aliases=no
disable_tcp=yes
enable_sctp=no
listen=udp:${HOST}:${own}
dns=no
rev_dns=no
${['tm', 'sl', 'rr', 'pv', 'maxfwd', 'siputils', 'textops'].map((module) => `loadmodule "${module}.so"`).join('\n')}
modparam("rr", "append_fromtag", 0)
${ROUTES.replace('record_route();', `{ record_route(); $du = "sip:${HOST}:${port}"; }`)}`,
  );
  const process_ = new Process(scope, {
    name: `kamailio-scale-${own}`,
    command: process.env.KAMAILIO ?? '/usr/sbin/kamailio',
    args: ['-f', config, '-DD', '-E', '-m', '256', '-M', '16', '-Y', scope.directory],
  });
  await Promise.race([
    udpBound(own),
    process_.ended.then(() => {
      throw new Error(`kamailio ended at start:\n${process_.tail()}`);
    }),
  ]);
  return `${HOST}:${own}`;
}
