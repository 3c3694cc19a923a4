// npm run setup: brings the set-up up to date and does nothing else.
import './setup/node-version.mjs';

// Imported only now: an old Node could not even read these files.
const { setUpOrExplain } = await import('./setup/main.mjs');

process.exitCode = (await setUpOrExplain()) ? 0 : 1;
