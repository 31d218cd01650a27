import { useState } from 'react';
import type { ToolResult } from '../../../contract/model/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { JsonTree } from './json-tree.tsx';

type Part = NonNullable<ToolResult['content']>[number];

/** More than this at once makes the page slow to draw. */
const SHOWN_AT_FIRST = 200_000;

/** The parts of a result in their order: text, images, and as JSON whatever else there is. */
export function ContentParts({ result }: { result: ToolResult }) {
  const parts = result.content ?? [];
  if (parts.length === 0 && result.structuredContent === undefined) {
    return <p className="p-4 text-muted">The result is empty.</p>;
  }
  return (
    <div className="flex flex-col">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one result never change places
        <ContentPart key={index} part={part} />
      ))}
      {parts.length === 0 && <JsonTree value={result.structuredContent} />}
    </div>
  );
}

function ContentPart({ part }: { part: Part }) {
  if (part.type === 'text' && typeof part['text'] === 'string') return <LongText text={part['text']} />;
  const image = imageOf(part);
  if (image) {
    return (
      <figure className="p-4">
        <img src={image.src} alt="Returned by the tool" className="max-w-full rounded-md border border-line" />
        <figcaption className="mt-1 text-sm text-muted">{image.type}</figcaption>
      </figure>
    );
  }
  return (
    <div>
      <p className="px-4 pt-3 text-sm font-medium text-muted">{part.type}</p>
      <JsonTree value={part} />
    </div>
  );
}

function LongText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, SHOWN_AT_FIRST);
  if (text === '') return <p className="p-4 text-muted">An empty text.</p>;
  return (
    <div>
      <pre className="overflow-x-auto p-4 font-mono text-sm leading-[18px] whitespace-pre">{shown}</pre>
      {shown.length < text.length && (
        <div className="px-4 pb-4">
          <Button onClick={() => setAll(true)}>Show all {text.length.toLocaleString('en')} characters</Button>
        </div>
      )}
    </div>
  );
}

/** Only what the browser draws as a picture, and only from the data that came along. */
function imageOf(part: Part): { src: string; type: string } | null {
  const { data, mimeType } = part as { data?: unknown; mimeType?: unknown };
  if (part.type !== 'image' || typeof data !== 'string' || typeof mimeType !== 'string') return null;
  return /^image\/(png|jpeg|gif|webp|svg\+xml|avif|bmp)$/.test(mimeType)
    ? { src: `data:${mimeType};base64,${data}`, type: mimeType }
    : null;
}
