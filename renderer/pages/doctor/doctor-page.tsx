import { Download, Play } from 'lucide-react';
import { useEffect } from 'react';
import { groupByTarget, reportJson, targetTitle } from '../../model/doctor-report.ts';
import { measuredText } from '../../model/time-text.ts';
import { useCapabilities, useStatus } from '../../session/session-context.tsx';
import { Page, PageBody } from '../../shell/page.tsx';
import { replaceRoute, useRoute } from '../../shell/use-route.ts';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { saveText } from '../../ui/clipboard.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Select } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Ladder, outcomeSummary } from './ladder.tsx';
import { useDoctor } from './use-doctor.ts';

/** The layered test of everything, or of one thing. */
export function DoctorPage() {
  const target = useRoute().query['target'];
  const doctor = useDoctor();
  const { start } = doctor;
  // A target in the address comes from somebody who asked for it to be tested.
  useEffect(() => {
    if (target !== undefined) start(target);
  }, [target, start]);
  const running = doctor.state === 'running';
  const groups = groupByTarget(doctor.results);
  const report = useReport(doctor);
  return (
    <Page
      title="Doctor"
      summary={
        running
          ? 'testing…'
          : doctor.state === 'idle'
            ? 'finds the layer that fails'
            : `${outcomeSummary(doctor.results)} in ${measuredText(doctor.ms)}`
      }
    >
      <PageBody narrow>
        <div className="flex flex-wrap items-center gap-2">
          <TargetChoice
            target={target ?? ''}
            onChange={(next) => replaceRoute('doctor', [], next ? { target: next } : {})}
          />
          {running ? (
            <Button onClick={doctor.cancel}>Cancel</Button>
          ) : (
            <Button kind="primary" icon={<Play size={13} aria-hidden />} onClick={() => start(target)}>
              {doctor.state === 'idle' ? 'Run' : 'Run again'}
            </Button>
          )}
          {doctor.results.length > 0 && !running && (
            <span className="ml-auto flex items-center gap-2">
              <CopyButton text={report} label="Copy report" what="report" />
              <Button
                size="small"
                icon={<Download size={12} aria-hidden />}
                onClick={() => saveText('berth-doctor.json', report())}
              >
                Export report
              </Button>
            </span>
          )}
        </div>
        {doctor.error && (
          <ErrorNotice error={doctor.error} action={<Button onClick={() => start(target)}>Try again</Button>} />
        )}
        {doctor.state === 'idle' && (
          <Empty title="Nothing tested yet">
            The doctor climbs from the kubeconfig over DNS, TLS, login and rights to the server and a safe read, and
            says at each rung what it saw and what to do. Testing a context logs in to its cluster.
          </Empty>
        )}
        {groups.map((group, index) => (
          <Box key={group.target} title={targetTitle(group.target)} aside={outcomeSummary(group.results)}>
            <Ladder results={group.results} running={running && index === groups.length - 1} />
          </Box>
        ))}
        {running && groups.length === 0 && (
          <Box title="Doctor">
            <Ladder results={[]} running />
          </Box>
        )}
      </PageBody>
    </Page>
  );
}

function TargetChoice({ target, onChange }: { target: string; onChange(target: string): void }) {
  const servers = useStatus((status) => status.servers);
  const contexts = useStatus((status) => status.contexts);
  const clients = useStatus((status) => status.clients).filter((client) => client.state !== 'absent');
  return (
    <Select
      aria-label="What to test"
      className="w-72"
      value={target}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">everything</option>
      <optgroup label="Servers">
        {servers.map((server) => (
          <option key={server.slug} value={`server:${server.slug}`}>
            {server.slug}
          </option>
        ))}
      </optgroup>
      <optgroup label="Contexts">
        {contexts.map((context) => (
          <option key={context.ref} value={`context:${context.ref}`}>
            {context.ref}
          </option>
        ))}
      </optgroup>
      <optgroup label="Clients">
        {clients.map((client) => (
          <option key={client.id} value={`client:${client.id}`}>
            {client.title}
          </option>
        ))}
      </optgroup>
    </Select>
  );
}

function useReport(doctor: ReturnType<typeof useDoctor>): () => string {
  const version = useStatus((status) => status.version);
  const shell = useStatus((status) => status.shell);
  const platform = useCapabilities()?.platform ?? 'unknown';
  return () => reportJson(doctor.results, { version, shell, platform, at: doctor.endedAt ?? new Date().toISOString() });
}
