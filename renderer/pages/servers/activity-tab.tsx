import type { CallRecord } from '../../../contract/model/activity.ts';
import { callOutcomes } from '../../model/call-outcomes.ts';
import { measuredText } from '../../model/time-text.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Sign } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';

/** The newest calls of one server. */
export function ActivityTab({ slug }: { slug: string }) {
  const calls = useStatus((status) => status.activity).filter((call) => call.slug === slug);
  if (calls.length === 0) {
    return (
      <Empty title="No calls yet">
        Calls of AI clients and of the inspector appear here: who, what, how long and how it ended.
      </Empty>
    );
  }
  return (
    <ol>
      {calls.map((call) => (
        <CallRow key={call.id} call={call} />
      ))}
    </ol>
  );
}

/** The last five calls of a server in a box; nothing when there are none. */
export function LastCalls({ slug, perMinute }: { slug: string; perMinute: number }) {
  const activity = useStatus((status) => status.activity);
  const calls = activity.filter((call) => call.slug === slug).slice(0, 5);
  if (calls.length === 0) return null;
  return (
    <Box title="Last calls" aside={`${perMinute} per minute`}>
      <ol>
        {calls.map((call) => (
          <CallRow key={call.id} call={call} />
        ))}
      </ol>
    </Box>
  );
}

function CallRow({ call }: { call: CallRecord }) {
  const { mark, word } = callOutcomes[call.outcome];
  return (
    <li className="grid grid-cols-[12px_minmax(0,1fr)_auto] gap-x-2 px-2.5 py-1.5 not-first:border-t not-first:border-line">
      <span className="mt-[5px]" title={word}>
        <Sign mark={mark} />
        <span className="sr-only">{word}: </span>
      </span>
      <div className="min-w-0">
        <code className="wrap-anywhere">{call.tool ?? call.method}</code>
        <p className="text-sm wrap-anywhere text-muted">
          {call.client}
          {call.context && ` on ${call.context}`} · <Ago time={call.time} />
        </p>
        {call.reason && <p className="text-sm wrap-anywhere text-bad">{call.reason}</p>}
      </div>
      <span className="text-sm text-faint">{measuredText(call.ms)}</span>
    </li>
  );
}
