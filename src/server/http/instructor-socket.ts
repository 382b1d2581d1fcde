import type { InstructorMessage } from '../../shared/events.ts';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import type { Feed } from '../labs/feed.ts';
import type { LabViews } from '../labs/lab-views.ts';
import type { Log } from '../log.ts';
import type { LabRow, Store } from '../store/store.ts';
import { type SocketRoute, sendTo } from './upgrade.ts';

/** `WS /ws/instructor`: all labs, then each that changes. */
export function instructorRoute(options: { store: Store; views: LabViews; feed: Feed; log: Log }): SocketRoute {
  const { store, views, feed, log } = options;
  return {
    path: /^\/ws\/instructor$/,
    connect(socket, { who }) {
      if (!who.instructor) return socket.close(closeCodes.denied);
      const send = (message: InstructorMessage) => sendTo(socket, JSON.stringify(message));
      const run = (action: Promise<void>) =>
        action.catch((error: Error) => log.warn({ error: error.message }, 'instructor socket'));
      const show = (lab: LabRow) => run(views.instructorLab(lab).then((view) => send({ type: 'lab', lab: view })));
      const showId = (id: string) =>
        run(
          store
            .lab(id)
            .then((lab) => lab && show(lab))
            .then(() => undefined),
        );
      const unfollow = [feed.follow('lab', show), feed.follow('check', show), feed.follow('place', showId)];
      socket.on('close', () => {
        for (const stop of unfollow) stop();
      });
      run(views.instructorLabs().then((labs) => send({ type: 'labs', labs })));
    },
  };
}
