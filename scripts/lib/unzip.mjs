import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

/**
 * Unpacks the files of a zip archive (stored or deflated, no zip64) that `keep` accepts into `folder`. A name that would leave the folder
 * rejects. Format: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
 * @param {Buffer} archive
 * @param {string} folder
 * @param {(name: string) => string | null} keep gives the name to write a file under; null leaves it out
 */
export async function unzip(archive, folder, keep) {
  for (const entry of entriesOf(archive)) {
    const name = entry.name.endsWith('/') ? null : keep(entry.name);
    if (name === null) continue;
    const target = join(folder, name);
    if (!target.startsWith(normalize(folder) + sep))
      throw new Error(`the archive holds a file outside its folder: ${entry.name}`);
    const packed = dataOf(archive, entry);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, entry.method === 0 ? packed : await inflate(packed));
    if (entry.mode !== 0) await chmod(target, entry.mode);
  }
}

function* entriesOf(archive) {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0) throw new Error('this is not a zip archive');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error('the directory of the zip archive is damaged');
    const nameLength = archive.readUInt16LE(at + 28);
    const method = archive.readUInt16LE(at + 10);
    if (method !== 0 && method !== 8)
      throw new Error(`the zip archive uses compression ${method}, which is not supported`);
    yield {
      name: archive.toString('utf8', at + 46, at + 46 + nameLength),
      method,
      packedSize: archive.readUInt32LE(at + 20),
      mode: (archive.readUInt32LE(at + 38) >>> 16) & 0o777,
      header: archive.readUInt32LE(at + 42),
    };
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
}

function dataOf(archive, entry) {
  const start = entry.header + 30 + archive.readUInt16LE(entry.header + 26) + archive.readUInt16LE(entry.header + 28);
  return archive.subarray(start, start + entry.packedSize);
}
