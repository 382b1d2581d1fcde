import Docker from 'dockerode';

/** The engine that listens on a socket file; left alone, dockerode prefers an address that DOCKER_HOST has. */
export function dockerAt(socketPath: string): Docker {
  return new Docker({ socketPath, host: undefined, protocol: 'http' });
}
