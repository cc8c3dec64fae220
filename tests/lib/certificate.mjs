// A certificate for servers on the loopback address, made by OpenSSL.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * A self-signed certificate for `localhost` and its key: the files, and what is in them.
 *
 * @param {import('./scope.mjs').Scope} scope
 */
export async function certificateFor(scope, name) {
  const [certificate, key] = ['pem', 'key'].map((kind) => join(scope.directory, `${name}.${kind}`));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  const files = ['-keyout', key, '-out', certificate];
  await promisify(execFile)('openssl', ['req', '-x509', ...kind, ...subject, ...leaf, ...files]);
  return { certificate, key, pem: { cert: await readFile(certificate), key: await readFile(key) } };
}
