// Kamailio as the telephone system: registrar and proxy with digest authentication, over UDP and TCP.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as watching from './kamailio-watching.mjs';
import { HOST, at, freePort, tcpListening, udpBound } from './ports.mjs';
import { Process } from './process.mjs';

/** The port of SIP (RFC 3261 §19.1.2). */
export const SIP = 5_060;

/** The password of every user of the telephone system. */
export const passwordOf = (user) => `pw-${user}`;

/**
 * Numbers of the form `9` + port go to the SIPp that listens on that port, and what a SIPp sends goes to
 * whoever is registered or to the contact it names, both statelessly: no 100 Trying is added, no retransmission absorbed and no Record-Route
 * put in, so that the relay faces SIPp as if nothing were between them. With `8` for the `9`, the first ACK of
 * the call is lost on the way; an INVITE with the header `X-Lose-Provisional` gets no provisional answer until it was
 * sent again. Everything else is proxied statefully with Record-Route, and has to authenticate; a
 * 302 is followed to whoever is registered.
 */
const routes = (host, watched) => `
request_route {
    if (!mf_process_maxfwd_header("10")) {
        sl_send_reply("483", "Too Many Hops");
        exit;
    }
    if (is_method("INVITE") && is_present_hf("X-Lose-Provisional") && !has_totag()) {
        $sht(invites=>$ci) = $sht(invites=>$ci) + 1;
    }
    if ($rU =~ "^[89][0-9]{5}$") {
        if ($rU =~ "^8" && is_method("INVITE")) record_route();
        $du = "sip:${at(host, '')}" + $(rU{s.substr,1,0});
        forward();
        exit;
    }
    if ($tU =~ "^8[0-9]{5}$" && has_totag() && loose_route()) {
        if (is_method("ACK") && $sht(lost=>$ci) == $null) {
            $sht(lost=>$ci) = 1;
            exit;
        }
        forward();
        exit;
    }
    if ($fU =~ "^(sipp|[89][0-9]{5})$") {
        if (uri == myself && !lookup("location")) {
            sl_send_reply("404", "Not Found");
            exit;
        }
        forward();
        exit;
    }
${watched ? watching.REQUESTS : ''}
    if (has_totag()) {
        if (loose_route()) {
            t_relay();
        } else if (is_method("ACK")) {
            if (t_check_trans()) t_relay();
        } else {
            sl_send_reply("404", "Not Here");
        }
        exit;
    }
    if (is_method("CANCEL")) {
        if (t_check_trans()) t_relay();
        exit;
    }
    if (is_method("REGISTER")) {
        if (!pv_www_authenticate("$td", "${passwordOf('')}$fU", "0")) {
            www_challenge("$td", "1");
            exit;
        }
        if ($au != $tU) {
            sl_send_reply("403", "Not Your Number");
            exit;
        }
        consume_credentials();
        save("location");
        xlog("L_NOTICE", "saved $tU from $su, expires $hdr(Expires)\n");
        exit;
    }
    t_check_trans();
    if (is_method("INVITE")) {
        if (!pv_proxy_authenticate("$fd", "${passwordOf('')}$fU", "0")) {
            proxy_challenge("$fd", "1");
            exit;
        }
        consume_credentials();
${watched ? watching.CALLS : ''}
        record_route();
        t_on_failure("FORWARDED");
    }
    # Who is transferred calls the contact that another telephone has named.
    if (uri == myself && !lookup("location")) {
        sl_send_reply("404", "Not Found");
        exit;
    }
    t_relay();
}

# Who is called can send the call on to somebody else.
failure_route[FORWARDED] {
    if (t_is_canceled() || !t_check_status("302")) exit;
    $ru = $(T_rpl($ct){nameaddr.uri});
    if (uri == myself && lookup("location")) t_relay();
}

reply_route {
    if ($rs =~ "^1" && $sht(invites=>$ci) == 1) drop;
${watched ? watching.REPLIES : ''}
}
`;

const MODULES = [
  'tm',
  'tmx',
  'sl',
  'rr',
  'pv',
  'maxfwd',
  'usrloc',
  'registrar',
  'textops',
  'siputils',
  'auth',
  'htable',
  'xlog',
];

/** A running Kamailio. */
export class Kamailio {
  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{host?: string, port?: number, longestRegistration?: number, nonceLife?: number, megabytes?: number,
   *   watched?: boolean}} [options] a loopback address; a fixed `port`, to start again where an earlier one was, or the
   *   usual one, which addresses then do without; how long a registration and a challenge are good for, in seconds; how
   *   much memory registrations may take; whether users can watch and pick up each other's calls
   */
  static async start(
    scope,
    { host = HOST, port, longestRegistration = 3_600, nonceLife = 300, megabytes = 32, watched = false } = {},
  ) {
    const kamailio = new Kamailio();
    kamailio.port = port ?? (await freePort());
    kamailio.host = host;
    const address = at(host, kamailio.port);
    kamailio.domain = kamailio.port === SIP ? host : address;
    const config = join(scope.directory, `kamailio-${kamailio.port}.cfg`);
    const tables = join(scope.directory, `kamailio-${kamailio.port}`);
    const further = watched ? await watching.parameters({ address, tables }) : '';
    await writeFile(config, configuration(address, host, { longestRegistration, nonceLife, watched, further }));
    kamailio.process = new Process(scope, {
      name: `kamailio-${kamailio.port}`,
      command: process.env.KAMAILIO ?? '/usr/sbin/kamailio',
      args: ['-f', config, '-DD', '-E', '-m', `${megabytes}`, '-M', '4', '-Y', scope.directory],
    });
    await Promise.race([
      Promise.all([udpBound(kamailio.port), tcpListening(kamailio.port)]),
      kamailio.process.ended.then(() => {
        throw new Error(`kamailio ended at start:\n${kamailio.process.tail()}`);
      }),
    ]);
    return kamailio;
  }

  /** How often a user's registration was saved, refreshed or removed. */
  registrations(user) {
    return this.process.lines.filter((line) => line.includes(`saved ${user} from`)).length;
  }

  /** The password of a user. */
  passwordOf(user) {
    return passwordOf(user);
  }

  /** The address of record of a user. */
  address(user) {
    return `sip:${user}@${this.domain}`;
  }
}

function configuration(address, host, { longestRegistration, nonceLife, watched, further }) {
  const modules = watched ? [...MODULES, ...watching.MODULES] : MODULES;
  return `#!KAMAILIO
debug=1
log_stderror=yes
# One process for UDP, so that no datagram overtakes another.
children=1
tcp_children=2
auto_aliases=no
disable_tcp=no
enable_sctp=no
listen=udp:${address}
listen=tcp:${address}
tcp_connection_lifetime=3605
tcp_accept_no_cl=yes
dns=no
rev_dns=no
${modules.map((module) => `loadmodule "${module}.so"`).join('\n')}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "method_filtering", 0)
# A GRUU of this registrar has no port, so that nothing could be sent to it here.
modparam("registrar", "gruu_enabled", 0)
modparam("registrar", "max_expires", ${longestRegistration})
modparam("auth", "nonce_expire", ${nonceLife})
modparam("rr", "append_fromtag", 0)
modparam("htable", "htable", "lost=>size=4;autoexpire=60")
modparam("htable", "htable", "invites=>size=4;autoexpire=60;initval=0")
modparam("tm", "fr_timer", 10000)
modparam("tm", "fr_inv_timer", 60000)
${further}${routes(host, watched)}`;
}
