import { expect, test } from 'vitest';
import { EventReader } from '../../../bench/gateway/event-reader.mjs';

function eventsOf(...chunks: string[]) {
  const events: { event: string; data: string }[] = [];
  const reader = new EventReader((event) => events.push(event));
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return events;
}

test('events come out whole wherever they were cut', () => {
  const text = ': alive\n\nevent: endpoint\ndata: /messages\n\nid: 7\ndata: {"a":1}\n\n';
  const whole = [
    { event: 'endpoint', data: '/messages' },
    { event: 'message', data: '{"a":1}' },
  ];
  expect(eventsOf(text)).toEqual(whole);
  expect(eventsOf(text.replaceAll('\n', '\r\n'))).toEqual(whole);
  for (let at = 1; at < text.length; at += 1) expect(eventsOf(text.slice(0, at), text.slice(at))).toEqual(whole);
});

test('an event that is not complete is none yet', () => {
  expect(eventsOf('data: {"a":1}\n')).toEqual([]);
});
