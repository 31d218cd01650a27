import { X509Certificate } from 'node:crypto';

/** From when to when a certificate holds, in ms since 1970. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/**
 * The validity of the first certificate in a PEM text; null when there is none. Only these two fields are read, since to parse the whole
 * of a thousand certificates takes as long as all else that listing their contexts takes.
 */
export function certificateValidity(pem: string): Validity | null {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  return (body === undefined ? null : validityIn(Buffer.from(body, 'base64'))) ?? fullyParsed(pem);
}

/** Whatever the quick look does not understand. */
function fullyParsed(pem: string): Validity | null {
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    const [from, until] = [Date.parse(validFrom), Date.parse(validTo)];
    return Number.isNaN(from) || Number.isNaN(until) ? null : { from, until };
  } catch {
    return null;
  }
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** RFC 5280, 4.1: Certificate → tbsCertificate → version?, serialNumber, signature, issuer, validity → notBefore, notAfter. */
function validityIn(der: Buffer): Validity | null {
  const certificate = elementAt(der, 0, SEQUENCE);
  const body = certificate && elementAt(der, certificate.start, SEQUENCE);
  if (!body) return null;
  const version = elementAt(der, body.start, VERSION);
  const serial = elementAt(der, version ? version.end : body.start, INTEGER);
  const signature = serial && elementAt(der, serial.end, SEQUENCE);
  const issuer = signature && elementAt(der, signature.end, SEQUENCE);
  const validity = issuer && elementAt(der, issuer.end, SEQUENCE);
  const notBefore = validity && elementAt(der, validity.start);
  const notAfter = notBefore && elementAt(der, notBefore.end);
  const from = notBefore && timeIn(der, notBefore);
  const until = notAfter && timeIn(der, notAfter);
  return from === null || until === null ? null : { from, until };
}

function elementAt(der: Buffer, at: number, wanted?: number): Element | null {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined || (wanted !== undefined && tag !== wanted)) return null;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || first === 0x80 || at + 2 + lengthBytes > der.length) return null;
  const start = at + 2 + lengthBytes;
  const end = start + (lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes));
  return end <= der.length ? { tag, start, end } : null;
}

/** The two forms that RFC 5280 allows, both to the second and in UTC; years of two digits are 1950 to 2049. */
function timeIn(der: Buffer, { tag, start, end }: Element): number | null {
  const text = der.toString('latin1', start, end);
  const digits = (
    tag === UTC_TIME ? /^(\d\d)(\d{10})Z$/ : tag === GENERALIZED_TIME ? /^(\d{4})(\d{10})Z$/ : null
  )?.exec(text);
  if (!digits) return null;
  const shortYear = Number(digits[1]);
  const year = tag === GENERALIZED_TIME ? shortYear : shortYear + (shortYear < 50 ? 2000 : 1900);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = (digits[2] ?? '').match(/\d\d/g)?.map(Number) ?? [];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
