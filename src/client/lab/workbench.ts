/** What is loaded only when a lab runs: the map and the terminals with xterm.js. */
import '../map/lab-map.ts';
import '../terminal/lab-terminals.ts';

// Fetched before it is needed: the first notice may be that the server goes away.
import('./notices.ts').catch(() => undefined);
