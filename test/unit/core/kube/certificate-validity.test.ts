import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { certificateValidity } from '../../../../main/core/kube/certificate-validity.ts';

async function certificate(from: string, until: string): Promise<string> {
  const made = await generate([{ name: 'commonName', value: 'somebody' }], {
    keyType: 'ec',
    curve: 'P-256',
    notBeforeDate: new Date(from),
    notAfterDate: new Date(until),
  });
  return made.cert;
}

describe('certificateValidity', () => {
  it.each([
    ['in short years', '2024-02-29T23:59:59Z', '2034-12-31T00:00:01Z'],
    ['across the last short year', '1999-12-31T23:59:59Z', '2049-12-31T23:59:59Z'],
    ['in long years', '2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z'],
  ])('tells what node:crypto tells, %s', async (_name, from, until) => {
    const pem = await certificate(from, until);
    expect(certificateValidity(pem)).toEqual({ from: Date.parse(from), until: Date.parse(until) });
    const { validFrom, validTo } = new X509Certificate(pem);
    expect(certificateValidity(pem)).toEqual({ from: Date.parse(validFrom), until: Date.parse(validTo) });
  });

  it('takes the first of several, with text around them', async () => {
    const first = await certificate('2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z');
    const second = await certificate('2024-01-01T00:00:00Z', '2035-01-01T00:00:00Z');
    const text = `subject=/CN=somebody\r\n${first.replaceAll('\n', '\r\n')}\r\n${second}`;
    expect(certificateValidity(text)?.until).toBe(Date.parse('2025-01-01T00:00:00Z'));
  });

  it('knows none where there is no certificate, or a broken one', async () => {
    const pem = await certificate('2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z');
    const body = pem.replace(/-----[A-Z ]+-----|\s/g, '');
    const wrapped = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
    expect(certificateValidity(wrapped(body))).not.toBeNull();
    for (const length of [0, 4, 40, 80, 120]) expect(certificateValidity(wrapped(body.slice(0, length)))).toBeNull();
    expect(certificateValidity('')).toBeNull();
    expect(certificateValidity('not a certificate')).toBeNull();
    expect(certificateValidity(wrapped('MIID////'))).toBeNull();
  });
});
