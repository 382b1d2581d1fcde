/** What is loaded only when a lab runs: the map and the terminals with xterm.js. */
import './lab-map.ts';
import '../terminal/lab-terminals.ts';
