/** A problem that the reader can solve: its message is one line that says what to do. No stack trace is shown. */
export class Problem extends Error {
  /** @param {string} message one line @param {{log?: string, tail?: string}} [details] where the full output is */
  constructor(message, details = {}) {
    super(message);
    this.name = 'Problem';
    this.log = details.log;
    this.tail = details.tail;
  }
}

/** What a failed command's output says about the cause, as a line to act on; undefined when it says nothing known. */
export function diagnose(output) {
  if (/No space left on device|ENOSPC/i.test(output)) {
    return 'The disk is full: free some space, then run the same command again (it goes on where it stopped).';
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|Failed to establish a new connection|NewConnectionError|ConnectTimeoutError|Temporary failure in name resolution|Name or service not known|Network is unreachable|ReadTimeoutError|ProxyError/i.test(
      output,
    )
  ) {
    return 'No connection to the package registry: check the network, or HTTPS_PROXY behind a proxy, then run the same command again.';
  }
  if (/CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF/i.test(output)) {
    return "The registry's certificate is not trusted here: set NODE_EXTRA_CA_CERTS and PIP_CERT to your organisation's certificate file.";
  }
  if (/No matching distribution found for (\S+)/i.test(output)) {
    const name = /No matching distribution found for (\S+)/i.exec(output)[1];
    return `The Python registry has no build of ${name} for this system or this Python: see environment.md, "Platforms".`;
  }
  if (/EACCES|EPERM|Permission denied/i.test(output)) {
    return 'A file in the project folder cannot be written: make the folder your own (chown -R "$USER" .), then run again.';
  }
  return undefined;
}
