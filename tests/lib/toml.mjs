// Writes configurations.

/**
 * A nested object as TOML. Arrays of objects become arrays of tables; keys that are undefined are left out.
 *
 * @param {object} object
 */
export function toToml(object, path = []) {
  const own = [];
  const tables = [];
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const here = [...path, key];
    if (Array.isArray(value) && typeof value[0] === 'object') {
      for (const item of value) tables.push(`[[${here.join('.')}]]\n${toToml(item, here)}`);
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      tables.push(`[${here.join('.')}]\n${toToml(value, here)}`);
    } else {
      // Strings, numbers, booleans and arrays of them are written alike in JSON and TOML.
      own.push(`${key} = ${JSON.stringify(value)}\n`);
    }
  }
  return own.join('') + tables.join('\n');
}
