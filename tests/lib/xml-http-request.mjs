// As much of a browser's XMLHttpRequest as Strophe's BOSH uses, on Node's fetch.

import { DOMParser } from '@xmldom/xmldom';

export class XMLHttpRequest {
  readyState = 0;
  status = 0;
  responseText = '';
  responseXML = null;
  onreadystatechange = () => {};
  #abort = new AbortController();
  #headers = {};

  open(method, address) {
    Object.assign(this, { method, address, readyState: 1 });
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  overrideMimeType() {}

  getAllResponseHeaders() {
    return '';
  }

  abort() {
    this.#abort.abort();
  }

  async send(body) {
    try {
      const answer = await fetch(this.address, {
        method: this.method,
        headers: this.#headers,
        body,
        signal: this.#abort.signal,
      });
      this.responseText = await answer.text();
      this.status = answer.status;
      this.responseXML = new DOMParser().parseFromString(this.responseText, 'text/xml');
    } catch {
      this.status = 0;
    }
    this.readyState = 4;
    this.onreadystatechange();
  }
}
