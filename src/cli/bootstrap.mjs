// What runs between `npm start` and the program: dependencies, an engine, then `main.ts` under the pinned Node.
// Plain JavaScript for any Node ≥ 18, because nothing is installed yet.
import { runCommand } from './host/commands.mjs';

process.exitCode = await runCommand(process.argv.slice(2));
