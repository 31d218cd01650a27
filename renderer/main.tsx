import './jitless.ts';
import './styles.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Session } from './session/session.ts';
import { electronTransport } from './transport/electron.ts';
import { webSocketTransport } from './transport/websocket.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const session = new Session(window.berth ? electronTransport(window.berth) : webSocketTransport());
session.connect();
createRoot(root).render(<App session={session} />);
