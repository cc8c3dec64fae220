// The least of Finesse's REST API that lets an agent sign in, for tests whose notification service is not ours.

import { createServer } from 'node:https';
import { HOST, freePort } from './ports.mjs';

/** An HTTPS server with one agent, whose state is what was asked for last. */
export class FinesseRest {
  state = 'LOGOUT';
  changed = new Date();
  inService = true;
  /** Every request so far: `METHOD path`. */
  requests = [];

  /**
   * @param {import('./scope.mjs').Scope} scope
   * @param {{pem: object, agent: {id: string, password: string, extension: string}, xmpp: {domain: string, pubsub: string},
   *   queues?: string[]}} options
   */
  static async start(scope, { pem, agent, xmpp, queues = [] }) {
    const rest = Object.assign(new FinesseRest(), { agent, xmpp, queues });
    const server = createServer(pem, (request, response) => rest.#answer(request, response));
    rest.port = await freePort();
    await new Promise((resolve) => server.listen(rest.port, HOST, resolve));
    scope.onClose(() => {
      server.closeAllConnections();
      server.close();
    });
    return rest;
  }

  get node() {
    return `/finesse/api/User/${this.agent.id}`;
  }

  /** Changes the state and gives the notification of it. */
  becomes(state, requestId = '') {
    this.state = state;
    this.changed = new Date();
    const user = this.#user().replace(/^<User>/, '<user>').replace(/<\/User>$/, '</user>');
    return `<Update><data>${user}</data><event>PUT</event><requestId>${requestId}</requestId><source>${this.node}</source></Update>`;
  }

  #user() {
    const { id, extension } = this.agent;
    return (
      `<User><uri>${this.node}</uri><roles><role>Agent</role></roles><loginId>${id}</loginId><loginName>${id}</loginName>` +
      `<firstName>Ada</firstName><lastName>Berg</lastName><state>${this.state}</state>` +
      `<stateChangeTime>${this.changed.toISOString()}</stateChangeTime><pendingState/><reasonCodeId>-1</reasonCodeId>` +
      '<settings><wrapUpOnIncoming>OPTIONAL</wrapUpOnIncoming></settings>' +
      `<extension>${extension}</extension><mediaType>1</mediaType><teamId>81</teamId><teamName>Blue</teamName>` +
      `<dialogs>${this.node}/Dialogs</dialogs><teams/></User>`
    );
  }

  #systemInfo() {
    const { domain, pubsub } = this.xmpp;
    return (
      `<SystemInfo><currentTimestamp>${new Date().toISOString()}</currentTimestamp><deploymentType>UCCE</deploymentType>` +
      `<primaryNode><host>${domain}</host></primaryNode><status>${this.inService ? 'IN_SERVICE' : 'OUT_OF_SERVICE'}</status>` +
      `<xmppDomain>${domain}</xmppDomain><xmppPubSubDomain>${pubsub}</xmppPubSubDomain></SystemInfo>`
    );
  }

  #queues() {
    const queues = this.queues.map(
      (id) => `<Queue><uri>/finesse/api/Queue/${id}</uri><name>Queue ${id}</name><statistics/></Queue>`,
    );
    return `<Queues>${queues.join('')}</Queues>`;
  }

  #answer(request, response) {
    const path = request.url.split('?')[0];
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      this.requests.push(`${request.method} ${path}`);
      const [status, document] = this.#outcome(request, path, body);
      const headers = { 'content-type': 'application/xml' };
      if (request.headers.requestid) headers.requestId = request.headers.requestid;
      response.writeHead(status, headers).end(document);
    });
  }

  #outcome(request, path, body) {
    if (path === '/finesse/api/SystemInfo') return [200, this.#systemInfo()];
    const wanted = Buffer.from(`${this.agent.id}:${this.agent.password}`).toString('base64');
    if (request.headers.authorization !== `Basic ${wanted}`) {
      return [
        401,
        '<ApiErrors><ApiError><ErrorType>Authorization Failure</ErrorType><ErrorMessage>UNAUTHORIZED</ErrorMessage>' +
          `<ErrorData>${this.agent.id}</ErrorData></ApiError></ApiErrors>`,
      ];
    }
    if (request.method === 'PUT' && path === this.node) {
      const state = body.match(/<state>(\w+)<\/state>/)?.[1];
      const document = this.becomes(state === 'LOGIN' ? 'NOT_READY' : state, request.headers.requestid);
      this.onChange?.(document);
      return [202, ''];
    }
    if (path === this.node) return [200, this.#user()];
    if (path === `${this.node}/Dialogs`) return [200, '<Dialogs/>'];
    if (path === `${this.node}/Queues`) return [200, this.#queues()];
    return [
      404,
      '<ApiErrors><ApiError><ErrorType>Not Found</ErrorType><ErrorMessage>NONE</ErrorMessage><ErrorData/></ApiError></ApiErrors>',
    ];
  }
}
