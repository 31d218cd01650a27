import { badRequest } from './api-status.ts';
import type { Json } from './kube-object.ts';

/**
 * Reviews as kubectl sends them: Kubernetes' protobuf envelope (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding)
 * around one of the three self-reviews. Only the fields that the demo looks at are read (numbers from k8s.io/api `generated.proto`).
 * Throws a 400 Status for anything else.
 */
export function decodeReview(bytes: Buffer): Json {
  if (bytes.subarray(0, 4).toString('latin1') !== 'k8s\0')
    throw badRequest('the body does not begin with the protobuf magic number');
  const envelope = readFields(bytes.subarray(4));
  const kind = text(readFields(bytesOf(envelope, 1)), 2);
  const spec = readFields(bytesOf(readFields(bytesOf(envelope, 2)), 2));
  switch (kind) {
    case 'SelfSubjectReview':
      return { kind };
    case 'SelfSubjectRulesReview':
      return { kind, spec: { namespace: text(spec, 1) } };
    case 'SelfSubjectAccessReview':
      return { kind, spec: accessSpec(spec) };
    default:
      throw badRequest(`no kind "${kind}" is understood here`);
  }
}

function accessSpec(spec: ReadonlyMap<number, Buffer>): Json {
  if (spec.has(2)) {
    const path = readFields(bytesOf(spec, 2));
    return { nonResourceAttributes: { path: text(path, 1), verb: text(path, 2) } };
  }
  if (!spec.has(1)) return {};
  const attributes = readFields(bytesOf(spec, 1));
  const names = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];
  const read = names.map((name, index) => [name, text(attributes, index + 1)] as const);
  return { resourceAttributes: Object.fromEntries(read.filter(([, value]) => value !== '')) };
}

/** Field number → bytes of its last occurrence. Numbers are passed over: no field that is asked for is one. */
function readFields(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw badRequest('the protobuf body ends in the middle of a number');
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw badRequest('the protobuf body holds a number that is too long');
  };
  while (at < bytes.length) {
    const tag = varint();
    const length = { 0: 0, 1: 8, 2: -1, 5: 4 }[tag & 7];
    if (length === undefined) throw badRequest('the protobuf body holds a field of an unknown type');
    if ((tag & 7) === 0) {
      varint();
      continue;
    }
    const size = length === -1 ? varint() : length;
    if (at + size > bytes.length) throw badRequest('the protobuf body is cut off');
    fields.set(Math.floor(tag / 8), bytes.subarray(at, at + size));
    at += size;
  }
  return fields;
}

function bytesOf(fields: ReadonlyMap<number, Buffer>, number: number): Buffer {
  return fields.get(number) ?? Buffer.alloc(0);
}

function text(fields: ReadonlyMap<number, Buffer>, number: number): string {
  return bytesOf(fields, number).toString('utf8');
}
