// What Kamailio tells of its users' telephones (RFC 4235), and how a call that rings at one of them is picked up.

import { cp } from 'node:fs/promises';

/** What is dialled to take a call that rings at another telephone, before the number of that telephone. */
export const PICKUP_CODE = '*8';

/** Everything is kept in memory, but without tables the modules do not start. */
const EMPTY_TABLES = '/usr/share/kamailio/dbtext/kamailio';

/** The modules, in the order in which they have to be loaded. */
export const MODULES = ['db_text', 'dialog', 'presence', 'presence_dialoginfo', 'pua', 'pua_dialoginfo'];

/** The parameters of the modules; `tables` is a folder that they may write to. */
export async function parameters({ address, tables }) {
  await cp(EMPTY_TABLES, tables, { recursive: true });
  return `
modparam("presence|pua", "db_url", "text://${tables}")
modparam("presence", "server_address", "sip:presence@${address}")
modparam("presence", "subs_db_mode", 0)
# Otherwise nothing is told of a telephone that has not been in a call yet.
modparam("presence_dialoginfo", "force_dummy_dialog", 1)
modparam("pua_dialoginfo", "override_lifetime", 300)
modparam("htable", "htable", "calls=>size=4;autoexpire=60")
modparam("htable", "htable", "rings=>size=4;autoexpire=60")
modparam("htable", "htable", "callers=>size=4;autoexpire=60")
`;
}

/** In \`request_route\`: who asks for news, and the news that Kamailio has for itself. */
export const REQUESTS = `
    if (is_method("SUBSCRIBE|PUBLISH") && uri == myself) {
        if (!t_newtran()) exit;
        if (is_method("PUBLISH")) handle_publish();
        else handle_subscribe();
        t_release();
        exit;
    }
`;

/** For a call whose caller has proved who they are. A call that rings is picked up at its caller (RFC 3891). */
export const CALLS = `
        if ($(rU{s.substr,0,${PICKUP_CODE.length}}) == "${PICKUP_CODE}") {
            $var(at) = $(rU{s.substr,${PICKUP_CODE.length},0});
            if ($sht(rings=>$var(at)) == $null) {
                sl_send_reply("404", "Nobody Calls There");
                exit;
            }
            append_hf("Replaces: $sht(rings=>$var(at))\\r\\n");
            append_hf("Require: replaces\\r\\n");
            $ru = $sht(callers=>$var(at));
            record_route();
            t_relay();
            exit;
        }
        dlg_manage();
        $sht(calls=>$ci) = $(ct{nameaddr.uri});
`;

/** In \`reply_route\`: which call rings where. */
export const REPLIES = `
    if (is_method("INVITE") && $rs == 180) {
        $sht(rings=>$tU) = $ci + ";to-tag=" + $ft + ";from-tag=" + $tt;
        $sht(callers=>$tU) = $sht(calls=>$ci);
    }
`;
