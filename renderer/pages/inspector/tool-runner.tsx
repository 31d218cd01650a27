import { Play, Square } from 'lucide-react';
import { useState } from 'react';
import type { Tool } from '../../../contract/model/inspector.ts';
import type { Server } from '../../../contract/model/server.ts';
import { useContextByRef } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { TextArea } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ContextName } from '../../ui/tags.tsx';
import { type Run, useHistory } from './history-context.tsx';
import { RunView } from './run-view.tsx';
import { ProblemList, SchemaForm } from './schema-form.tsx';
import { ToolBadges } from './tool-badges.tsx';
import { useArguments } from './use-arguments.ts';

export interface ToolRunnerProps {
  server: Server;
  tool: Tool;
  /** A call from the history: its arguments fill the form, its result is shown. */
  shown: Run | null;
}

/** One tool: its arguments, the call, and what came back. */
export function ToolRunner({ server, tool, shown }: ToolRunnerProps) {
  const history = useHistory();
  const args = useArguments(tool, shown?.args ?? null);
  const [runId, setRunId] = useState<number | null>(shown?.id ?? null);
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const run = history.runs.find(({ id }) => id === runId) ?? null;
  const running = run?.state === 'running';
  const risky = mayChange(tool) && server.effectiveGuard !== 'read-only';

  const start = () => {
    setAsking(false);
    if (args.value)
      setRunId(history.start({ slug: server.slug, context: server.context, tool: tool.name, args: args.value }));
  };
  const submit = () => {
    setTried(true);
    if (args.problems.length > 0 || running) return;
    if (risky) setAsking(true);
    else start();
  };

  return (
    <div className="flex min-h-0 flex-1 max-[1280px]:flex-col max-[1280px]:overflow-y-auto">
      <form
        className="flex w-[400px] shrink-0 flex-col border-r border-line max-[1280px]:w-full max-[1280px]:border-r-0 max-[1280px]:border-b"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
        }}
      >
        <div className="flex flex-col gap-4 p-4 min-[1281px]:min-h-0 min-[1281px]:flex-1 min-[1281px]:overflow-y-auto">
          <ToolHead tool={tool} />
          <div className="flex items-center justify-between">
            <h3 className="font-semibold">Arguments</h3>
            <ModeSwitch args={args} />
          </div>
          {!args.formPossible && (
            <Notice tone="info">
              The schema of this tool has alternatives that a form cannot show honestly. Write its arguments as JSON.
            </Notice>
          )}
          {args.notShowable && (
            <Notice tone="warn">
              The form has no control for everything in this JSON, so it stays JSON: nothing is sent that is not shown.
            </Notice>
          )}
          {args.mode === 'form' ? (
            <SchemaForm
              field={args.field}
              draft={args.draft}
              onChange={args.setDraft}
              problems={args.problems}
              showAll={tried}
            />
          ) : (
            <>
              <TextArea
                mono
                rows={12}
                aria-label="Arguments as JSON"
                aria-invalid={args.problems.length > 0 || undefined}
                value={args.json}
                onChange={(event) => args.setJson(event.target.value)}
              />
              <ProblemList problems={args.problems} />
            </>
          )}
        </div>
        <div className="flex items-center gap-2 border-t border-line bg-bg px-4 py-2.5">
          {/* The keys keep them two buttons: one that turned into the other in mid-click would submit the form. */}
          {running && run ? (
            <Button
              key="cancel"
              icon={<Square size={11} fill="currentColor" aria-hidden />}
              onClick={() => history.cancel(run.id)}
            >
              Cancel
            </Button>
          ) : (
            <Button key="run" type="submit" kind="primary" icon={<Play size={13} aria-hidden />} title="Ctrl Enter">
              Run
            </Button>
          )}
          <span className="flex min-w-0 items-center gap-1.5 text-sm text-muted">
            on <Where server={server} />
          </span>
          {tried && args.problems.length > 0 && (
            <span role="alert" className="ml-auto text-sm text-bad">
              {args.problems.length === 1 ? '1 problem' : `${args.problems.length} problems`} above
            </span>
          )}
          {history.runs.length > 0 && !(tried && args.problems.length > 0) && (
            <Button kind="quiet" className="ml-auto" onClick={() => navigate('inspector', [server.slug])}>
              History
            </Button>
          )}
        </div>
      </form>
      <div className={classNames('flex min-h-0 min-w-0 flex-1 flex-col', !run && 'max-[1280px]:hidden')}>
        {run ? (
          <RunView key={run.id} run={run} onReplay={start} />
        ) : (
          <p className="m-auto max-w-[40ch] p-6 text-center text-muted">
            The result appears here, with the exact JSON-RPC messages and their times.
          </p>
        )}
      </div>
      <Confirm
        open={asking}
        title={`Run ${tool.name} on ${server.context ?? server.slug}?`}
        confirm="Run"
        danger
        onClose={() => setAsking(false)}
        onConfirm={start}
      >
        <p>
          {tool.annotations?.destructiveHint
            ? 'This tool says that it may delete or overwrite.'
            : 'This tool does not say that it only reads.'}{' '}
          {server.production && <b className="font-semibold text-prod">The context is production.</b>}
        </p>
        <pre className="max-h-60 overflow-auto rounded-md bg-code p-2.5 font-mono text-sm">
          {JSON.stringify(args.value, null, 2)}
        </pre>
      </Confirm>
    </div>
  );
}

function mayChange({ annotations }: Tool): boolean {
  return !annotations?.readOnlyHint;
}

function Where({ server }: { server: Server }) {
  const context = useContextByRef(server.context);
  if (!server.context) return <span>{server.slug}, no cluster</span>;
  return (
    <ContextName
      name={context?.label ?? server.context}
      production={server.production}
      demo={context?.demo ?? false}
      colour={context?.colour ?? null}
    />
  );
}

function ToolHead({ tool }: { tool: Tool }) {
  const title = tool.title ?? tool.annotations?.title;
  return (
    <div>
      <h2 className="flex flex-wrap items-center gap-1.5">
        <code className="!text-[14px] font-semibold wrap-anywhere">{tool.name}</code>
        <ToolBadges tool={tool} />
      </h2>
      {title && title !== tool.name && <p className="font-medium">{title}</p>}
      {tool.description && (
        <p className="max-h-40 overflow-y-auto whitespace-pre-line text-muted">{tool.description}</p>
      )}
    </div>
  );
}

function ModeSwitch({ args }: { args: ReturnType<typeof useArguments> }) {
  if (!args.formPossible) return null;
  return (
    <fieldset aria-label="Edit arguments as" className="inline-flex overflow-hidden rounded-md border border-line-2">
      {(['form', 'json'] as const).map((mode) => (
        <button
          key={mode}
          type="button"
          aria-pressed={args.mode === mode}
          onClick={() => {
            if (args.mode !== mode) (mode === 'form' ? args.toForm : args.toJson)();
          }}
          className="px-2 text-sm leading-[20px] text-muted not-first:border-l not-first:border-line-2 aria-pressed:bg-accent-bg aria-pressed:font-medium aria-pressed:text-accent"
        >
          {mode === 'form' ? 'Form' : 'JSON'}
        </button>
      ))}
    </fieldset>
  );
}
