import { app, powerMonitor } from 'electron';
import { applicationFiles } from '../core/application-files.ts';
import { berthPaths } from '../core/paths.ts';
import { registerAppScheme, serveAppProtocol } from './app-protocol.ts';
import { catchDefects } from './defects.ts';
import { Desktop } from './desktop.ts';
import { tellError } from './dialogs.ts';
import { Shutdown } from './shutdown.ts';
import { claimSingleInstance, startOptions } from './single-instance.ts';
import { denyPermissions, lockDownContents } from './web-security.ts';

const paths = berthPaths();
claimSingleInstance(paths);
catchDefects();
registerAppScheme();
lockDownContents();

let desktop: Desktop | null = null;
let wanted = startOptions(process.argv);
const shutdown = new Shutdown(async () => desktop?.stop());
app.on('second-instance', (_event, argv) => {
  const again = startOptions(argv);
  if (desktop) void desktop.welcome(again);
  else wanted = { hidden: wanted.hidden && again.hidden, demo: wanted.demo || again.demo };
});
app.on('activate', () => desktop?.open());

// Not awaited: Electron becomes ready only after this module has been loaded whole.
void app.whenReady().then(async () => {
  const files = applicationFiles(import.meta.url);
  denyPermissions();
  serveAppProtocol(files.renderer);
  powerMonitor.on('shutdown', () => shutdown.begin());
  desktop = new Desktop({ paths, files, quit: () => shutdown.begin() });
  try {
    await desktop.start(wanted);
  } catch (error) {
    if (shutdown.underWay) return;
    await tellError(error, 'Berth cannot start');
    shutdown.begin(1);
  }
});
