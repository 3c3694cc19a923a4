/** Sends one message to itself: the notebook kernel talks to Jupyter through this library. */
const zeromq = require('zeromq');

async function main() {
  const left = new zeromq.Pair({ linger: 0 });
  const right = new zeromq.Pair({ linger: 0 });
  await left.bind('tcp://127.0.0.1:0');
  right.connect(left.lastEndpoint);
  await right.send('ready');
  const [message] = await left.receive();
  left.close();
  right.close();
  if (String(message) !== 'ready') throw new Error('the message was not received');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
