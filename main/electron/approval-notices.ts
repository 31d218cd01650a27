import { Notification } from 'electron';
import type { Status } from '../../contract/model/status.ts';
import type { Disposable } from '../core/dispose.ts';
import type { Event } from '../core/emitter.ts';

/** Tells the desktop about each call that waits for a person, once; a click opens the window (D16). */
export function noticeApprovals(statuses: Event<Status>, open: () => void): Disposable {
  let told = new Set<string>();
  return statuses(({ approvals }) => {
    const waiting = approvals.filter(({ state }) => state === 'waiting');
    for (const { id, client, tool, slug, context, production } of waiting) {
      if (told.has(id) || !Notification.isSupported()) continue;
      const where = context === null ? slug : `${context}${production ? ' (production)' : ''}`;
      const notice = new Notification({ title: `${client} asks for ${tool}`, body: `On ${where}. Decide in Berth.` });
      notice.on('click', open);
      notice.show();
    }
    told = new Set(waiting.map(({ id }) => id));
  });
}
