import type { InstructorMessage } from '../../shared/events.ts';
import { closeCodes } from '../../shared/terminal-protocol.ts';
import type { Feed } from '../labs/feed.ts';
import type { LabViews } from '../labs/lab-views.ts';
import type { Log } from '../log.ts';
import type { MapWatcher } from '../maps/map-watcher.ts';
import type { LabRow, Store } from '../store/store.ts';
import { type SocketRoute, sendTo } from './upgrade.ts';

interface Options {
  store: Store;
  views: LabViews;
  maps: MapWatcher;
  feed: Feed;
  log: Log;
}

/** `WS /ws/instructor`: all labs, then each that changes. */
export function instructorRoute(options: Options): SocketRoute {
  const { store, views, maps, feed, log } = options;
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
      const shapes = new Map<string, string | undefined>();
      // Most changes of a map do not change its picture.
      const showShape = (id: string) => {
        const shape = maps.shape(id);
        if (shapes.get(id) !== shape) showId(id);
        shapes.set(id, shape);
      };
      const unfollow = [
        feed.follow('lab', show),
        feed.follow('check', show),
        feed.follow('place', showId),
        feed.follow('map', showShape),
      ];
      socket.on('close', () => {
        for (const stop of unfollow) stop();
      });
      run(views.instructorLabs().then((labs) => send({ type: 'labs', labs })));
    },
  };
}
