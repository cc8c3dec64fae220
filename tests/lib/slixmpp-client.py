"""A client of Finesse's notification service that is not ours: slixmpp, over TCP.

Signs in, asks what such clients ask, subscribes to nodes, and writes what happens as JSON, one object a line.
"""

import asyncio
import json
import sys

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError


def say(**what):
    print(json.dumps(what), flush=True)


class Agent(ClientXMPP):
    def __init__(self, host, port, domain, user, password, nodes):
        super().__init__(f'{user}@{domain}/{user}', password)
        self.nodes = nodes
        self.service = f'pubsub.{domain}'
        self.enable_direct_tls = False
        self.enable_starttls = False
        self.enable_plaintext = True
        self.plugin['feature_mechanisms'].unencrypted_plain = True
        for plugin in ('xep_0030', 'xep_0060', 'xep_0199'):
            self.register_plugin(plugin)
        self.add_event_handler('session_start', self.started)
        self.add_event_handler('failed_auth', self.failed)
        self.add_event_handler('pubsub_publish', self.published)
        self.add_event_handler('presence', self.present)
        self.connect(host, port)

    async def started(self, _):
        self.send_presence()
        roster = await self.get_roster()
        say(event='contacts', contacts=[str(jid) for jid in roster['roster']['items']])
        info = await self.plugin['xep_0030'].get_info(jid=self.boundjid.domain)
        say(event='features', features=sorted(info['disco_info']['features']))
        node = await self.plugin['xep_0030'].get_info(jid=self.service, node=self.nodes[0])
        say(event='node', identities=[list(identity[:2]) for identity in node['disco_info']['identities']])
        say(event='ping', seconds=await self.plugin['xep_0199'].ping(self.boundjid.domain))
        for node in self.nodes:
            await self.plugin['xep_0060'].subscribe(self.service, node, bare=False)
        held = await self.plugin['xep_0060'].get_subscriptions(self.service)
        say(event='subscribed', nodes=sorted(held['pubsub']['subscriptions'].xml[i].get('node')
                                            for i in range(len(held['pubsub']['subscriptions'].xml))))
        try:
            await self.plugin['xep_0060'].subscribe(self.service, '/finesse/api/Team/999/Users', bare=False)
        except IqError as error:
            say(event='refused', condition=error.condition)

    def failed(self, _):
        say(event='not-authorized')

    def present(self, presence):
        say(event='presence', who=presence['from'].bare, type=presence['type'])

    def published(self, message):
        payload = message['pubsub_event']['items']['item']['payload']
        say(event='notification', node=message['pubsub_event']['items']['node'], text=payload.text)

    async def leave(self):
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        for node in self.nodes:
            await self.plugin['xep_0060'].unsubscribe(self.service, node, bare=False)
        say(event='unsubscribed')
        await self.disconnect()


async def main(host, port, domain, user, password, *nodes):
    agent = Agent(host, int(port), domain, user, password, nodes)
    await agent.leave()


asyncio.run(main(*sys.argv[1:]))
