// Written for any Node that knows modules: it is the only file of the set-up that an old Node reads.
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(
    'Set-up: Node ' +
      process.versions.node +
      ' is too old: install Node 20, 22 or 24 (nodejs.org, your package manager, or: nvm install 22).',
  );
  process.exit(1);
}
